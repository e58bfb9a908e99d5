package opik

import (
	"errors"
	"iter"
	"reflect"

	"github.com/opik-go/sdk/opik/internal/clone"
)

// ErrNilHandle is what methods of handles, such as [Dataset], return that need the
// server, if no call has returned the handle: it is nil, or was made without a
// client.
var ErrNilHandle = errors.New("opik: the handle is nil or of no client")

// allHandles makes a handle of each record.
func allHandles[R, H any](c *Client, wrap func(*Client, R) *H, records []R) []*H {
	all := make([]*H, len(records))
	for i, record := range records {
		all[i] = wrap(c, record)
	}
	return all
}

// eachHandle makes a handle of each record that an iterator yields.
func eachHandle[R, H any](c *Client, wrap func(*Client, R) *H, records iter.Seq2[R, error]) iter.Seq2[*H, error] {
	return func(yield func(*H, error) bool) {
		for record, err := range records {
			var handle *H
			if err == nil {
				handle = wrap(c, record)
			}
			if !yield(handle, err) {
				return
			}
		}
	}
}

// failed yields an error.
func failed[T any](err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, err)
	}
}

// assign sets a member of a record to what was written. What has its zero value was
// not sent, so the server kept the member as it was.
func assign[T any](member *T, written T) {
	if !reflect.ValueOf(&written).Elem().IsZero() {
		*member = clone.Of(written)
	}
}

package paging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"time"
)

// MaxStreamLimit is how many items the server returns to one stream request.
const MaxStreamLimit = 2000

// A stream that breaks is opened again after the last item that arrived. Only
// attempts that bring nothing count, so a long result survives any number of cuts.
const (
	maxFruitless = 4
	firstPause   = 100 * time.Millisecond
)

// ErrCursorIgnored is yielded when the server answers a request for what comes
// after an item with a page that was read before: the result cannot be read on.
var ErrCursorIgnored = errors.New("the server ignores the cursor of the stream")

// ErrNoCursor is yielded when there may be more items but the last one has no id to
// continue after, for example because ids were excluded from the result.
var ErrNoCursor = errors.New("there may be more results, and no way to continue after the last one")

// Source is an open stream of items.
type Source[T any] interface {
	// All yields the items until the stream ends or breaks; the error of a broken
	// stream comes last.
	All() iter.Seq2[T, error]
	io.Closer
}

// Streams describes a result that is read by streams of limited length, each of
// which continues after the last item of the one before.
type Streams[T any] struct {
	// Limit is how many items to ask for in one request; values outside
	// 1..MaxStreamLimit mean MaxStreamLimit.
	Limit int
	// Max is how many items to yield at most; values below 1 mean all.
	Max int
	// After is the id after which to start; empty means from the beginning.
	After string
	// Open requests up to limit items that come after the item with the id; an
	// empty id asks for the first.
	Open func(ctx context.Context, after string, limit int) (Source[T], error)
	// ID returns what Open takes to continue after the item. Nil means that a stream
	// cannot be continued: then everything has to fit into one.
	ID func(item T) string
	// Instead names what reads results that do not fit, if there is such a thing.
	Instead string
	// Final reports whether a stream that broke with the error should not be
	// opened again, for example because the server refuses the request. Nil means
	// that every error is worth another attempt. The end of the context is always final.
	Final func(err error) bool
}

// All returns an iterator over the whole result.
//
// The end of a stream says nothing about the end of the result: a server that
// fails in the middle just stops sending. So the result is read until a stream
// brings no item at all. A stream that breaks is continued after the last item
// that arrived; its error is yielded only if several attempts in a row bring nothing.
func (s Streams[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		r := reader[T]{Streams: s, after: s.After, yield: yield}
		if r.Limit < 1 || r.Limit > MaxStreamLimit {
			r.Limit = MaxStreamLimit
		}
		r.run(ctx)
	}
}

// reader is the state of one range over a result.
type reader[T any] struct {
	Streams[T]
	yield    func(T, error) bool
	after    string // id of the last item that was yielded
	yielded  int
	previous string // first id of the last stream that brought anything
	short    bool   // that stream ended of itself before its limit
}

// outcome is what reading one stream came to.
type outcome struct {
	items int
	err   error // the stream broke
	stop  bool  // the iteration is over, and whatever there was to yield has been yielded
}

func (r *reader[T]) run(ctx context.Context) {
	for fruitless := 0; ; {
		if err := ended(ctx); err != nil {
			r.fail(err)
			return
		}
		limit := r.Limit
		if r.Max > 0 {
			limit = min(limit, r.Max-r.yielded)
		}
		source, err := r.Open(ctx, r.after, limit)
		if err != nil { // whoever opens it has its own retries
			r.fail(err)
			return
		}
		got := r.read(source, limit)
		if got.stop || got.items == 0 && got.err == nil {
			return
		}
		if got.items > 0 && r.after == "" {
			if got.err == nil && !r.short {
				got.err = r.noCursor()
			}
			if got.err != nil {
				r.fail(got.err)
			}
			return
		}
		if got.err == nil || got.items > 0 {
			fruitless = 0
		} else {
			fruitless++
		}
		if got.err == nil {
			continue
		}
		if err := r.again(ctx, got.err, fruitless); err != nil {
			r.fail(err)
			return
		}
	}
}

func (r *reader[T]) noCursor() error {
	if r.Instead == "" {
		return ErrNoCursor
	}
	return fmt.Errorf("%w; use %s", ErrNoCursor, r.Instead)
}

// fail yields the error that ends the iteration.
func (r *reader[T]) fail(err error) {
	var zero T
	r.yield(zero, err)
}

// again returns nil when the time has come to open a broken stream once more, or
// the error that ends the iteration.
func (r *reader[T]) again(ctx context.Context, broke error, fruitless int) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case r.Final != nil && r.Final(broke):
		return broke
	case fruitless >= maxFruitless:
		return fmt.Errorf("stream broken %d times after item %q: %w", fruitless, r.after, broke)
	}
	return pause(ctx, fruitless)
}

// read yields the items of one stream and closes it.
func (r *reader[T]) read(source Source[T], limit int) (got outcome) {
	asked := r.after
	defer func() {
		// All items were decoded by now: a failure to close costs nobody anything,
		// unless there was nothing else to tell that the stream broke.
		if err := source.Close(); err != nil && got.err == nil && got.items == 0 && !got.stop {
			got.err = err
		}
	}()
	for item, err := range source.All() {
		if err != nil {
			got.err = err
			r.short = false
			return got
		}
		var id string
		if r.ID != nil {
			id = r.ID(item)
		}
		if got.items == 0 {
			if asked != "" && (id == asked || id == r.previous) {
				// If the last stream was short, there was nothing more to read anyway.
				if !r.short {
					r.fail(fmt.Errorf("%w: asked for items after %q, got %q again", ErrCursorIgnored, asked, id))
				}
				got.stop = true
				return got
			}
			r.previous = id
		}
		got.items++
		r.yielded++
		r.after = id
		if !r.yield(item, nil) || r.yielded == r.Max {
			got.stop = true
			return got
		}
	}
	r.short = got.items < limit
	return got
}

// pause waits before the next attempt: not after progress, longer after each failure.
func pause(ctx context.Context, fruitless int) error {
	if fruitless == 0 {
		return nil
	}
	full := firstPause << (fruitless - 1)
	timer := time.NewTimer(full/2 + rand.N(full/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

package opik

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/paging"
)

// Errors of searches, for use with [errors.Is].
var (
	// ErrMoreResults says that a search has more results than it can return: the
	// server has no way to continue after the last one. The error's text says what
	// to use instead.
	ErrMoreResults = paging.ErrNoCursor
	// ErrCursorIgnored says that the server repeated results instead of continuing.
	ErrCursorIgnored = paging.ErrCursorIgnored
)

// Page is one page of a list.
type Page[T any] struct {
	// Number is the number of the page; pages count from 1.
	Number int
	// Size is how many items were asked for. There may be fewer.
	Size int
	// Items are the items of the page. A page without items is past the last one.
	Items []T
	// Total is how many items there are on all pages, and 0 if the server does not say.
	Total int64
	// SortableBy names the fields that the server can sort this list by, as far as
	// it says.
	SortableBy []string
}

// pageOf completes the number and the size of the page that a caller asks for.
func pageOf(number, size int) (int, int) {
	if size < 1 {
		size = paging.DefaultPageSize
	}
	return max(number, 1), size
}

// pages iterates over the pages that fetch returns, from the given one on.
func pages[T any](ctx context.Context, number, size int, fetch func(ctx context.Context, page, size int) (*Page[T], error)) iter.Seq2[T, error] {
	return paging.Pages[T]{
		First: number,
		Size:  size,
		Fetch: func(ctx context.Context, number, size int) ([]T, int64, error) {
			page, err := fetch(ctx, number, size)
			if err != nil {
				return nil, 0, err
			}
			return page.Items, page.Total, nil
		},
	}.All(ctx)
}

// search iterates over the results of a stream operation, which open requests and
// id continues.
func search[T any](ctx context.Context, most, size int, open func(ctx context.Context, after string, limit int) (*rest.Stream[T], error), id func(T) string) iter.Seq2[T, error] {
	return paging.Streams[T]{
		Limit: size,
		Max:   most,
		ID:    id,
		Final: isFinal,
		Open: func(ctx context.Context, after string, limit int) (paging.Source[T], error) {
			return source(open(ctx, after, limit))
		},
	}.All(ctx)
}

// searchOnce is search for an operation that cannot be continued; it returns up to
// limit results, and instead names what returns more.
func searchOnce[T any](ctx context.Context, most, limit int, instead string, open func(ctx context.Context, limit int) (*rest.Stream[T], error)) iter.Seq2[T, error] {
	return paging.Streams[T]{
		Limit:   limit,
		Max:     most,
		Instead: instead,
		Final:   isFinal,
		Open: func(ctx context.Context, _ string, limit int) (paging.Source[T], error) {
			return source(open(ctx, limit))
		},
	}.All(ctx)
}

// follow iterates over a stream as it comes, without any resumption.
func follow[T any](ctx context.Context, open func(ctx context.Context) (*rest.Stream[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		stream, err := open(ctx)
		if err != nil {
			var zero T
			yield(zero, err)
			return
		}
		stream.All()(yield)
	}
}

// followEvents iterates over what server-sent events hold, as they come.
func followEvents[T any](ctx context.Context, open func(ctx context.Context) (*rest.EventStream, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		stream, err := open(ctx)
		if err != nil {
			yield(zero, err)
			return
		}
		for event, err := range stream.All() {
			var value T
			if err == nil {
				if err = event.Decode(&value); err != nil {
					err = fmt.Errorf("decode an event: %w", err)
				}
			}
			if err != nil {
				yield(zero, err)
				return
			}
			if !yield(value, nil) {
				return
			}
		}
	}
}

// source keeps a nil stream from becoming an interface that is not nil.
func source[T any](stream *rest.Stream[T], err error) (paging.Source[T], error) {
	if err != nil {
		return nil, err
	}
	return stream, nil
}

// isFinal reports whether a broken stream would only break again. A cut connection
// and a failure of the server pass; a result that cannot be read does not.
func isFinal(err error) bool {
	var refusal *APIError
	if errors.As(err, &refusal) {
		return refusal.Status < 500 && refusal.Status != http.StatusRequestTimeout && refusal.Status != http.StatusTooManyRequests
	}
	return !errors.Is(err, rest.ErrStreamCut)
}

// atMost returns the number of records to ask for in one request: what the caller
// wants, or the most that the server allows.
func atMost(size, limit int) int {
	if size < 1 || size > limit {
		return limit
	}
	return size
}

// valueOf returns what p points to, or the zero value.
func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// orDefault returns p, or a pointer to standard if p is nil.
func orDefault[T any](p *T, standard T) *T {
	if p == nil {
		return &standard
	}
	return p
}

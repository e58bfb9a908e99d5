// Package paging turns numbered pages and resumable streams into iterators. The
// generated list and search methods call it, so that the rules of reading a long
// result stand in one place:
//
//   - items are yielded in the order of the server, one at a time;
//   - nothing is requested before the first item is asked for, nor after the
//     caller has stopped;
//   - the first error is yielded once, with the zero item, and ends the iteration;
//   - every range over the iterator starts from the beginning.
package paging

import (
	"context"
	"iter"
)

// DefaultPageSize is how many items a page request asks for if the caller does
// not say: the server's own default, ten, would cost ten times the round trips.
const DefaultPageSize = 100

// Pages describes a list that is read by page number.
type Pages[T any] struct {
	// First is the number of the first page to read; values below 1 mean 1.
	First int
	// Size is how many items to ask for in one request; values below 1 mean
	// DefaultPageSize.
	Size int
	// Max is how many items to yield at most; values below 1 mean all.
	Max int
	// Fetch reads one page. total is how many items there are on all pages, or 0
	// if the server does not say.
	Fetch func(ctx context.Context, page, size int) (items []T, total int64, err error)
}

// All returns an iterator over the items of all pages from First on.
//
// The server renumbers its pages when entities are created or deleted, so a list
// that changes while it is read can yield an item twice or leave one out.
func (p Pages[T]) All(ctx context.Context) iter.Seq2[T, error] {
	first, size := max(p.First, 1), p.Size
	if size < 1 {
		size = DefaultPageSize
		if p.Max > 0 {
			size = min(size, p.Max)
		}
	}
	return func(yield func(T, error) bool) {
		var zero T
		yielded := 0
		for page := first; ; page++ {
			if err := ended(ctx); err != nil {
				yield(zero, err)
				return
			}
			items, total, err := p.Fetch(ctx, page, size)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
				if yielded++; yielded == p.Max {
					return
				}
			}
			// A short page is no sign of the end: a server may cap the size.
			if len(items) == 0 || total > 0 && int64(page)*int64(size) >= total {
				return
			}
		}
	}
}

// ended returns the error of a context that has ended. Without a context, it is left to
// who makes requests to say so.
func ended(ctx context.Context) error {
	if ctx == nil {
		return nil
	}
	return ctx.Err()
}

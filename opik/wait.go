package opik

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// ErrTooFew is wrapped by the error of [WaitFor] if its context ends before there
// are enough results.
var ErrTooFew = errors.New("opik: too few results")

// TooFewError says how many results [WaitFor] had when its context ended. Find it
// with [errors.As] as *TooFewError.
type TooFewError struct {
	// Found is how many results the last complete search had, and Wanted how many
	// were asked for.
	Found, Wanted int
	// Err is why there was no further search: the error of the context. It also
	// matches ErrNotFound if the last search failed with that.
	Err error
}

// Error says how many results there were and why the waiting ended.
func (e *TooFewError) Error() string {
	return fmt.Sprintf("%v: %d instead of %d: %v", ErrTooFew, e.Found, e.Wanted, e.Err)
}

// Unwrap returns ErrTooFew and the cause.
func (e *TooFewError) Unwrap() []error { return []error{ErrTooFew, e.Err} }

// WaitOption changes how [WaitFor] waits.
type WaitOption func(*waiting)

type waiting struct{ interval time.Duration }

// defaultPollInterval is what the other Opik SDKs use. The limits of Opik's cloud
// allow 30 searches in a minute to all users of a workspace together.
const defaultPollInterval = 5 * time.Second

// PollEvery sets the time between two searches, overriding the default of 5 s. A
// duration that is not positive is ignored.
func PollEvery(d time.Duration) WaitOption {
	return func(w *waiting) {
		if d > 0 {
			w.interval = d
		}
	}
}

// WaitFor repeats a search until it has at least so many results, and returns all
// results of the last one. What was delivered may take a while to be found: Opik
// makes threads, statistics and copies of its data in the background.
//
//	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
//	defer cancel()
//	traces, err := opik.WaitFor(ctx, 1, client.SearchTraces(ctx, params))
//
// results is any iterator that starts anew with each range over it, as those that
// the methods of this package return do. It should be made with the same context,
// so that a search in progress ends with it.
//
// WaitFor blocks until there are enough results, or ctx ends: then the error
// is a [*TooFewError], and what the last complete search had is returned with it.
// Without a deadline it waits until ctx is cancelled. It searches at once, then
// every 5 s (see [PollEvery]), and a last time shortly before the deadline. A
// project that does not exist yet ([ErrNotFound]) has no results; any other error of
// a search is returned as it is.
func WaitFor[T any](ctx context.Context, atLeast int, results iter.Seq2[T, error], opts ...WaitOption) ([]T, error) {
	w := waiting{interval: defaultPollInterval}
	for _, opt := range opts {
		if opt != nil {
			opt(&w)
		}
	}
	ctx = orBackground(ctx)
	var latest []T
	for {
		found, err := collect(results)
		switch {
		case err == nil && len(found) >= atLeast:
			return found, nil
		case err == nil:
			latest = found
		case ctx.Err() != nil:
			// The end of the context is what ended the search.
			return latest, &TooFewError{len(latest), atLeast, ctx.Err()}
		case errors.Is(err, ErrNotFound):
			latest = nil
		default:
			return found, err
		}
		if ended := w.pause(ctx); ended != nil {
			return latest, &TooFewError{len(latest), atLeast, errors.Join(ended, err)}
		}
	}
}

func collect[T any](results iter.Seq2[T, error]) (found []T, err error) {
	for result, err := range results {
		if err != nil {
			return found, err
		}
		found = append(found, result)
	}
	return found, nil
}

// pause waits for the time of the next search. It returns the error of the context
// if that ends before.
func (w waiting) pause(ctx context.Context) error {
	timer := time.NewTimer(w.next(ctx))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next returns how long to wait: the interval, or less if the deadline comes before,
// so that what arrived in the meantime is found.
func (w waiting) next(ctx context.Context) time.Duration {
	deadline, limited := ctx.Deadline()
	if !limited {
		return w.interval
	}
	if last := time.Until(deadline) - w.interval/10; last > 0 && last < w.interval {
		return last
	}
	return w.interval
}

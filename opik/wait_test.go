package opik_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
)

// polledSearch is a search that has other results each time; the last ones repeat.
type polledSearch struct {
	start time.Time
	list  []pollResult
	at    []time.Duration // when it was searched
}

type pollResult struct {
	results []string
	err     error
}

func (a *polledSearch) search() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		now := a.list[min(len(a.at), len(a.list)-1)]
		a.at = append(a.at, time.Since(a.start))
		for _, result := range now.results {
			if !yield(result, nil) {
				return
			}
		}
		if now.err != nil {
			yield("", now.err)
		}
	}
}

func TestWaitFor(t *testing.T) {
	notFound := &opik.APIError{Status: 404}
	broken := errors.New("broken")
	none, one, two := pollResult{}, pollResult{results: []string{"a"}}, pollResult{results: []string{"a", "b"}}
	tests := []struct {
		name    string
		polls   []pollResult
		atLeast int
		timeout time.Duration
		opts    []opik.WaitOption
		want    []string
		is      []error
		isNot   []error
		at      []time.Duration
		took    time.Duration
	}{
		{name: "there at once", polls: []pollResult{two}, atLeast: 1, timeout: time.Minute,
			want: []string{"a", "b"}, at: []time.Duration{0}},
		{name: "none wanted", polls: []pollResult{none}, timeout: time.Minute, at: []time.Duration{0}},
		{name: "there later", polls: []pollResult{none, one, two}, atLeast: 2, timeout: time.Minute,
			want: []string{"a", "b"}, at: []time.Duration{0, 5 * time.Second, 10 * time.Second}, took: 10 * time.Second},
		{name: "without a deadline", polls: []pollResult{none, none, one}, atLeast: 1,
			want: []string{"a"}, at: []time.Duration{0, 5 * time.Second, 10 * time.Second}, took: 10 * time.Second},
		{name: "never enough", polls: []pollResult{none, one}, atLeast: 2, timeout: 8 * time.Second,
			want: []string{"a"}, is: []error{opik.ErrTooFew, context.DeadlineExceeded}, isNot: []error{opik.ErrNotFound},
			at: []time.Duration{0, 5 * time.Second, 7500 * time.Millisecond}, took: 8 * time.Second},
		{name: "less time than the interval", polls: []pollResult{none, one}, atLeast: 1, timeout: time.Second,
			want: []string{"a"}, at: []time.Duration{0, 500 * time.Millisecond}, took: 500 * time.Millisecond},
		{name: "no time at all", polls: []pollResult{none, one}, atLeast: 1, timeout: 100 * time.Millisecond,
			is: []error{opik.ErrTooFew}, at: []time.Duration{0}, took: 100 * time.Millisecond},
		{name: "the project comes later", polls: []pollResult{{err: notFound}, {err: notFound}, one}, atLeast: 1, timeout: time.Minute,
			want: []string{"a"}, at: []time.Duration{0, 5 * time.Second, 10 * time.Second}, took: 10 * time.Second},
		{name: "the project never comes", polls: []pollResult{{err: notFound}}, atLeast: 1, timeout: 3 * time.Second,
			is: []error{opik.ErrTooFew, opik.ErrNotFound, context.DeadlineExceeded},
			at: []time.Duration{0, 2500 * time.Millisecond}, took: 3 * time.Second},
		{name: "the project goes", polls: []pollResult{one, {err: notFound}}, atLeast: 2, timeout: 3 * time.Second,
			is: []error{opik.ErrTooFew, opik.ErrNotFound}, at: []time.Duration{0, 2500 * time.Millisecond}, took: 3 * time.Second},
		{name: "the search fails", polls: []pollResult{none, {results: []string{"a"}, err: broken}}, atLeast: 1, timeout: time.Minute,
			want: []string{"a"}, is: []error{broken}, isNot: []error{opik.ErrTooFew},
			at: []time.Duration{0, 5 * time.Second}, took: 5 * time.Second},
		{name: "another interval", polls: []pollResult{none, none, one}, atLeast: 1, timeout: time.Minute,
			opts: []opik.WaitOption{opik.PollEvery(time.Second), nil, opik.PollEvery(0), opik.PollEvery(-1)},
			want: []string{"a"}, at: []time.Duration{0, time.Second, 2 * time.Second}, took: 2 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
					defer cancel()
				}
				a := &polledSearch{start: time.Now(), list: tt.polls}
				got, err := opik.WaitFor(ctx, tt.atLeast, a.search(), tt.opts...)
				if took := time.Since(a.start); took != tt.took {
					t.Errorf("it took %v, not %v", took, tt.took)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("results %q, not %q", got, tt.want)
				}
				if !slices.Equal(a.at, tt.at) {
					t.Errorf("searched at %v, not %v", a.at, tt.at)
				}
				if (err == nil) != (tt.is == nil) {
					t.Errorf("error %v", err)
				}
				for _, target := range tt.is {
					if !errors.Is(err, target) {
						t.Errorf("%v is not %v", err, target)
					}
				}
				for _, target := range tt.isNot {
					if errors.Is(err, target) {
						t.Errorf("%v is %v", err, target)
					}
				}
			})
		})
	}
}

func TestWaitForSaysWhatThereWas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		a := &polledSearch{start: time.Now(), list: []pollResult{{results: []string{"a", "b"}}}}
		_, err := opik.WaitFor(ctx, 3, a.search())
		var few *opik.TooFewError
		if !errors.As(err, &few) || few.Found != 2 || few.Wanted != 3 {
			t.Fatalf("error %#v", err)
		}
		if want := "opik: too few results: 2 instead of 3: context deadline exceeded"; err.Error() != want {
			t.Errorf("text %q, not %q", err, want)
		}
	})
}

// TestWaitForEndsWithItsContext cancels the waiting, and then a search.
func TestWaitForEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(7*time.Second, cancel)
		a := &polledSearch{start: time.Now(), list: []pollResult{{}}}
		if _, err := opik.WaitFor(ctx, 1, a.search()); !errors.Is(err, opik.ErrTooFew) || !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		if took := time.Since(a.start); took != 7*time.Second {
			t.Errorf("it took %v", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		searches := 0
		slow := func(yield func(string, error) bool) {
			if !yield("a", nil) {
				return
			}
			if searches++; searches > 1 {
				<-ctx.Done()
				yield("", ctx.Err())
			}
		}
		got, err := opik.WaitFor(ctx, 2, slow)
		if !errors.Is(err, opik.ErrTooFew) || len(got) != 1 || searches != 2 {
			t.Errorf("results %q of %d searches, error %v", got, searches, err)
		}
	})
}

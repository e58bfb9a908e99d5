package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/transport"
)

func TestFlushOfNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, &server{})
		if r := mustFlush(t, p); len(r.Kinds) != 0 || !r.Complete() {
			t.Errorf("%+v", r)
		}
		mustClose(t, p)
		mustFlush(t, p)
		mustClose(t, p)
	})
}

func TestFlushSendsAtOnceAndDoesNotWaitForLaterRecords(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(call, int) (transport.Response, error) {
			time.Sleep(time.Second)
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, score(1))
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 50 {
				time.Sleep(100 * time.Millisecond)
				p.Enqueue(score(i))
			}
		})
		start := time.Now()
		mustFlush(t, p)
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %v", took)
		}
		wg.Wait()
		mustClose(t, p)
	})
}

func TestFlushThatIsCutShort(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		s := &server{reply: func(call, int) (transport.Response, error) {
			if down.Load() {
				return answer(503), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, score(1), score(2))
		r, err := p.Flush(within(5 * time.Second))
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || incomplete.Records != 2 || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v", err)
		}
		if want := "flush: 2 records are still queued: context deadline exceeded (latest failure: the server answered 503 Service Unavailable)"; err.Error() != want {
			t.Errorf("got %q", err)
		}
		if r.Total() != (Counts{Accepted: 2, Queued: 2}) || r.LastFailure == nil || r.Complete() {
			t.Errorf("%+v", r)
		}
		down.Store(false)
		enqueue(t, p, score(3))
		// The next receipt speaks of those that were left and of the new one.
		if r := mustFlush(t, p); r.Total() != (Counts{Accepted: 3, Delivered: 3}) || r.LastFailure != nil {
			t.Errorf("%+v", r)
		}
		if r := mustClose(t, p); r.Total() != (Counts{}) {
			t.Errorf("%+v", r)
		}
	})
}

func TestConcurrentFlushesSeeTheSame(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(call, int) (transport.Response, error) {
			time.Sleep(time.Second)
			return message422(), nil
		}}
		p := open(t, s)
		enqueue(t, p, badScore(1))
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if r := mustFlush(t, p); len(r.Rejections) != 1 || r.Total().Rejected != 1 {
					t.Errorf("%+v", r)
				}
			})
		}
		wg.Wait()
		if r := mustFlush(t, p); len(r.Rejections) != 0 {
			t.Errorf("%+v", r)
		}
		mustClose(t, p)
	})
}

func TestRejectionsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(call, int) (transport.Response, error) { return answer(404), nil }}
		p := open(t, s)
		const n = maxRejections + 500
		for i := range n {
			enqueue(t, p, item{scores, fmt.Sprint(i), `{"n":1}`})
		}
		r := mustFlush(t, p)
		if len(r.Rejections) != maxRejections || r.OmittedRejections != 500 || r.Total().Rejected != n {
			t.Errorf("%d listed, %d omitted, %+v", len(r.Rejections), r.OmittedRejections, r.Total())
		}
		if first, last := r.Rejections[0].Key, r.Rejections[maxRejections-1].Key; first != "500" || last != fmt.Sprint(n-1) {
			t.Errorf("from %s to %s", first, last)
		}
		mustClose(t, p)
	})
}

func TestCloseAtItsDeadline(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, blackHole{})
		enqueue(t, p, score(1), row("a", 1))
		time.Sleep(1500 * time.Millisecond)
		enqueue(t, p, row("a", 2), row("b", 1))
		start := time.Now()
		r, err := p.Close(within(2 * time.Second))
		if took := time.Since(start); took > 2100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || incomplete.Records != 4 || !strings.Contains(err.Error(), "close: 4 records were dropped") {
			t.Errorf("got %v", err)
		}
		if r.Total() != (Counts{Accepted: 4, Dropped: 4}) || p.Stats().Drops[DropDeadline] != 4 {
			t.Errorf("%+v", r)
		}
		if err := p.Enqueue(score(2)); !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
		if err := p.audit(); err != nil {
			t.Error(err)
		}
	})
}

// deaf does not notice the end of its context.
type deaf struct{ wake chan struct{} }

func (d deaf) Send(context.Context, transport.Request) (transport.Response, error) {
	<-d.wake
	return answer(204), nil
}

func TestCloseDoesNotWaitForASenderThatIgnoresItsContext(t *testing.T) {
	bubble(t, func(t *testing.T) {
		d := deaf{make(chan struct{})}
		p := open(t, d)
		enqueue(t, p, score(1))
		start := time.Now()
		r, err := p.Close(within(time.Second))
		if took := time.Since(start); took > 1100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if err == nil || r.Total() != (Counts{Accepted: 1, Dropped: 1}) {
			t.Errorf("%+v, %v", r, err)
		}
		close(d.wake) // the answer comes too late to count
		synctest.Wait()
		if c := p.Stats().Total(); c != (Counts{Accepted: 1, Dropped: 1}) {
			t.Errorf("%+v", c)
		}
	})
}

func TestConcurrentCloses(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, blackHole{})
		enqueue(t, p, score(1))
		var wg sync.WaitGroup
		start := time.Now()
		for i := range 4 {
			wg.Go(func() {
				if _, err := p.Close(within(time.Duration(i+1) * time.Second)); i == 0 && err == nil {
					t.Error("no error")
				}
				if took := time.Since(start); took > 1100*time.Millisecond {
					t.Errorf("the earliest deadline counts for all, but call %d took %v", i, took)
				}
			})
		}
		wg.Wait()
		if c := p.Stats().Total(); c != (Counts{Accepted: 1, Dropped: 1}) {
			t.Errorf("%+v", c)
		}
	})
}

func TestCloseWithoutTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p := open(t, &server{})
		if _, err := p.Close(ctx); err != nil {
			t.Errorf("nothing was queued, but: %v", err)
		}
		p = open(t, &server{})
		enqueue(t, p, score(1))
		if _, err := p.Close(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestNewNeedsASender(t *testing.T) {
	if _, err := New(Options{}); err == nil {
		t.Error("no error")
	}
}

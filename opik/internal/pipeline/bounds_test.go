package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/transport"
)

// blackHole answers nothing until its context ends.
type blackHole struct{}

func (blackHole) Send(ctx context.Context, _ transport.Request) (transport.Response, error) {
	<-ctx.Done()
	return transport.Response{}, ctx.Err()
}

func TestDropOldest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s, func(o *Options) { o.MaxBytes = 10 * cost(make([]byte, 1+len(`{"n":10}`)), "", "") })
		for i := range 25 {
			enqueue(t, p, score(10+i))
		}
		st := p.Stats()
		if st.Kinds["score"] != (Counts{Accepted: 25, Dropped: 15, Queued: 10}) || st.Drops[DropOverflow] != 15 || st.QueuedBytes > st.MaxBytes {
			t.Errorf("%+v", st)
		}
		mustClose(t, p)
		if items := s.requests()[0].items; len(items) != 10 || items[0].N != 25 || items[9].N != 34 {
			t.Errorf("sent %+v", items)
		}
	})
}

func TestDropOldestTakesTheOldestOfAllKinds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s, func(o *Options) { o.MaxBytes = 1000 })
		enqueue(t, p, row("a", 1), score(1), row("b", 1), score(2), row("a", 2), score(3))
		st := p.Stats()
		if st.Kinds["row"].Dropped != 2 { // a, with both of its states
			t.Errorf("%+v", st)
		}
		if err := p.audit(); err != nil {
			t.Error(err)
		}
		mustClose(t, p)
	})
}

func TestDropNewest(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s, func(o *Options) { o.MaxBytes, o.Overflow = 1000, DropNewest })
		errs := 0
		for i := range 25 {
			if err := p.Enqueue(score(10 + i)); err != nil {
				errs++
				if !errors.Is(err, ErrFull) {
					t.Fatal(err)
				}
			}
		}
		r := mustClose(t, p)
		if c := r.Total(); int(c.Dropped) != errs || errs == 0 || c.Delivered+c.Dropped != 25 {
			t.Errorf("%d errors, %+v", errs, c)
		}
		if items := s.requests()[0].items; items[0].N != 10 {
			t.Errorf("sent %+v", items)
		}
	})
}

func TestBytesInFlightCount(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, blackHole{}, func(o *Options) { o.MaxBytes = 5000 })
		for i := range 10 {
			p.Enqueue(sized(i, 200))
		}
		time.Sleep(2 * time.Second) // all in flight
		before := p.Stats()
		for i := range 100 {
			p.Enqueue(sized(i, 200))
		}
		after := p.Stats()
		if after.QueuedBytes > 5000 || after.Total().Queued < before.Total().Queued {
			t.Errorf("before %+v, after %+v", before, after)
		}
		// What is in flight cannot be dropped for a large new record.
		if err := p.Enqueue(sized(1, 4000)); !errors.Is(err, ErrFull) {
			t.Errorf("got %v", err)
		}
		p.Close(within(time.Second))
	})
}

func TestTooLargeRecord(t *testing.T) {
	for name, limit := range map[string]func(*Options){
		"record limit": func(o *Options) { o.MaxRecordBytes = 500 },
		"queue limit":  func(o *Options) { o.MaxBytes = 700 },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				p := open(t, &server{}, limit)
				if err := p.Enqueue(sized(1, 600)); !errors.Is(err, ErrTooLarge) {
					t.Errorf("got %v", err)
				}
				r := mustClose(t, p)
				if r.Total() != (Counts{Accepted: 1, Rejected: 1}) || r.Rejections[0].Status != 0 || !strings.Contains(r.Rejections[0].Message, "too large") {
					t.Errorf("%+v", r)
				}
			})
		})
	}
}

func TestMergedRecordThatWouldBeTooLargeStaysApart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s, func(o *Options) { o.MaxRecordBytes = 300 })
		pad := strings.Repeat("x", 200)
		enqueue(t, p, change("a", fmt.Sprintf(`{"f":%q}`, pad)), change("a", fmt.Sprintf(`{"g":%q}`, pad)))
		if r := mustClose(t, p); r.Total() != (Counts{Accepted: 2, Delivered: 2}) || r.Requests != 2 {
			t.Errorf("%+v", r)
		}
	})
}

func TestBlock(t *testing.T) {
	full := func(t *testing.T, s Sender) *Pipeline {
		p := open(t, s, func(o *Options) { o.MaxBytes, o.Overflow, o.BlockTimeout = 1000, Block, 10*time.Second })
		for i := 0; p.Stats().QueuedBytes+250 < 1000; i++ {
			enqueue(t, p, score(i))
		}
		return p
	}
	t.Run("until there is room", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			p := full(t, &server{})
			start := time.Now()
			enqueue(t, p, sized(9, 300))
			if took := time.Since(start); took != time.Second {
				t.Errorf("took %v", took)
			}
			mustClose(t, p)
		})
	})
	t.Run("until the timeout", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			p := full(t, blackHole{})
			start := time.Now()
			if err := p.Enqueue(sized(9, 300)); !errors.Is(err, ErrFull) || time.Since(start) != 10*time.Second {
				t.Errorf("%v after %v", err, time.Since(start))
			}
			p.Close(within(0))
		})
	})
	t.Run("until the context ends", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			p := full(t, blackHole{})
			start := time.Now()
			if err := p.EnqueueContext(within(3*time.Second), sized(9, 300)); !errors.Is(err, ErrFull) || time.Since(start) != 3*time.Second {
				t.Errorf("%v after %v", err, time.Since(start))
			}
			p.Close(within(0))
		})
	})
	t.Run("until Close", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			p := full(t, blackHole{})
			begin := time.Now()
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := p.Enqueue(sized(9, 300)); !errors.Is(err, ErrClosed) || time.Since(begin) > 0 {
					t.Errorf("got %v after %v", err, time.Since(begin))
				}
			})
			synctest.Wait()
			wg.Go(func() { p.Close(within(5 * time.Second)) })
			wg.Wait()
			if err := p.audit(); err != nil {
				t.Error(err)
			}
		})
	})
}

func TestEncodingThatPanics(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, &server{})
		if err := p.Enqueue(bomb{score(1)}); !errors.Is(err, ErrEncoding) {
			t.Errorf("got %v", err)
		}
		r := mustClose(t, p)
		if r.Total() != (Counts{Accepted: 1, Dropped: 1}) || p.Stats().Drops[DropEncoding] != 1 {
			t.Errorf("%+v", r)
		}
	})
}

func TestFlushEndsWhenItsRecordsAreDropped(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(call, int) (transport.Response, error) { return answer(429, "Retry-After", "100"), nil }}
		p := open(t, s, func(o *Options) { o.MaxBytes = 700 })
		enqueue(t, p, score(1))
		start := time.Now()
		time.AfterFunc(7*time.Second, func() {
			for i := range 20 {
				p.Enqueue(score(i))
			}
		})
		r := mustFlush(t, p)
		if took := time.Since(start); took != 7*time.Second || r.Total().Dropped == 0 {
			t.Errorf("%+v after %v", r.Total(), took)
		}
		p.Close(within(0))
	})
}

func TestIndexDoesNotKeepItsLargestSize(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, &server{}, func(o *Options) { o.BatchItems = 2 * maxIdleBuckets })
		for i := range maxIdleBuckets + 1 {
			enqueue(t, p, row(fmt.Sprint(i), i))
		}
		k := p.kinds[rows]
		if len(k.index.buckets) <= maxIdleBuckets {
			t.Errorf("%d buckets", len(k.index.buckets))
		}
		mustFlush(t, p)
		if k.index.buckets != nil || k.index.length != 0 {
			t.Errorf("%d buckets, %d entries", len(k.index.buckets), k.index.length)
		}
		mustClose(t, p)
	})
}

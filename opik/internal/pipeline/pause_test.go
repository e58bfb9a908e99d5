package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// closedTo answers with a status to requests of a method while it is not 0.
type closedTo struct {
	method string
	status atomic.Int64
	header []string
}

func (c *closedTo) reply(q call, _ int) (transport.Response, error) {
	if status := c.status.Load(); status != 0 && (c.method == "" || c.method == q.method) {
		return answer(int(status), c.header...), nil
	}
	return answer(204), nil
}

func (c *closedTo) open() { c.status.Store(0) }

func refusing(status int, method string, header ...string) (*closedTo, *server) {
	c := &closedTo{method: method, header: header}
	c.status.Store(int64(status))
	return c, &server{reply: c.reply}
}

var accountClasses = map[int]error{401: rest.ErrUnauthorized, 402: rest.ErrPaymentRequired, 403: rest.ErrForbidden}

func TestRefusalOfTheAccountKeepsTheRecords(t *testing.T) {
	for status, class := range accountClasses {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				var log syncBuffer
				gate, s := refusing(status, "PUT")
				p := open(t, s, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
				for i := range 2000 { // 33 minutes
					enqueue(t, p, score(i), row(fmt.Sprint(i), i))
					time.Sleep(time.Second)
				}
				c := p.Stats().Kinds
				if c["score"] != (Counts{Accepted: 2000, Queued: 2000}) || c["row"].Delivered < 1998 {
					t.Errorf("during the pause: %+v", c)
				}
				if err := p.Stats().LastFailure; !errors.Is(err, class) {
					t.Errorf("last failure %v", err)
				}
				probes, last := 0, time.Time{}
				for _, q := range s.requests() {
					if q.method != "PUT" {
						continue
					}
					if probes++; probes > 1 && len(q.items) != 1 {
						t.Errorf("probe %d has %d records", probes, len(q.items))
					}
					if wait := q.at.Sub(last); !last.IsZero() && (wait < 10*time.Second || wait > 331*time.Second) {
						t.Errorf("probe %d after %v", probes, wait)
					}
					last = q.at
				}
				if probes < 9 || probes > 13 { // 10+20+40+80+160 s, then each 5 minutes
					t.Errorf("%d probes", probes)
				}
				gate.open()
				time.Sleep(331 * time.Second)
				if c := p.Stats().Kinds["score"]; c.Delivered != 2000 {
					t.Errorf("after the pause: %+v", c)
				}
				for text, want := range map[string]int{"refuses records of this account": 1, "being delivered again": 1} {
					if n := strings.Count(log.String(), text); n != want {
						t.Errorf("%q is logged %d times:\n%s", text, n, log.String())
					}
				}
				mustClose(t, p)
			})
		})
	}
}

func TestRefusedKeyIsReportedOnceForAllKinds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log syncBuffer
		_, s := refusing(401, "")
		p := open(t, s, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		for i := range 300 {
			enqueue(t, p, score(i), row(fmt.Sprint(i), i))
			time.Sleep(time.Second)
		}
		if n := strings.Count(log.String(), "\n"); n != 1 {
			t.Errorf("logged:\n%s", log.String())
		}
	})
}

func TestChangesStayBehindWhatTheyChange(t *testing.T) {
	bubble(t, func(t *testing.T) {
		gate, s := refusing(402, "POST")
		p := open(t, s)
		enqueue(t, p, row("a", 1), change("a", `{"x":1}`))
		time.Sleep(time.Minute)
		for _, q := range s.requests() {
			if q.method == "PATCH" {
				t.Fatal("a change was sent before the row")
			}
		}
		gate.open()
		mustFlush(t, p)
		calls := s.requests()
		if n := len(calls); calls[n-1].method != "PATCH" || calls[n-2].method != "POST" {
			t.Errorf("the last calls: %v", calls[n-2:])
		}
	})
}

// Changes may be refused alone; rows go on then.
func TestPausedChangesHoldUpNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, s := refusing(403, "PATCH")
		p := open(t, s)
		for i := range 60 {
			enqueue(t, p, row(fmt.Sprint(i), i), change(fmt.Sprint(i), `{"x":1}`))
			time.Sleep(time.Second)
		}
		c := p.Stats().Kinds
		if c["row"].Delivered < 58 || c["change"].Queued != 60 {
			t.Errorf("%+v", c)
		}
	})
}

func TestPauseEndsWithTheFirstSuccess(t *testing.T) {
	bubble(t, func(t *testing.T) {
		gate, s := refusing(401, "")
		p := open(t, s)
		enqueue(t, p, scoresUpTo(3000)...)
		time.Sleep(5 * time.Second)
		gate.open()
		time.Sleep(7 * time.Second) // the first probe is after 10 to 11 s
		if c := p.Stats().Total(); c.Delivered != 3000 {
			t.Errorf("%+v", c)
		}
	})
}

func TestFlushAsksARefusingServerOnceMore(t *testing.T) {
	for name, started := range map[string]bool{"paused before": true, "first request": false} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				gate, s := refusing(401, "")
				p := open(t, s)
				enqueue(t, p, scoresUpTo(5)...)
				enqueue(t, p, row("a", 1), change("a", `{"x":1}`))
				if started {
					time.Sleep(time.Minute)
				}
				before := len(s.requests())
				r, err := p.Flush(context.Background())
				var incomplete *IncompleteError
				if !errors.As(err, &incomplete) || incomplete.Records != 7 || !errors.Is(err, rest.ErrUnauthorized) || !errors.Is(r.LastFailure, rest.ErrUnauthorized) {
					t.Errorf("error %v, receipt %+v", err, r)
				}
				if n := len(s.requests()) - before; n != 2 { // scores and rows
					t.Errorf("%d requests", n)
				}
				if r.Total().Queued != 7 {
					t.Errorf("receipt %+v", r)
				}
				gate.open()
				if r := mustFlush(t, p); r.Total() != (Counts{Accepted: 7, Delivered: 7}) {
					t.Errorf("receipt %+v", r)
				}
			})
		})
	}
}

func TestFlushWaitsForWhatIsNotRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		slow := time.Now().Add(time.Minute)
		s := &server{reply: func(c call, _ int) (transport.Response, error) {
			switch {
			case c.method == "PUT":
				return answer(403), nil
			case time.Now().Before(slow):
				return answer(503), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, score(1), row("a", 1))
		r, err := p.Flush(context.Background())
		if !errors.Is(err, rest.ErrForbidden) || r.Kinds["row"].Delivered != 1 || r.Kinds["score"].Queued != 1 {
			t.Errorf("error %v, receipt %+v", err, r)
		}
	})
}

func TestHintOfARefusingServer(t *testing.T) {
	bubble(t, func(t *testing.T) {
		gate, s := refusing(402, "", "Retry-After", "1800")
		p := open(t, s)
		enqueue(t, p, score(1))
		time.Sleep(29 * time.Minute)
		if n := len(s.requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
		// There is no use in waiting, nor in asking.
		start := time.Now()
		if _, err := p.Flush(context.Background()); !errors.Is(err, rest.ErrPaymentRequired) || time.Since(start) != 0 {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
		gate.open()
		time.Sleep(2 * time.Minute)
		if c := p.Stats().Total(); c.Delivered != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestCloseDuringAPause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		_, s := refusing(401, "PUT")
		p := open(t, s)
		enqueue(t, p, scoresUpTo(5)...)
		time.Sleep(20 * time.Second)
		enqueue(t, p, row("a", 1))
		start := time.Now()
		r, err := p.Close(context.Background())
		var incomplete *IncompleteError
		if !errors.As(err, &incomplete) || incomplete.Records != 5 || !errors.Is(err, rest.ErrUnauthorized) {
			t.Errorf("error %v", err)
		}
		if r.Kinds["score"].Dropped != 5 || r.Kinds["row"].Delivered != 1 {
			t.Errorf("receipt %+v", r)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		if d := p.Stats().Drops; d[DropDeadline] != 5 {
			t.Errorf("drops %v", d)
		}
	})
	bubble(t, func(t *testing.T) {
		_, s := refusing(401, "", "Retry-After", "600")
		p := open(t, s)
		enqueue(t, p, scoresUpTo(5)...)
		start := time.Now()
		if _, err := p.Close(context.Background()); !errors.Is(err, rest.ErrUnauthorized) || time.Since(start) > time.Second {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
	})
	bubble(t, func(t *testing.T) {
		_, s := refusing(401, "")
		p := open(t, s)
		enqueue(t, p, scoresUpTo(5)...)
		start := time.Now()
		_, err := p.Close(within(time.Second))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 1100*time.Millisecond {
			t.Errorf("error %v after %v", err, time.Since(start))
		}
	})
}

// A server that refuses three requests and takes two, again and again.
func TestFlappingRefusal(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(_ call, n int) (transport.Response, error) {
			if n%5 < 3 {
				return answer(401), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, scoresUpTo(100)...)
		enqueue(t, p, row("a", 1), change("a", `{"x":1}`))
		time.Sleep(time.Hour)
		if c := p.Stats().Total(); c != (Counts{Accepted: 102, Delivered: 102}) {
			t.Errorf("%+v", c)
		}
	})
}

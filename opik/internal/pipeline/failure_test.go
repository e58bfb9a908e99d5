package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/transport"
)

// refuseBad answers 422 to every request that holds a bad record.
func refuseBad(c call, _ int) (transport.Response, error) {
	if hasBad(c.items) {
		return message422(), nil
	}
	return answer(204), nil
}

func TestOneBadRecordIsFound(t *testing.T) {
	check := func(t *testing.T, n, bad int) {
		bubble(t, func(t *testing.T) {
			s := &server{reply: refuseBad}
			p := open(t, s, func(o *Options) { o.BatchItems = 1001 })
			for i := range n {
				if i == bad {
					enqueue(t, p, badScore(i))
				} else {
					enqueue(t, p, score(i))
				}
			}
			r := mustClose(t, p)
			if got, want := r.Total(), (Counts{Accepted: int64(n), Delivered: int64(n - 1), Rejected: 1}); got != want {
				t.Errorf("bad record %d of %d: %+v", bad, n, got)
			}
			want := Rejection{"score", fmt.Sprint("bad", bad), 422, "scores[0].n must not be bad", 1}
			if len(r.Rejections) != 1 || r.Rejections[0] != want {
				t.Errorf("bad record %d of %d: rejections %+v", bad, n, r.Rejections)
			}
			limit := 1 + int64(2*math.Log2(float64(n)))
			if n == 1000 {
				limit = 17 // what parts of different size are good for
			}
			if r.Requests > limit {
				t.Errorf("bad record %d of %d took %d requests, the limit is %d", bad, n, r.Requests, limit)
			}
			last := -1
			for _, c := range s.requests() {
				if hasBad(c.items) {
					continue
				}
				for _, i := range c.items {
					if i.N <= last {
						t.Errorf("bad record %d of %d: record %d arrived after %d", bad, n, i.N, last)
					}
					last = i.N
				}
			}
		})
	}
	for n := 1; n <= 40; n++ {
		for bad := range n {
			check(t, n, bad)
		}
	}
	for bad := 0; bad < 1000; bad += 37 {
		check(t, 1000, bad)
	}
	check(t, 1000, 999)
}

func TestManyBadRecordsAreFound(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: refuseBad}
		p := open(t, s, func(o *Options) { o.BatchItems = 1001 })
		want := []string{}
		for i := range 1000 {
			if i%97 == 5 || i > 980 {
				enqueue(t, p, badScore(i))
				want = append(want, fmt.Sprint("bad", i))
			} else {
				enqueue(t, p, score(i))
			}
		}
		r := mustClose(t, p)
		var got []string
		for _, x := range r.Rejections {
			got = append(got, x.Key)
		}
		if !slices.Equal(got, want) || r.Total().Delivered != int64(1000-len(want)) {
			t.Errorf("rejected %v, want %v; %+v", got, want, r.Total())
		}
	})
}

func TestTooLargeRequestsAreSplitAndTheSizeRemembered(t *testing.T) {
	bubble(t, func(t *testing.T) {
		refusals := 0
		s := &server{reply: func(c call, _ int) (transport.Response, error) {
			if len(c.body) > 10_000 {
				refusals++
				return answer(413), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		for i := range 40 {
			enqueue(t, p, sized(i, 1000))
		}
		if r := mustFlush(t, p); r.Total() != (Counts{Accepted: 40, Delivered: 40}) {
			t.Errorf("receipt %+v", r)
		}
		learned := refusals
		for i := range 40 {
			enqueue(t, p, sized(i, 1000))
		}
		mustFlush(t, p)
		if learned == 0 || refusals != learned {
			t.Errorf("%d refusals, then %d more", learned, refusals-learned)
		}
		enqueue(t, p, sized(1, 20_000))
		r := mustClose(t, p)
		if r.Total() != (Counts{Accepted: 1, Rejected: 1}) || r.Rejections[0].Status != 413 {
			t.Errorf("receipt %+v", r)
		}
	})
}

func TestFinalAnswers(t *testing.T) {
	for _, c := range []struct {
		status int
		item   item
		want   Counts
	}{
		{200, score(1), Counts{Delivered: 1}},
		{201, score(1), Counts{Delivered: 1}},
		{204, score(1), Counts{Delivered: 1}},
		{409, score(1), Counts{Delivered: 1}},
		{409, row("a", 1), Counts{Delivered: 1}},
		{409, change("a", `{}`), Counts{Rejected: 1}}, // not a repetition, but a contradiction
		{400, score(1), Counts{Rejected: 1}},
		{404, score(1), Counts{Rejected: 1}},
		{413, score(1), Counts{Rejected: 1}},
		{415, score(1), Counts{Rejected: 1}},
		{422, score(1), Counts{Rejected: 1}},
	} {
		t.Run(fmt.Sprint(c.status, c.item.kind.Method), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := &server{reply: func(call, int) (transport.Response, error) {
					r := answer(c.status)
					r.Body = []byte(`{"code":1,"message":"because"}`)
					return r, nil
				}}
				p := open(t, s)
				enqueue(t, p, c.item)
				r := mustClose(t, p)
				c.want.Accepted = 1
				if r.Total() != c.want || r.Requests != 1 {
					t.Errorf("receipt %+v", r)
				}
				if c.want.Rejected == 1 {
					x := r.Rejections[0]
					if x.Status != c.status || x.Message != "because" || x.Key != c.item.key || x.Kind != c.item.kind.Name {
						t.Errorf("rejection %+v", x)
					}
				}
			})
		})
	}
}

func TestTransientFailuresAreRepeated(t *testing.T) {
	failures := map[string]func() (transport.Response, error){
		"reset":    func() (transport.Response, error) { return transport.Response{}, errReset },
		"HTML 200": func() (transport.Response, error) { return answer(200), transport.ErrNotOpik },
		"panic":    func() (transport.Response, error) { panic("in a round tripper") },
	}
	for _, status := range []int{302, 408, 425, 429, 500, 501, 502, 503, 504, 520} {
		failures[fmt.Sprint(status)] = func() (transport.Response, error) { return answer(status), nil }
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				const times = 6
				s := &server{reply: func(c call, n int) (transport.Response, error) {
					if n <= times {
						return failure()
					}
					return answer(204), nil
				}}
				p := open(t, s)
				enqueue(t, p, row("a", 1))
				r := mustFlush(t, p)
				calls := s.requests()
				if r.Total() != (Counts{Accepted: 1, Delivered: 1}) || len(calls) != times+1 {
					t.Errorf("%d requests, receipt %+v", len(calls), r)
				}
				for i := 1; i < len(calls); i++ {
					if calls[i].body != calls[0].body {
						t.Errorf("attempt %d sent other bytes", i+1)
					}
					limit := 500 * time.Millisecond << (i - 1)
					if wait := calls[i].at.Sub(calls[i-1].at); wait > limit {
						t.Errorf("the wait before attempt %d was %v, at most %v expected", i+1, wait, limit)
					}
				}
				if st := p.Stats(); st.Failures != times || st.LastFailure != nil {
					t.Errorf("stats %+v", st)
				}
				mustClose(t, p)
			})
		})
	}
}

func TestServersHintIsObeyed(t *testing.T) {
	for _, c := range []struct {
		header []string
		want   time.Duration
	}{
		{[]string{"RateLimit-Reset", "7"}, 7 * time.Second},
		{[]string{"Retry-After", "3"}, 3 * time.Second},
		{[]string{"Opik-Workspace-Remaining-Limit", "0", "Opik-Workspace-Remaining-Limit-TTL-Millis", "2500"}, 2500 * time.Millisecond},
		{[]string{"Retry-After", "100000"}, 5 * time.Minute},
	} {
		t.Run(strings.Join(c.header[len(c.header)-2:], " "), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := &server{reply: func(_ call, n int) (transport.Response, error) {
					if n == 1 {
						return answer(429, c.header...), nil
					}
					return answer(204), nil
				}}
				p := open(t, s)
				enqueue(t, p, score(1))
				time.Sleep(1100 * time.Millisecond)
				if n := len(s.requests()); n != 1 {
					t.Fatalf("%d requests", n)
				}
				// A flush does not cut short what the server asked for.
				mustFlush(t, p)
				calls := s.requests()
				if len(calls) != 2 {
					t.Fatalf("%d requests", len(calls))
				}
				if wait := calls[1].at.Sub(calls[0].at); wait < c.want || wait > c.want+time.Second {
					t.Errorf("waited %v, want %v to a second more", wait, c.want)
				}
				mustClose(t, p)
			})
		})
	}
}

func TestFlushCutsShortAWaitOfOurOwn(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var down atomic.Bool
		down.Store(true)
		s := &server{reply: func(call, int) (transport.Response, error) {
			if down.Load() {
				return transport.Response{}, errReset
			}
			return answer(204), nil
		}}
		p := open(t, s, func(o *Options) {
			o.Retry = DefaultRetry
			o.Retry.Base, o.Retry.Max = 20*time.Minute, 20*time.Hour
		})
		enqueue(t, p, score(1))
		time.Sleep(10 * time.Hour)
		down.Store(false)
		start := time.Now()
		mustFlush(t, p)
		if took := time.Since(start); took > 20*time.Minute {
			t.Errorf("took %v", took)
		}
		mustClose(t, p)
	})
}

func TestSmallerRequestsAfterAFailure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(c call, n int) (transport.Response, error) {
			if len(c.items) > 30 && n < 20 {
				return answer(408), nil
			}
			return answer(204), nil
		}}
		p := open(t, s, func(o *Options) { o.BatchItems = 1000 })
		enqueue(t, p, scoresUpTo(200)...)
		mustFlush(t, p)
		sizes := s.sizes()
		if !slices.Equal(sizes[:3], []int{200, 100, 50}) || slices.Max(sizes[3:]) > 60 {
			t.Errorf("requests had %v items", sizes)
		}
		mustClose(t, p)
	})
}

// A record that makes the server fail must not hold up the others for ever, and
// is given up only when it is clear that it is the record.
func TestPoisonousRecord(t *testing.T) {
	for name, make := range map[string]func(n int, poison bool) item{
		"batched": func(n int, poison bool) item {
			if poison {
				return badScore(n)
			}
			return score(n)
		},
		"alone": func(n int, poison bool) item {
			return change(fmt.Sprint("key", n), fmt.Sprintf(`{"n":%d,"bad":%v}`, n, poison))
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := &server{reply: func(c call, _ int) (transport.Response, error) {
					if strings.Contains(c.body, `"bad":true`) {
						// Limits that are not exhausted come with every answer.
						return answer(500, "Opik-User-Remaining-Limit", "70", "Opik-User-Remaining-Limit-TTL-Millis", "9000"), nil
					}
					return answer(204), nil
				}}
				p := open(t, s)
				for i := range 80 {
					enqueue(t, p, make(i, i == 33))
				}
				time.Sleep(15 * time.Second)
				if c := p.Stats().Total(); c.Delivered != 79 || c.Queued != 1 {
					t.Fatalf("after 15s: %+v", c)
				}
				var rejected time.Duration
				start := time.Now()
				for i := range 40 {
					enqueue(t, p, make(100+i, false))
					time.Sleep(3 * time.Second)
					if rejected == 0 && p.Stats().Total().Rejected > 0 {
						rejected = time.Since(start)
					}
				}
				if rejected < 15*time.Second || rejected > 80*time.Second {
					t.Errorf("it was given up after %v more", rejected)
				}
				r := mustFlush(t, p)
				if r.Total() != (Counts{Accepted: 120, Delivered: 119, Rejected: 1}) {
					t.Fatalf("%+v", r.Total())
				}
				x := r.Rejections[0]
				if !strings.Contains(x.Key, "33") || x.Status != 500 || !strings.Contains(x.Message, "on this record alone") {
					t.Errorf("rejection %+v", x)
				}
				if r.Requests > 200 {
					t.Errorf("%d requests", r.Requests)
				}
				mustClose(t, p)
			})
		})
	}
}

func TestServersHintIsObeyedWhenItFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(_ call, n int) (transport.Response, error) {
			if n <= 10 {
				return answer(500, "Retry-After", "2"), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, scoresUpTo(50)...)
		mustClose(t, p)
		calls := s.requests()
		for i := 1; i <= 10; i++ {
			if wait := calls[i].at.Sub(calls[i-1].at); wait < 2*time.Second {
				t.Errorf("the wait before request %d was %v", i+1, wait)
			}
		}
	})
}

// A server that is down and answers "come back at once" must not be asked as fast
// as the network allows.
func TestHintOfNoWaitIsNoBusyLoop(t *testing.T) {
	for _, hint := range []string{"0", "Thu, 01 Jan 1998 00:00:00 GMT"} {
		bubble(t, func(t *testing.T) {
			s := &server{reply: func(_ call, n int) (transport.Response, error) {
				if n > 1000 { // or the test would never end
					return answer(204), nil
				}
				return answer(503, "Retry-After", hint), nil
			}}
			p := open(t, s)
			enqueue(t, p, score(1))
			time.Sleep(10 * time.Minute)
			if n := len(s.requests()); n < 10 || n > 100 {
				t.Errorf("Retry-After: %s: %d requests in ten minutes", hint, n)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := p.Close(ctx); err == nil {
				t.Error("close: no error")
			}
		})
	}
}

func TestOutageOfAnyKindLosesNothing(t *testing.T) {
	for _, status := range []int{500, 502, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				up := time.Now().Add(30 * time.Minute)
				s := &server{reply: func(call, int) (transport.Response, error) {
					if time.Now().Before(up) {
						return answer(status), nil
					}
					return answer(204), nil
				}}
				p := open(t, s)
				n := 0
				for time.Now().Before(up) {
					enqueue(t, p, score(n), change(fmt.Sprint(n), `{"f":1}`))
					n++
					time.Sleep(time.Second)
				}
				during := len(s.requests())
				r := mustClose(t, p)
				if r.Total() != (Counts{Accepted: int64(2 * n), Delivered: int64(2 * n)}) {
					t.Errorf("%+v", r.Total())
				}
				if during > 1000 { // two lanes, a wait of 15s on average
					t.Errorf("%d requests during the outage", during)
				}
			})
		})
	}
}

func TestOutageWithOneRecordLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		up := time.Now().Add(5 * time.Hour)
		s := &server{reply: func(call, int) (transport.Response, error) {
			if time.Now().Before(up) {
				return answer(500), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, score(1))
		time.Sleep(6 * time.Hour)
		if c := p.Stats().Total(); c != (Counts{Accepted: 1, Delivered: 1}) {
			t.Errorf("%+v", c)
		}
		mustClose(t, p)
	})
}

func TestServerThatFailsAtRandomLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T) {
		n := 0
		s := &server{reply: func(_ call, number int) (transport.Response, error) {
			if number%10 != 0 {
				return answer(500), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		for range 300 {
			enqueue(t, p, score(n), change(fmt.Sprint(n), `{"f":1}`))
			n++
			time.Sleep(time.Second)
		}
		r := mustClose(t, p)
		if r.Total() != (Counts{Accepted: int64(2 * n), Delivered: int64(2 * n)}) {
			t.Errorf("%+v", r.Total())
		}
	})
}

func TestLogging(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var log syncBuffer
		s := &server{reply: func(c call, n int) (transport.Response, error) {
			switch {
			case c.method == "POST":
				return answer(404), nil
			case n < 20:
				return transport.Response{}, errReset
			}
			return answer(204), nil
		}}
		p := open(t, s, func(o *Options) { o.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
		for i := range 10 {
			enqueue(t, p, row(fmt.Sprint(i), i))
			time.Sleep(2 * time.Second)
		}
		enqueue(t, p, score(1))
		mustClose(t, p)
		p.Enqueue(score(1))
		p.Enqueue(score(1))
		text := log.String()
		for line, times := range map[string]int{
			`"opik: the server rejected records" kind=row status=404`: 1,
			"cannot be delivered for now":                             1,
			"being delivered again":                                   1,
			"the client is closed":                                    1,
		} {
			if n := strings.Count(text, line); n != times {
				t.Errorf("%q is logged %d times, want %d, in\n%s", line, n, times, text)
			}
		}
	})
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

type panicking struct{ slog.Handler }

func TestLoggerThatPanics(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(call, int) (transport.Response, error) { return answer(404), nil }}
		p := open(t, s, func(o *Options) { o.Logger = slog.New(panicking{}) })
		enqueue(t, p, score(1))
		if r := mustClose(t, p); r.Total().Rejected != 1 {
			t.Errorf("%+v", r)
		}
	})
}

func TestServerMessage(t *testing.T) {
	long := strings.Repeat("é", 400)
	for body, want := range map[string]string{
		`{"code":404,"message":"Workspace not found"}`:            "Workspace not found",
		`{"code":400,"message":"Bad","details":"line 3"}`:         "Bad; line 3",
		`{"errors":["a must not be null","b is too long"]}`:       "a must not be null; b is too long",
		`{"error":"invalid_grant","error_description":"too old"}`: "invalid_grant; too old",
		`{"errors":"not a list","message":"still read"}`:          "still read",
		"<html><body>413 Request Entity Too Large</body></html>":  "an HTML page, probably of a proxy",
		"  plain text \n": "plain text",
		"":                "",
		"\xff\xfe":        "",
		`{"x":1}`:         `{"x":1}`,
		long:              long[:500] + "...",
	} {
		if got := serverMessage(transport.Response{Body: []byte(body)}); got != want {
			t.Errorf("serverMessage(%q) = %q, want %q", body, got, want)
		}
	}
}

func TestStatusErrorText(t *testing.T) {
	err := error(&StatusError{Status: http.StatusServiceUnavailable, Message: "try later"})
	if got := err.Error(); got != "the server answered 503 Service Unavailable: try later" {
		t.Error(got)
	}
	var status *StatusError
	if !errors.As(err, &status) {
		t.Error("not found by errors.As")
	}
}

// TestBudgetIsSharedByLanes lets one lane use up what all may repeat, and sees the other
// wait longer than it would by itself.
func TestBudgetIsSharedByLanes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(call, int) (transport.Response, error) { return answer(503), nil }}
		p := open(t, s)
		for p.budget.Take() {
		}
		enqueue(t, p, score(1))
		time.Sleep(time.Minute)
		calls := s.requests()
		if len(calls) < 2 || len(calls) > 5 {
			t.Fatalf("%d requests in a minute", len(calls))
		}
		for i := 1; i < len(calls); i++ {
			if wait := calls[i].at.Sub(calls[i-1].at); wait < DefaultRetry.Max/2 {
				t.Errorf("repeated after %v", wait)
			}
		}
		s.mu.Lock()
		s.reply = nil
		s.mu.Unlock()
		mustClose(t, p)
	})
}

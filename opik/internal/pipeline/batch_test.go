package pipeline

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// bubble runs a test in a bubble of its own time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestBatchClosesAfterDelay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		start := time.Now()
		enqueue(t, p, score(1))
		time.Sleep(600 * time.Millisecond)
		enqueue(t, p, score(2))
		time.Sleep(399 * time.Millisecond)
		synctest.Wait()
		if n := len(s.requests()); n != 0 {
			t.Fatalf("%d requests before the delay has passed", n)
		}
		time.Sleep(2 * time.Second)
		calls := s.requests()
		if len(calls) != 1 || len(calls[0].items) != 2 || calls[0].at.Sub(start) != time.Second {
			t.Fatalf("got %+v, want one request of 2 items after 1s", calls)
		}
		mustClose(t, p)
	})
}

func TestDelayCountsFromFirstRecordAfterIdleTime(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		enqueue(t, p, score(1))
		time.Sleep(time.Minute + 500*time.Millisecond)
		start := time.Now()
		enqueue(t, p, score(2))
		time.Sleep(5 * time.Second)
		if calls := s.requests(); len(calls) != 2 || calls[1].at.Sub(start) != time.Second {
			t.Fatalf("got %+v", calls)
		}
		mustClose(t, p)
	})
}

func TestBatchClosesAtItemsAndBytes(t *testing.T) {
	two := []item{sized(1, 6000), sized(2, 6000)}
	for name, test := range map[string]struct {
		set     func(*Options)
		records []item
	}{
		"items by default": {func(*Options) {}, scoresUpTo(1000)},
		"items":            {func(o *Options) { o.BatchItems = 10 }, scoresUpTo(10)},
		"ready bytes":      {func(o *Options) { o.ReadyBytes = 12_000 }, two},
		"batch bytes":      {func(o *Options) { o.BatchBytes = 12_000 }, two},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s, records := &server{}, test.records
				p := open(t, s, test.set)
				start := time.Now()
				enqueue(t, p, records[:len(records)-1]...)
				synctest.Wait()
				if n := len(s.requests()); n != 0 {
					t.Fatalf("%d requests before the batch was full", n)
				}
				enqueue(t, p, records[len(records)-1])
				synctest.Wait()
				if calls := s.requests(); len(calls) == 0 || !calls[0].at.Equal(start) {
					t.Fatalf("the full batch was not sent at once: %+v", calls)
				}
				mustClose(t, p)
			})
		})
	}
}

func scoresUpTo(n int) (items []item) {
	for i := range n {
		items = append(items, score(i+1))
	}
	return items
}

func TestBacklogIsSentUpToTheServersLimit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(_ call, n int) (transport.Response, error) {
			if n == 1 {
				time.Sleep(time.Second)
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, scoresUpTo(1000)...)
		synctest.Wait() // the first request is under way
		enqueue(t, p, scoresUpTo(2500)...)
		r := mustClose(t, p)
		if got, want := s.sizes(), []int{1000, 1000, 1000, 500}; !slices.Equal(got, want) {
			t.Errorf("requests had %v items, want %v", got, want)
		}
		if r.Requests != 4 || r.Total() != (Counts{Accepted: 3500, Delivered: 3500}) {
			t.Errorf("receipt %+v", r)
		}
	})
}

func TestRequestsAreSplitBySize(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s, func(o *Options) { o.BatchBytes = 5000 })
		// A record that is larger than a request should be travels alone.
		enqueue(t, p, sized(1, 2000), sized(2, 2000), sized(3, 2000), sized(4, 9000), sized(5, 100))
		mustClose(t, p)
		if got, want := s.sizes(), []int{2, 1, 1, 1}; !slices.Equal(got, want) {
			t.Errorf("requests had %v items, want %v", got, want)
		}
		for _, c := range s.requests() {
			if len(c.items) > 1 && len(c.body) > 5000 {
				t.Errorf("a request has %d bytes", len(c.body))
			}
		}
	})
}

func TestEnvelopes(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		enqueue(t, p, row("a", 1), row("b", 2), change("x/y z", `{"f":1}`))
		r := mustClose(t, p)
		calls := s.requests()
		want := []string{
			`POST /rows/batch {"rows":[{"id":"a","n":1},{"id":"b","n":2}]}`,
			`PATCH /rows/x%2Fy%20z {"f":1}`,
		}
		size := int64(0)
		for i, c := range calls {
			if got := c.method + " " + c.path + " " + c.body; i >= len(want) || got != want[i] {
				t.Errorf("request %d is %s", i, got)
			}
			size += int64(len(c.body))
		}
		if len(calls) != 2 || r.EncodedBytes != size || r.SentBytes != size {
			t.Errorf("%d requests, %d bytes; receipt %+v", len(calls), size, r)
		}
	})
}

func TestLowerStagesGoFirst(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		enqueue(t, p, change("a", `{"f":1}`), row("a", 1))
		mustClose(t, p)
		if calls := s.requests(); len(calls) != 2 || calls[0].method != "POST" {
			t.Errorf("got %+v", calls)
		}
	})
}

func TestLaterStageDoesNotOvertakeAFailingEarlierOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(c call, n int) (transport.Response, error) {
			if c.method == "POST" && n < 4 {
				return answer(503), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, row("a", 1), change("a", `{"f":1}`))
		mustClose(t, p)
		var methods []string
		for _, c := range s.requests() {
			methods = append(methods, c.method)
		}
		if want := []string{"POST", "POST", "POST", "POST", "PATCH"}; !slices.Equal(methods, want) {
			t.Errorf("got %v, want %v", methods, want)
		}
	})
}

func TestUnsentRecordsMerge(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		enqueue(t, p, row("a", 1), row("b", 1), row("a", 2), row("a", 3),
			change("a", `{"f":1,"g":{"x":"}"}}`), change("b", `{"f":9}`), change("a", `{"f":2,"h":[1,2]}`))
		r := mustClose(t, p)
		var got []string
		for _, c := range s.requests() {
			got = append(got, c.path+" "+c.body)
		}
		want := []string{
			`/rows/batch {"rows":[{"id":"a","n":3},{"id":"b","n":1}]}`,
			`/rows/a {"g":{"x":"}"},"f":2,"h":[1,2]}`,
			`/rows/b {"f":9}`,
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if r.Kinds["row"] != (Counts{Accepted: 4, Delivered: 4}) || r.Kinds["change"] != (Counts{Accepted: 3, Delivered: 3}) {
			t.Errorf("receipt %+v", r.Kinds)
		}
	})
}

func TestRecordThatFailedMergesWithALaterOne(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{reply: func(c call, n int) (transport.Response, error) {
			if n == 1 {
				time.Sleep(time.Second)
				return answer(503), nil
			}
			return answer(204), nil
		}}
		p := open(t, s)
		enqueue(t, p, row("a", 1), row("b", 1))
		time.Sleep(1500 * time.Millisecond) // the first request is under way
		enqueue(t, p, row("b", 2))
		if got := p.Stats().Kinds["row"]; got != (Counts{Accepted: 3, Queued: 3}) {
			t.Errorf("counts %+v", got)
		}
		r := mustClose(t, p)
		calls := s.requests()
		if len(calls) != 2 || calls[1].body != `{"rows":[{"id":"a","n":1},{"id":"b","n":2}]}` {
			t.Errorf("got %+v", calls)
		}
		if r.Total() != (Counts{Accepted: 3, Delivered: 3}) {
			t.Errorf("receipt %+v", r)
		}
	})
}

func TestDataMayBeChangedAfterEnqueue(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		m := &mutable{item{kind: scores}, []byte(`{"n":1}`)}
		if err := p.Enqueue(m); err != nil {
			t.Fatal(err)
		}
		copy(m.text, `[[[[[[[`)
		mustClose(t, p)
		if calls := s.requests(); len(calls) != 1 || calls[0].body != `{"scores":[{"n":1}]}` {
			t.Errorf("got %+v", calls)
		}
	})
}

type mutable struct {
	item
	text []byte
}

func (m *mutable) AppendJSON(b []byte) []byte { return append(b, m.text...) }

// goroutines counts those of all pipelines.
func goroutines() int {
	buf := make([]byte, 1<<20)
	return strings.Count(string(buf[:runtime.Stack(buf, true)]), "pipeline.(*lane).run(")
}

func TestGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := open(t, &server{})
		if n := goroutines(); n != 0 {
			t.Errorf("a new pipeline has %d goroutines", n)
		}
		// More lanes than goroutines.
		for lane := range 9 {
			kind := &message.Kind{Name: fmt.Sprint(lane), Method: "PUT", Path: "/scores", Items: "scores", MaxItems: 10, Lane: fmt.Sprint(lane)}
			for i := range 30 {
				enqueue(t, p, item{kind, "", fmt.Sprintf(`{"n":%d}`, i)})
			}
		}
		synctest.Wait()
		if n := goroutines(); n != maxLanes {
			t.Errorf("9 lanes have %d goroutines, want %d", n, maxLanes)
		}
		r := mustClose(t, p)
		synctest.Wait()
		if n := goroutines(); n != 0 {
			t.Errorf("a closed pipeline has %d goroutines", n)
		}
		if r.Total() != (Counts{Accepted: 270, Delivered: 270}) || len(r.Kinds) != 9 {
			t.Errorf("receipt %+v", r)
		}
	})
}

func TestLaterStageIsNotStarved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var p *Pipeline
		rowsSent := 0
		s := &server{}
		s.reply = func(c call, n int) (transport.Response, error) {
			time.Sleep(time.Second)
			if c.method == "POST" {
				rowsSent++
				// There is always a new row when a request is done.
				if rowsSent < 50 {
					p.Enqueue(row(fmt.Sprint("row", n), n))
				}
			}
			return answer(204), nil
		}
		p = open(t, s)
		enqueue(t, p, row("a", 1), change("a", `{"f":1}`))
		mustFlush(t, p)
		mustClose(t, p)
		if calls := s.requests(); calls[1].method != "PATCH" {
			t.Errorf("the change had to wait for %d rows", rowsSent)
		}
	})
}

// elsewhere is a change whose path names another entity than its key.
type elsewhere struct {
	item
	path string
}

func (e elsewhere) PathValue() string { return e.path }

func TestRecordsOfDifferentPathsDoNotMerge(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := &server{}
		p := open(t, s)
		for _, path := range []string{"a", "b"} {
			if err := p.Enqueue(elsewhere{change("key", `{"f":1}`), path}); err != nil {
				t.Fatal(err)
			}
		}
		mustClose(t, p)
		if calls := s.requests(); len(calls) != 2 || calls[0].path != "/rows/a" || calls[1].path != "/rows/b" {
			t.Errorf("got %+v", calls)
		}
	})
}

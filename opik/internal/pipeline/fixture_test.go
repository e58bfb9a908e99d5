package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/leaktest"
	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/transport"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// The kinds of the tests travel as those of the SDK do: whole rows and their
// changes in one lane, scores in another.
var (
	rows    = &message.Kind{Name: "row", Method: "POST", Path: "/rows/batch", Items: "rows", MaxItems: 1000, Lane: "rows", Stage: 0, Merge: message.MergeReplace}
	changes = &message.Kind{Name: "change", Method: "PATCH", Path: "/rows/{id}", MaxItems: 1, Lane: "rows", Stage: 1, Merge: message.MergeFields}
	scores  = &message.Kind{Name: "score", Method: "PUT", Path: "/scores", Items: "scores", MaxItems: 1000, Lane: "scores", Merge: message.MergeNone}
)

// item is a record of any kind.
type item struct {
	kind *message.Kind
	key  string
	json string
}

func (i item) Kind() *message.Kind { return i.kind }
func (i item) Key() string         { return i.key }
func (i item) PathValue() string {
	if i.kind.Items == "" {
		return i.key
	}
	return ""
}
func (i item) Group() string              { return "" }
func (i item) AppendJSON(b []byte) []byte { return append(b, i.json...) }

func row(key string, n int) item { return item{rows, key, fmt.Sprintf(`{"id":%q,"n":%d}`, key, n)} }
func score(n int) item           { return item{scores, "", fmt.Sprintf(`{"n":%d}`, n)} }
func badScore(n int) item {
	return item{scores, fmt.Sprint("bad", n), fmt.Sprintf(`{"n":%d,"bad":true}`, n)}
}
func change(key, fields string) item { return item{changes, key, fields} }
func sized(n, bytes int) item {
	return item{scores, "", fmt.Sprintf(`{"n":%d,"pad":%q}`, n, strings.Repeat("x", bytes))}
}

// call is a request as a test server sees it.
type call struct {
	at     time.Time
	method string
	path   string
	body   string
	items  []wireItem
}

type wireItem struct {
	ID  string
	N   int
	Bad bool
	Pad string
}

// server is a Sender with a script. Its answers come from reply, which may be
// nil for success.
type server struct {
	mu    sync.Mutex
	calls []call
	reply func(c call, number int) (transport.Response, error)
}

func (s *server) Send(ctx context.Context, r transport.Request) (transport.Response, error) {
	c := call{at: time.Now(), method: r.Method, path: r.Path}
	for _, part := range r.Body {
		c.body += string(part)
	}
	var err error
	if c.items, err = decodeItems(c.body); err != nil {
		panic(fmt.Sprintf("not JSON: %v: %s", err, c.body))
	}
	s.mu.Lock()
	s.calls = append(s.calls, c)
	number := len(s.calls)
	reply := s.reply
	s.mu.Unlock()
	resp, err := answer(204), ctx.Err()
	if err == nil && reply != nil {
		resp, err = reply(c, number)
	}
	resp.Sent, resp.Released = int64(len(c.body)), true
	return resp, err
}

func (s *server) requests() []call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]call(nil), s.calls...)
}

// sizes returns the number of items of each request.
func (s *server) sizes() (sizes []int) {
	for _, c := range s.requests() {
		sizes = append(sizes, len(c.items))
	}
	return sizes
}

func decodeItems(body string) ([]wireItem, error) {
	var envelope map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &envelope); err != nil {
		return nil, err
	}
	for _, name := range []string{"rows", "scores"} {
		if list, ok := envelope[name]; ok {
			var items []wireItem
			err := json.Unmarshal(list, &items)
			return items, err
		}
	}
	return []wireItem{{}}, nil
}

func answer(status int, header ...string) transport.Response {
	r := transport.Response{Status: status, Header: http.Header{}}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func message422() transport.Response {
	r := answer(422)
	r.Body = []byte(`{"errors":["scores[0].n must not be bad"]}`)
	return r
}

var errReset = errors.New("connection reset by peer")

func hasBad(items []wireItem) bool {
	for _, i := range items {
		if i.Bad {
			return true
		}
	}
	return false
}

func open(t *testing.T, s Sender, adjust ...func(*Options)) *Pipeline {
	t.Helper()
	o := Options{Sender: s}
	for _, f := range adjust {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(within(0)) })
	return p
}

func enqueue(t *testing.T, p *Pipeline, items ...item) {
	t.Helper()
	for _, i := range items {
		if err := p.Enqueue(i); err != nil {
			t.Fatal(err)
		}
	}
}

func within(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	_ = cancel // the timer is the point
	return ctx
}

func mustClose(t *testing.T, p *Pipeline) Receipt {
	t.Helper()
	r, err := p.Close(within(time.Hour))
	if err != nil {
		t.Fatalf("Close: %v", err)
	}
	return r
}

func mustFlush(t *testing.T, p *Pipeline) Receipt {
	t.Helper()
	r, err := p.Flush(within(time.Hour))
	if err != nil {
		t.Fatalf("Flush: %v", err)
	}
	return r
}

// audit compares the counters with what is really in the queues.
func (p *Pipeline) audit() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	queued := map[*kindState]int64{}
	var bytes int64
	for _, l := range p.lanes {
		records, waiting := 0, 0
		last := uint64(0)
		see := func(r *record) error {
			queued[r.kind] += r.weight
			bytes += r.cost()
			if r.weight < 1 {
				return fmt.Errorf("a record with weight %d", r.weight)
			}
			return nil
		}
		for _, r := range l.flying() {
			if r.seq <= last {
				return fmt.Errorf("records in flight are out of order: %d after %d", r.seq, last)
			}
			last = r.seq
			if err := see(r); err != nil {
				return err
			}
		}
		for _, k := range l.kinds {
			last, n, indexed := uint64(0), 0, 0
			for r := k.waiting.first; r != nil; r = r.next {
				if r.seq <= last {
					return fmt.Errorf("%s: waiting records are out of order: %d after %d", k.Name, r.seq, last)
				}
				last = r.seq
				if err := see(r); err != nil {
					return err
				}
				n++
				waiting += len(r.data)
				if k.index.get(r.key) == r {
					indexed++
				}
			}
			if n != k.waiting.length {
				return fmt.Errorf("%s: %d records wait, the list says %d", k.Name, n, k.waiting.length)
			}
			if indexed != k.index.length {
				return fmt.Errorf("%s: %d of %d entries of the index belong to waiting records", k.Name, indexed, k.index.length)
			}
			records += n
		}
		if records != l.records || waiting != l.bytes {
			return fmt.Errorf("%d records of %d bytes wait in a lane, which says %d of %d", records, waiting, l.records, l.bytes)
		}
	}
	if bytes != p.bytes || bytes > p.opts.MaxBytes {
		return fmt.Errorf("%d bytes are queued, the counter says %d, the limit is %d", bytes, p.bytes, p.opts.MaxBytes)
	}
	var dropped int64
	for _, k := range p.kinds {
		c := k.counts
		if c.Queued != queued[k] {
			return fmt.Errorf("%s: %d records are queued, the counter says %d", k.Name, queued[k], c.Queued)
		}
		if !c.balanced() {
			return fmt.Errorf("%s: the sum is wrong: %+v", k.Name, c)
		}
		dropped += c.Dropped
	}
	for _, n := range p.drops {
		dropped -= n
	}
	if dropped != 0 {
		return fmt.Errorf("the reasons of drops and their number differ by %d", dropped)
	}
	return nil
}

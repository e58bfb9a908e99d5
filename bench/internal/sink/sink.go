// Package sink is the server that all contestants send to: it takes what Opik's
// clients and OpenTelemetry's exporter send over HTTP and counts the distinct
// entities in it, without decoding more than it must.
package sink

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/opik-go/sdk/bench/internal/usage"
)

// Report says what a sink has received since it was reset.
type Report struct {
	// Distinct counts the entities with different ids, and Repeated the others.
	Distinct, Repeated int64
	// Requests counts requests, and Bytes their bodies as they came.
	Requests, Bytes int64
	// Bad counts requests that could not be read.
	Bad int64
	// Last is when the last new entity had arrived, in nanoseconds since 1970.
	Last int64
	// CPU is the processor time that the sink's process has had.
	CPU time.Duration
}

// Paths of the requests that are not counted.
const (
	pathReset  = "/reset"
	pathReport = "/report"
)

// Sink counts what arrives. It is an http.Handler.
type Sink struct {
	mu     sync.Mutex
	seen   map[id]struct{}
	report Report
	cpu    time.Duration // at the reset
}

// New returns a sink that has received nothing.
func New() *Sink {
	s := &Sink{}
	s.Reset()
	return s
}

// Reset forgets everything.
func (s *Sink) Reset() {
	cpu := usage.CPU()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = make(map[id]struct{}, 1<<17)
	s.report, s.cpu = Report{}, cpu
}

// Report says what has arrived.
func (s *Sink) Report() Report {
	cpu := usage.CPU()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.report
	r.CPU = cpu - s.cpu
	return r
}

// scratch is what a request needs.
type scratch struct {
	body []byte
	ids  []id
}

var scratches = sync.Pool{New: func() any { return &scratch{body: make([]byte, 0, 1<<20)} }}

func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case pathReset:
		s.Reset()
		w.WriteHeader(http.StatusNoContent)
		return
	case pathReport:
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(s.Report()) // a reader that is gone needs no report
		return
	}
	at := scratches.Get().(*scratch)
	defer scratches.Put(at)
	protobuf := r.Header.Get("Content-Type") == "application/x-protobuf"
	size, err := at.read(r)
	arrived := time.Now()
	if err == nil {
		err = at.scan(protobuf, strings.HasSuffix(r.URL.Path, "/batch") && r.Method == http.MethodPost)
	}
	s.count(at.ids, size, arrived, err)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case protobuf:
		w.Header().Set("Content-Type", "application/x-protobuf")
		w.WriteHeader(http.StatusOK)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// read reads the body, and returns its size as it came.
func (at *scratch) read(r *http.Request) (size int64, err error) {
	at.body = at.body[:0]
	counted := &counter{r: r.Body}
	var from io.Reader = counted
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(counted)
		if err != nil {
			return counted.n, err
		}
		from = z
	}
	if n := int(r.ContentLength); n >= cap(at.body) {
		at.body = make([]byte, 0, n+1)
	}
	for {
		if len(at.body) == cap(at.body) {
			at.body = append(at.body, 0)[:len(at.body)]
		}
		n, err := from.Read(at.body[len(at.body):cap(at.body)])
		at.body = at.body[:len(at.body)+n]
		if err == io.EOF {
			return counted.n, nil
		}
		if err != nil {
			return counted.n, fmt.Errorf("reading the request: %w", err)
		}
	}
}

// scan finds the ids. Requests that change entities (batch is false then) have no
// entities of their own.
func (at *scratch) scan(protobuf, batch bool) (err error) {
	at.ids = at.ids[:0]
	switch {
	case protobuf:
		at.ids, err = scanOTLP(at.ids, at.body)
	case batch:
		at.ids = scanJSON(at.ids, at.body)
	}
	return err
}

func (s *Sink) count(ids []id, size int64, arrived time.Time, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Requests++
	s.report.Bytes += size
	if err != nil {
		s.report.Bad++
		return
	}
	before := len(s.seen)
	for _, u := range ids {
		s.seen[u] = struct{}{}
	}
	fresh := int64(len(s.seen) - before)
	s.report.Distinct += fresh
	s.report.Repeated += int64(len(ids)) - fresh
	if fresh > 0 {
		s.report.Last = max(s.report.Last, arrived.UnixNano())
	}
}

// counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

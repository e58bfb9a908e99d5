package opiktest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Request is a request that the backend received, complete with its body, also
// if a fault kept it from being served.
type Request struct {
	// Operation is the operationId, "" if the path is unknown.
	Operation string
	Method    string // GET, POST and so on
	// Path is below the base URL, as it was sent: segments are still escaped.
	Path  string
	Query url.Values // decoded
	// Header has all headers but those with credentials.
	Header http.Header
	// Body is the decoded JSON body, with numbers as [encoding/json.Number]. It is
	// nil without a body, and a string if the body is no JSON. It must not be modified.
	Body any
	// Size is the number of bytes of the body after decompression.
	Size int
	// Time is when the backend had read it.
	Time time.Time
	// Status is that of the answer, 0 if none was given.
	Status int
}

// credentials are the headers that are not remembered.
var credentials = []string{"Authorization", "Cookie", "Proxy-Authorization"}

// Requests returns the requests received so far, oldest first. See
// [WithRequestLog] for how many are remembered.
func (b *Backend) Requests() []Request { return b.log.all(func(*Request) bool { return true }) }

// RequestsTo returns the requests to an operation: an operationId, or a path with
// an optional method as in [Fault.On].
func (b *Backend) RequestsTo(route string) []Request {
	p := parseRoutePattern(route)
	return b.log.all(func(r *Request) bool {
		return p.matches(r.Operation, r.Method, r.Path)
	})
}

// ClearRequests forgets the requests received so far.
func (b *Backend) ClearRequests() {
	b.log.mu.Lock()
	defer b.log.mu.Unlock()
	b.log.entries, b.log.bytes = nil, 0
}

// requestLog remembers the latest requests.
type requestLog struct {
	mu      sync.Mutex
	size    int // most entries
	limit   int // most bytes of bodies
	entries []*logEntry
	bytes   int // of the entries' bodies
}

type logEntry struct {
	log     *requestLog
	request Request
	body    []byte // decoded when it is asked for
}

func (l *requestLog) add(x *exchange, at time.Time) *logEntry {
	header := maps.Clone(x.Header)
	for _, name := range credentials {
		header.Del(name)
	}
	e := &logEntry{log: l, body: x.body, request: Request{
		Method: x.Method, Path: x.path, Query: x.URL.Query(), Header: header,
		Operation: x.operation(), Size: len(x.body), Time: at,
	}}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	l.bytes += len(e.body)
	drop := 0
	for len(l.entries)-drop > l.size || l.bytes > l.limit {
		l.bytes -= len(l.entries[drop].body)
		drop++
	}
	l.entries = slices.Delete(l.entries, 0, drop)
	return e
}

func (e *logEntry) setStatus(status int) {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.request.Status = status
}

func (l *requestLog) all(keep func(*Request) bool) []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []Request
	for _, e := range l.entries {
		if keep(&e.request) {
			r := e.request
			r.Body = decodeBody(e.body)
			out = append(out, r)
		}
	}
	return out
}

func decodeBody(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	v, err := doc.Decode(b)
	if err != nil {
		return string(b)
	}
	return v
}

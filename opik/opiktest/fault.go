package opiktest

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Fault is something that goes wrong with requests. Make one with a function of
// this package, narrow it with its methods, and start it with [Backend.Inject]:
//
//	srv.Inject(opiktest.FailWith(503).On("createTraces").Times(2))
//
// A Fault is a value: its methods return a changed copy.
type Fault struct {
	route routePattern
	times int // 0 without end
	after int
	every int

	delay     time.Duration
	dropEarly bool // reset before the body is read
	status    int  // answered instead of serving the request; 0 to serve it
	header    http.Header
	body      []byte

	resetAt int // bytes of the answer's body, -1 for none
	cutAt   int // items of a stream, -1 for none
	abrupt  bool
	errItem bool
	pause   time.Duration // after each piece of the body
	piece   int
}

func newFault() Fault { return Fault{resetAt: -1, cutAt: -1} }

// FailWith answers with a status and an error body in the server's usual shape,
// without doing the work.
func FailWith(status int) Fault {
	f := newFault()
	f.status = status
	f.header = http.Header{"Content-Type": {"application/json"}}
	text := http.StatusText(status)
	switch status {
	case http.StatusInternalServerError:
		text = "There was an error processing your request. It has been logged (ID 0000000000000000)."
	case http.StatusTooManyRequests:
		text = "Too Many Requests: the limit is exceeded"
	case http.StatusPaymentRequired:
		text = "The usage quota is exhausted"
	}
	f.body = doc.Encode(apierr.Message(status, "%s", text).Body())
	return f
}

// BareTooManyRequests answers 429 without a body and without a header that says
// how long to wait.
func BareTooManyRequests() Fault { return FailWith(http.StatusTooManyRequests).WithBody("", "") }

// RetryAfter answers with a status and a Retry-After header in whole seconds,
// rounded up.
func RetryAfter(status int, d time.Duration) Fault {
	return FailWith(status).WithHeader("Retry-After", strconv.FormatInt(seconds(d), 10))
}

// RetryAt answers with a status and a Retry-After header that is a date.
func RetryAt(status int, t time.Time) Fault {
	return FailWith(status).WithHeader("Retry-After", t.UTC().Format(http.TimeFormat))
}

// RateLimitReset answers 429 as the server's rate limiter does: with a header
// RateLimit-Reset in whole seconds, at least 1.
func RateLimitReset(d time.Duration) Fault {
	return FailWith(http.StatusTooManyRequests).WithHeader("RateLimit-Reset", resetSeconds(d))
}

// HTMLPage answers 200 with an HTML page, as a proxy or a login page in front of
// the server does.
func HTMLPage() Fault {
	return FailWith(http.StatusOK).WithBody("text/html; charset=utf-8",
		"<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>\n")
}

// Delay serves the request after a delay. It ends early when the client gives up.
func Delay(d time.Duration) Fault { return newFault().Delayed(d) }

// DropRequest resets the connection before the request's body is read, and does
// not serve it.
func DropRequest() Fault {
	f := newFault()
	f.dropEarly = true
	return f
}

// Reset serves the request and resets the connection after n bytes of the
// answer's body; with 0 before the first byte of the answer. The client may see
// fewer bytes than were sent. If the answer is shorter, the connection is reset
// at its end.
func Reset(n int) Fault {
	f := newFault()
	f.resetAt = n
	return f
}

// SlowBody serves the request and sends the answer's body in pieces of so many
// bytes, with a pause after each.
func SlowBody(piece int, pause time.Duration) Fault {
	f := newFault()
	f.piece, f.pause = max(piece, 1), pause
	return f
}

// CutStream serves a search and ends the stream after n items as if there were no
// more: that is how a server failure looks. Answers that are no streams are not
// affected.
func CutStream(n int) Fault {
	f := newFault()
	f.cutAt = n
	return f
}

// BreakStream serves a search and breaks the connection after n items, so that
// the client sees an unexpected end. Answers that are no streams are not affected.
func BreakStream(n int) Fault {
	f := CutStream(n)
	f.abrupt = true
	return f
}

// StreamError serves a search and ends the stream after n items with the error
// item that the server sends when it times out. Answers that are no streams are
// not affected.
func StreamError(n int) Fault {
	f := CutStream(n)
	f.errItem = true
	return f
}

// On limits the fault to an operation: to an operationId such as "createTraces",
// or to a path below the base URL with an optional method before it, such as
// "POST /v1/private/traces/batch". In a path, {anything} stands for one segment,
// a last segment ... for the rest, and /v1/private may be left out. Without On, a
// fault concerns all requests.
func (f Fault) On(route string) Fault {
	f.route = parseRoutePattern(route)
	return f
}

// Times ends the fault after n requests, overriding the default of never. Only
// requests that go wrong are counted.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// After lets the first n requests that the fault concerns pass.
func (f Fault) After(n int) Fault {
	f.after = n
	return f
}

// Every makes each n-th request go wrong, the first one included, and lets the
// others pass. The default is 1: all of them.
func (f Fault) Every(n int) Fault {
	f.every = n
	return f
}

// Delayed adds a delay before whatever else the fault does.
func (f Fault) Delayed(d time.Duration) Fault {
	f.delay = d
	return f
}

// WithHeader adds a header to the answer of a fault that answers itself.
func (f Fault) WithHeader(name, value string) Fault {
	f.header = maps.Clone(f.header)
	if f.header == nil {
		f.header = http.Header{}
	}
	f.header.Set(name, value)
	return f
}

// WithBody replaces the body of a fault that answers itself. An empty content
// type removes the header.
func (f Fault) WithBody(contentType, body string) Fault {
	f = f.WithHeader("Content-Type", contentType)
	if contentType == "" {
		f.header.Del("Content-Type")
	}
	f.body = []byte(body)
	return f
}

// seconds rounds up.
func seconds(d time.Duration) int64 { return max(0, int64((d+time.Second-1)/time.Second)) }

// resetSeconds is a time to wait as the rate limiter writes it: at least 1.
func resetSeconds(d time.Duration) string { return strconv.FormatInt(max(1, seconds(d)), 10) }

// Injection is a fault that was started.
type Injection struct {
	list  *faultList
	fault Fault
	seen  int // requests that it concerned
	hits  int // requests that went wrong
}

// Hits returns how many requests went wrong so far.
func (i *Injection) Hits() int {
	i.list.mu.Lock()
	defer i.list.mu.Unlock()
	return i.hits
}

// Remove ends the fault. It can be called more than once.
func (i *Injection) Remove() {
	i.list.mu.Lock()
	defer i.list.mu.Unlock()
	for n, other := range i.list.active {
		if other == i {
			i.list.active = append(i.list.active[:n:n], i.list.active[n+1:]...)
			return
		}
	}
}

// Inject starts a fault. It may be called at any time, also while requests are
// served; it concerns requests that arrive afterwards. When several faults
// concern a request, the one injected first takes it. Inject panics if the fault
// is limited to an operation that the backend does not have.
func (b *Backend) Inject(f Fault) *Injection {
	if f.route.operation != "" && !b.hasOperation(f.route.operation) {
		panic(fmt.Sprintf("opiktest: fault on unknown operation %q", f.route.operation))
	}
	i := &Injection{list: &b.faults, fault: f}
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.active = append(b.faults.active, i)
	return i
}

// ClearFaults ends all faults.
func (b *Backend) ClearFaults() {
	b.faults.mu.Lock()
	defer b.faults.mu.Unlock()
	b.faults.active = nil
}

// faultList holds the faults that are active, in the order of their injection.
type faultList struct {
	mu     sync.Mutex
	active []*Injection
}

// take returns the fault that concerns the request, or nil, and counts it.
func (l *faultList) take(x *exchange) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, i := range l.active {
		f := &i.fault
		if f.times > 0 && i.hits >= f.times || !f.route.matches(x.operation(), x.Method, x.path) {
			continue
		}
		n := i.seen - f.after
		i.seen++
		if n < 0 || f.every > 1 && n%f.every != 0 {
			continue
		}
		i.hits++
		taken := i.fault
		return &taken
	}
	return nil
}

package opiktest

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

// RateLimits says how many events the backend takes in a window. A limit of 0
// means the default of the cloud's server; a batch counts with all its elements.
type RateLimits struct {
	User             int           // writes of one API key; default 10,000
	Workspace        int           // writes to one workspace; default 5,000
	SingleTracingOps int           // single creates and updates of traces and spans; default 800
	GetSpanByID      int           // default 250
	Reads            int           // lists, searches and statistics of traces and spans, each; default 30
	Window           time.Duration // default 60 s
}

// counter is what the server calls a bucket.
type counter struct {
	header string // part of the names of headers
	name   string
	perKey bool // of an API key instead of a workspace
	limit  func(RateLimits) int
}

// counters says which counters a request must find room in.
var counters = map[wire.Bucket][]counter{
	wire.GeneralEvents: {
		{"User", "general_events", true, func(l RateLimits) int { return or(l.User, 10000) }},
		{"Workspace", "workspace_events", false, func(l RateLimits) int { return or(l.Workspace, 5000) }},
	},
	wire.SingleTracingOps: {{"Single-Tracing-Ops", "single_tracing_ops", false, func(l RateLimits) int { return or(l.SingleTracingOps, 800) }}},
	wire.GetSpanByID:      {{"Get-Span-Id", "get_span_by_id", false, func(l RateLimits) int { return or(l.GetSpanByID, 250) }}},
	wire.GetSpans:         {{"Get-Spans", "get_spans", false, reads}},
	wire.SearchSpans:      {{"Search-Spans", "search_spans", false, reads}},
	wire.GetSpanStats:     {{"Get-Span-Stats", "get_span_stats", false, reads}},
	wire.GetTraces:        {{"Get-Traces", "get_traces", false, reads}},
	wire.SearchTraces:     {{"Search-Traces", "search_traces", false, reads}},
	wire.GetTraceStats:    {{"Get-Trace-Stats", "get_trace_stats", false, reads}},
}

func reads(l RateLimits) int { return or(l.Reads, 30) }

func or(n, absent int) int {
	if n > 0 {
		return n
	}
	return absent
}

// limiter counts events in windows that begin with their first event.
type limiter struct {
	limits RateLimits
	now    func() time.Time

	mu      sync.Mutex
	windows map[string]*window
}

type window struct {
	ends time.Time
	used int
}

func newLimiter(l RateLimits, now func() time.Time) *limiter {
	if l.Window <= 0 {
		l.Window = time.Minute
	}
	return &limiter{limits: l, now: now, windows: map[string]*window{}}
}

// admit counts a request and sets the headers that tell what is left. A request
// that does not fit is refused as a whole and not counted. The nil limiter
// admits everything.
func (l *limiter) admit(h http.Header, key string, c *wire.Call) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now, events := l.now(), eventsOf(c)
	windows := map[string]*window{} // by name of the counter
	var exceeded *counter
	for _, k := range counters[c.Route.Bucket] {
		owner := c.Workspace
		if k.perKey {
			owner = key
		}
		w := l.window(k.name+"\x00"+owner, now)
		windows[k.name] = w
		if exceeded == nil && events > k.limit(l.limits)-w.used {
			exceeded = &k
		}
	}
	for _, k := range counters[c.Route.Bucket] {
		w := windows[k.name]
		if exceeded == nil {
			w.used += events
		}
		h.Set("Opik-"+k.header+"-Limit", k.name)
		h.Set("Opik-"+k.header+"-Remaining-Limit", strconv.Itoa(k.limit(l.limits)-w.used))
		h.Set("Opik-"+k.header+"-Remaining-Limit-TTL-Millis", strconv.FormatInt(w.ends.Sub(now).Milliseconds(), 10))
	}
	if exceeded == nil {
		return nil
	}
	h.Set("RateLimit-Reset", resetSeconds(windows[exceeded.name].ends.Sub(now)))
	return apierr.Message(http.StatusTooManyRequests, "Too Many Requests: the limit of %s is exceeded", exceeded.name)
}

func (l *limiter) window(id string, now time.Time) *window {
	w := l.windows[id]
	if w == nil || !now.Before(w.ends) {
		w = &window{ends: now.Add(l.limits.Window)}
		l.windows[id] = w
	}
	return w
}

// eventsOf returns what a request counts for: the elements of a batch, else 1.
func eventsOf(c *wire.Call) int {
	if c.Route.Cost != nil {
		return max(c.Route.Cost(c.Body), 1)
	}
	if n := len(doc.List(c.Body, c.Route.Batch)); c.Route.Batch != "" && n > 0 {
		return n
	}
	return 1
}

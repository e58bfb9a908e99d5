package opik

import (
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/internal/transport"
)

// reportEvery bounds how often the logger is told of mistakes of one method: one in
// a loop must not flood the log.
const reportEvery = 30 * time.Second

// reports remembers what the logger was told when.
type reports struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (r *reports) due(event string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last, ok := r.last[event]; ok && now.Sub(last) < reportEvery {
		return false
	}
	if r.last == nil {
		r.last = make(map[string]time.Time)
	}
	r.last[event] = now
	return true
}

// report tells the logger of a value that was ignored, because it was handed to a
// method that returns no error, and counts it.
func (c *Client) report(invalid *ValidationError) {
	c.invalid.Add(1)
	if c.reports.due(invalid.Method, time.Now()) {
		c.warn("opik: a value was ignored", "error", invalid)
	}
}

// warn tells the logger. A handler that panics must not end the program that is
// observed.
func (c *Client) warn(text string, args ...any) {
	defer func() { _ = recover() }()
	c.logger.Warn(text, args...)
}

// reportID reports an id that is no version 7 UUID, which check says.
func (c *Client) reportID(method, argument string, check error) {
	c.report(&ValidationError{Method: method, Field: argument, Reason: "is refused by the server", Err: check})
}

func (c *Client) reportDeprecation(d transport.Deprecation) {
	c.warn("opik: the server calls a request deprecated", "operation", d.Operation, "message", d.Text)
}

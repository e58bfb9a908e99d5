package opik

import (
	"log/slog"

	"github.com/opik-go/sdk/opik/internal/transport"
)

// report tells the logger of a value that was ignored, because it was handed to a
// method that returns no error, and counts it.
func (c *Client) report(invalid *ValidationError) {
	c.invalid.Add(1)
	c.warn(invalid.Method, "opik: a value was ignored", "error", invalid)
}

// warn tells the logger of an event, unless it was told of one like it a moment ago: a
// mistake in a loop must not flood the log.
func (c *Client) warn(event, text string, args ...any) {
	c.events.Tell(slog.LevelWarn, event, text, args...)
}

// reportID reports an id that is no version 7 UUID, which check says.
func (c *Client) reportID(method, argument string, check error) {
	c.report(&ValidationError{Method: method, Field: argument, Reason: "is refused by the server", Err: check})
}

func (c *Client) reportDeprecation(d transport.Deprecation) {
	c.events.TellAlways(slog.LevelWarn, "opik: the server calls a request deprecated", "operation", d.Operation, "message", d.Text)
}

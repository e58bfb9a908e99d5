package pipeline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// StatusError is the failure of a request that the server answered.
type StatusError struct {
	// Status is the HTTP status.
	Status int
	// Message is the server's explanation; it may be empty.
	Message string
}

// Error returns the status, its name and the message.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("the server answered %d %s", e.Status, http.StatusText(e.Status))
	if e.Message != "" {
		text += ": " + e.Message
	}
	return text
}

// Is reports whether target is the class of refusals that the status belongs to, such
// as [rest.ErrUnavailable].
func (e *StatusError) Is(target error) bool {
	return (&rest.APIError{Status: e.Status}).Is(target)
}

const maxMessage = 500

// serverMessage extracts the explanation from an answer in any of the shapes
// that the backend, its OAuth endpoints and proxies use.
func serverMessage(resp transport.Response) string {
	var shapes struct {
		Message     string   `json:"message"`
		Details     string   `json:"details"`
		Errors      []string `json:"errors"`
		Error       string   `json:"error"`
		Description string   `json:"error_description"`
	}
	body := bytes.TrimSpace(resp.Body)
	text := ""
	if len(body) > 0 && body[0] == '{' {
		// A member of another type leaves the others filled in.
		_ = json.Unmarshal(body, &shapes)
		var parts []string
		for _, s := range append([]string{shapes.Message, shapes.Details}, append(shapes.Errors, shapes.Error, shapes.Description)...) {
			if s != "" {
				parts = append(parts, s)
			}
		}
		text = strings.Join(parts, "; ")
	}
	switch {
	case text != "":
	case len(body) > 0 && body[0] == '<':
		text = "an HTML page, probably of a proxy"
	case utf8.Valid(body):
		text = string(body)
	}
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "..."
	}
	return text
}

// reportAfter is the number of consecutive failures that make an outage.
const reportAfter = 3

func (p *Pipeline) report(level slog.Level, event, text string, args ...any) {
	p.events.Tell(level, event, text, args...)
}

func (p *Pipeline) reportLoss(kind string, err error) {
	for _, cause := range []error{ErrClosed, ErrFull, ErrTooLarge, ErrEncoding} {
		if errors.Is(err, cause) {
			p.report(slog.LevelWarn, cause.Error(), "opik: records are lost", "kind", kind, "error", err)
		}
	}
}

func (p *Pipeline) reportRejection(kind string, status int, text string, count int64) {
	p.report(slog.LevelError, fmt.Sprint("rejected ", kind, status), "opik: the server rejected records",
		"kind", kind, "status", status, "message", text, "records", count)
}

func (p *Pipeline) reportOutage(kind string, err error) {
	p.report(slog.LevelWarn, "outage "+kind, "opik: records cannot be delivered for now; they are kept and sent again", "kind", kind, "error", err)
}

func (p *Pipeline) reportPause(kind string, status int, err error) {
	event := fmt.Sprint("pause ", status)
	if status != http.StatusUnauthorized {
		event += " " + kind
	}
	p.report(slog.LevelError, event, "opik: the server refuses records of this account; they are kept until it takes them", "kind", kind, "status", status, "error", err)
}

func (p *Pipeline) reportRecovery(kind string, failures int) {
	p.report(slog.LevelInfo, "recovery "+kind, "opik: records are being delivered again", "kind", kind, "failures", failures)
}

func (p *Pipeline) reportEviction(kind string, why DropReason, records int64) {
	p.report(slog.LevelWarn, "evicted "+string(why)+kind, "opik: records on disk are lost", "kind", kind, "reason", string(why), "records", records)
}

func (p *Pipeline) reportDiskFailure(err error) {
	p.report(slog.LevelError, "disk", "opik: records cannot be kept on disk; they stay in memory", "error", err)
}

// reportPanic tells of a panic in code of the user that the pipeline calls.
func (p *Pipeline) reportPanic(where string, v any) {
	p.report(slog.LevelError, "panic "+where, "opik: a panic was contained", "in", where, "panic", fmt.Sprint(v))
}

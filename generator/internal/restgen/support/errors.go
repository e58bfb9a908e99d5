package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// Classes of refusals, for use with [errors.Is]. An [*APIError] matches those of
// its status.
var (
	ErrInvalid         = errors.New("invalid request")    // 400, 422
	ErrUnauthorized    = errors.New("unauthorized")       // 401
	ErrPaymentRequired = errors.New("quota exhausted")    // 402
	ErrForbidden       = errors.New("forbidden")          // 403
	ErrNotFound        = errors.New("not found")          // 404
	ErrConflict        = errors.New("conflict")           // 409
	ErrGone            = errors.New("gone")               // 410
	ErrPayloadTooLarge = errors.New("request too large")  // 413
	ErrUnprocessable   = errors.New("unprocessable")      // 422
	ErrRateLimited     = errors.New("rate limited")       // 429
	ErrUnavailable     = errors.New("server unavailable") // 500 and above
)

// Answers that a client cannot use, for use with [errors.Is].
var (
	// ErrNoContent says that the server answered without a result, which some
	// operations do when there is nothing to return.
	ErrNoContent = errors.New("no content")
	// ErrNoLocation says that the answer to a create names no location.
	ErrNoLocation = errors.New("no location in the response")
	// ErrUnexpectedContent says that the answer is of another kind than the
	// operation's, such as the HTML page of a proxy.
	ErrUnexpectedContent = errors.New("unexpected content")
	// ErrResponseTooLarge says that a response or an item exceeds its limit.
	ErrResponseTooLarge = errors.New("response too large")
	// ErrStreamCut says that a stream ended in the middle of an item, or that its
	// connection broke.
	ErrStreamCut = errors.New("stream cut")
)

// APIError is a refusal by the server.
type APIError struct {
	// Operation is the operationId.
	Operation string
	// Status is the HTTP status. For an error that was sent inside a stream it is
	// the error's code.
	Status int
	// Code is the code inside the body; zero if there is none.
	Code int
	// Messages holds what the server says, in its words.
	Messages []string
	// Details holds further explanations of the server, or the text of an answer
	// that is not JSON.
	Details string
	// RequestID identifies the request in the server's logs, if the server says so.
	RequestID string
	// Header holds the headers of the response; nil for an error inside a stream.
	Header http.Header
	// Body holds the response as received, up to 256 KiB.
	Body []byte
	// RetryAfter is how long the server asks to wait; zero if it does not.
	RetryAfter time.Duration
}

// Error returns operation, status and the server's messages.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d", e.Operation, e.Status)
	if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	const most, longest = 3, 300
	for i, message := range e.Messages {
		if i == most {
			fmt.Fprintf(&b, " (and %d more)", len(e.Messages)-most)
			break
		}
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(shorten(message, longest))
	}
	return b.String()
}

// Is reports whether target is a class of this error's status.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrInvalid:
		return e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity
	case ErrUnauthorized:
		return e.Status == http.StatusUnauthorized
	case ErrPaymentRequired:
		return e.Status == http.StatusPaymentRequired
	case ErrForbidden:
		return e.Status == http.StatusForbidden
	case ErrNotFound:
		return e.Status == http.StatusNotFound
	case ErrConflict:
		return e.Status == http.StatusConflict
	case ErrGone:
		return e.Status == http.StatusGone
	case ErrPayloadTooLarge:
		return e.Status == http.StatusRequestEntityTooLarge
	case ErrUnprocessable:
		return e.Status == http.StatusUnprocessableEntity
	case ErrRateLimited:
		return e.Status == http.StatusTooManyRequests
	case ErrUnavailable:
		return e.Status >= http.StatusInternalServerError
	}
	return false
}

// NewAPIError makes an error of a response that is no success, for requests that
// are no operations of a [Client]. It reads and closes the response's body.
func NewAPIError(operation string, res *http.Response) *APIError {
	// What cannot be read is missing from Body; the status matters more.
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	discard(res.Body)
	e := &APIError{
		Operation: operation,
		Status:    res.StatusCode,
		Header:    res.Header,
		Body:      body,
	}
	// Limits are reported with every answer; only here do they ask for patience.
	if e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= http.StatusInternalServerError {
		e.RetryAfter, _ = RetryAfter(res.Header, time.Now())
	}
	for _, name := range []string{"X-Request-Id", "X-Trace-Id"} {
		if e.RequestID = res.Header.Get(name); e.RequestID != "" {
			break
		}
	}
	if !e.decode(body) && !looksLikeHTML(res.Header, body) {
		e.Details = strings.TrimSpace(strings.ToValidUTF8(string(body), "\uFFFD"))
	}
	return e
}

// decode understands the shapes in which the server reports errors, whatever the
// Content-Type says. It reports false for anything else.
func (e *APIError) decode(body []byte) bool {
	var shape struct {
		Code        json.RawMessage   `json:"code"`
		Message     json.RawMessage   `json:"message"`
		Details     json.RawMessage   `json:"details"`
		Errors      []json.RawMessage `json:"errors"`
		OAuth       string            `json:"error"`
		Description string            `json:"error_description"`
	}
	if json.Unmarshal(body, &shape) != nil {
		return false
	}
	switch {
	case text(shape.Message) != "":
		e.Messages = []string{text(shape.Message)}
	case len(shape.Errors) > 0:
		for _, message := range shape.Errors {
			e.Messages = append(e.Messages, text(message))
		}
	case shape.OAuth != "":
		e.Messages = []string{shape.OAuth}
		if shape.Description != "" {
			e.Messages = append(e.Messages, shape.Description)
		}
	default:
		return false
	}
	// A code that is no number is of no use here; the body keeps it.
	if json.Unmarshal(shape.Code, &e.Code) != nil {
		e.Code = 0
	}
	e.Details = text(shape.Details)
	return true
}

// text returns a JSON string's value, and the JSON text of anything else.
func text(raw json.RawMessage) string {
	var s string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}

// shorten keeps a message on one line and within a number of bytes.
func shorten(s string, longest int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= longest {
		return s
	}
	for longest > 0 && !utf8.RuneStart(s[longest]) {
		longest--
	}
	return s[:longest] + "..."
}

func looksLikeHTML(h http.Header, body []byte) bool {
	return strings.Contains(h.Get("Content-Type"), "html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

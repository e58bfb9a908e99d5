// Package apierr holds the errors that the backend answers with.
package apierr

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// Error is an answer with a status of 400 or more. The server has two shapes of
// body: {"code", "message"} and {"errors": [...]}.
type Error struct {
	Status int
	// Message is set for the first shape.
	Message string
	// Errors is set for the second shape.
	Errors []string
	// Mistake is set if the client does not speak the protocol, because it asked
	// for an unknown path or sent what the server cannot read at all. It says more
	// than the answer does.
	Mistake string
}

// Message makes an error with the body {"code", "message"}.
func Message(status int, format string, args ...any) *Error {
	return &Error{Status: status, Message: fmt.Sprintf(format, args...)}
}

// List makes an error with the body {"errors": [...]}.
func List(status int, messages ...string) *Error {
	return &Error{Status: status, Errors: messages}
}

// Invalid is the answer to a body that breaks a constraint.
func Invalid(messages ...string) *Error {
	return List(http.StatusUnprocessableEntity, messages...)
}

// Malformed is the answer to a body that is no JSON, or of the wrong types.
func Malformed(format string, args ...any) *Error {
	e := Message(http.StatusBadRequest, "Unable to process JSON. "+format, args...)
	e.Mistake = e.Message
	return e
}

// Unroutable is the answer to a request that no operation can take: status 404
// for an unknown path, 405 for a wrong method, 415 for a wrong content type. The
// answer does not tell the mistake; the server's does not either.
func Unroutable(status int, mistake string, args ...any) *Error {
	e := Message(status, "HTTP %d %s", status, http.StatusText(status))
	e.Mistake = fmt.Sprintf(mistake, args...)
	return e
}

// NotVersion7 is the answer to an id of another version.
func NotVersion7(entity string) *Error {
	return List(http.StatusBadRequest, entity+" id must be a version 7 UUID")
}

// Error implements error.
func (e *Error) Error() string {
	if e.Errors != nil {
		return fmt.Sprintf("%d: %s", e.Status, strings.Join(e.Errors, "; "))
	}
	return fmt.Sprintf("%d: %s", e.Status, e.Message)
}

// Body returns the JSON object to answer with.
func (e *Error) Body() doc.Object {
	if e.Errors != nil {
		return doc.Object{"errors": doc.FromStrings(e.Errors)}
	}
	return doc.Object{"code": e.Status, "message": e.Message}
}

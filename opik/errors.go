package opik

import (
	"errors"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/config"
	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// APIError is a refusal by the server: operation, status, the server's messages, and
// the response as it came. Find it with [errors.As] as *APIError, or ask for a class of
// refusals with [errors.Is] and one of the Err values of this package. Its text holds no
// URL, key or body.
type APIError = rest.APIError

// Classes of refusals, for use with [errors.Is] on the error of any method that
// makes a request.
var (
	ErrInvalid         = rest.ErrInvalid         // 400, 422: the server does not understand or accept the request
	ErrUnauthorized    = rest.ErrUnauthorized    // 401: no API key, or an unknown one
	ErrPaymentRequired = rest.ErrPaymentRequired // 402: the quota is used up
	ErrForbidden       = rest.ErrForbidden       // 403: the key has no access
	ErrNotFound        = rest.ErrNotFound        // 404
	ErrConflict        = rest.ErrConflict        // 409: it exists already, or contradicts what exists
	ErrGone            = rest.ErrGone            // 410
	ErrPayloadTooLarge = rest.ErrPayloadTooLarge // 413
	ErrRateLimited     = rest.ErrRateLimited     // 429: too many requests, after the retries
	ErrUnavailable     = rest.ErrUnavailable     // 500 and above: the server or a proxy failed, after the retries
)

var (
	// ErrClosed is wrapped by the errors of methods that queue something, after
	// [Client.Close].
	ErrClosed = pipeline.ErrClosed
	// ErrQueueFull is wrapped by the errors of methods that queue something, if there
	// is no room for it; see [WithQueueBytes].
	ErrQueueFull = pipeline.ErrFull
	// ErrNilClient is wrapped by the errors of methods that need a server, on a nil
	// client.
	ErrNilClient = rest.ErrNilClient
	// ErrNotDelivered is wrapped by the errors of [Client.Flush] and [Client.Close]
	// if something that was queued will not arrive, or has not arrived in time. The
	// [Receipt] says what and why.
	ErrNotDelivered = errors.New("opik: not everything was delivered")
	// ErrNoAPIKey is wrapped by the error of [New] if the server is Opik's cloud,
	// which needs an API key, and none is set.
	ErrNoAPIKey = config.ErrNoAPIKey
)

// ConfigError says what is wrong with the configuration. [New] returns it; find it
// with [errors.As] as *ConfigError.
type ConfigError struct {
	// Problems has a sentence for each mistake: which value it is, which option,
	// environment variable or line of the configuration file it comes from, and
	// what would be right. It holds no API key.
	Problems []string
	err      error
}

func newConfigError(err error) *ConfigError {
	// The configuration joins its problems below one prefix.
	if joined := errors.Unwrap(err); joined != nil {
		return &ConfigError{strings.Split(joined.Error(), "\n"), err}
	}
	return &ConfigError{[]string{err.Error()}, err}
}

// Error returns the problems.
func (e *ConfigError) Error() string {
	return "opik: configuration: " + strings.Join(e.Problems, "; ")
}

// Unwrap returns the cause, for example one that is [ErrNoAPIKey].
func (e *ConfigError) Unwrap() error { return e.err }

// ValidationError says that a value was not sent because the server would refuse
// it, or that an argument makes no sense. Find it with [errors.As] as *ValidationError.
type ValidationError struct {
	// Method is the method or option that was given the value, for example "Span.SetCost".
	Method string
	// Field is the argument, or the field of it: "usd", "records[2].Name".
	Field string
	// Reason says what is wrong with it: "is missing".
	Reason string
	// Err is the cause; nil if there is none.
	Err error
}

// Error says which field of which method is wrong, and why.
func (e *ValidationError) Error() string {
	text := fmt.Sprintf("opik: %s: %s %s", e.Method, e.Field, e.Reason)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *ValidationError) Unwrap() error { return e.Err }

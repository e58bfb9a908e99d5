package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// ErrTimeout is wrapped by the error of an attempt that made no progress for
// the idle timeout.
var ErrTimeout = errors.New("no progress")

// timeoutError says which timeout passed. It is a timeout for net.Error too.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("the request made no progress for %v", e.after)
}
func (e *timeoutError) Timeout() bool        { return true }
func (e *timeoutError) Temporary() bool      { return true } // net.Error asks for it
func (e *timeoutError) Is(target error) bool { return target == ErrTimeout }

// stripURL removes the address from an error of net/http: its query and user
// part may hold what does not belong into a log.
func stripURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// attemptError is what a caller gets to see of an error of the HTTP client.
func attemptError(ctx context.Context, err error) error {
	err = stripURL(err)
	// An attempt that was cancelled by our own timer fails with
	// context.Canceled; the cause says why.
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		var timeout *timeoutError
		if errors.As(cause, &timeout) {
			return timeout
		}
	}
	return err
}

// neverSent reports whether err proves that no byte of the request reached a
// server: the connection could not be made.
func neverSent(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	var dns *net.DNSError
	return errors.As(err, &dns)
}

// certificateError returns the part of err that says that the server's
// certificate was not accepted.
func certificateError(err error) error {
	var verification *tls.CertificateVerificationError
	if errors.As(err, &verification) {
		return verification
	}
	return nil
}

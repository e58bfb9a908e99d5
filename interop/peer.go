package main

import (
	"context"
	"encoding/json"
	"errors"
)

// A request is what a client is asked to do.
type request struct {
	// Do is "write", "continue" or "read".
	Do string `json:"do"`
	// Case names the case.
	Case string `json:"case"`
	// Data is what to write, or to read: the case's document.
	Data json.RawMessage `json:"data"`
	// Keys is what an earlier write returned: ids, headers.
	Keys json.RawMessage `json:"keys,omitempty"`
}

// A peer is a client: ours, or an official one in a process of its own.
type peer interface {
	name() string
	// call does what is asked. A write returns keys, a read the document that the
	// client sees. It fails with an unsupportedError if the client has no such feature.
	call(ctx context.Context, r request) (json.RawMessage, error)
	close() error
}

// unsupportedError says why a client cannot do something.
type unsupportedError struct{ reason string }

func (e *unsupportedError) Error() string { return "not supported: " + e.reason }

// reasonOf returns why a client cannot do something, if that is what err says.
func reasonOf(err error) (string, bool) {
	var unsupported *unsupportedError
	if errors.As(err, &unsupported) {
		return unsupported.reason, true
	}
	return "", false
}

package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// ArgumentError says that an argument cannot be sent. It is returned before
// anything is sent.
type ArgumentError struct {
	// Operation is the operationId.
	Operation string
	// Argument is the name of the parameter in the contract, or "body".
	Argument string
	// Reason says what is wrong.
	Reason string
	// Err is the cause; nil if there is none.
	Err error
}

// Error returns operation, argument and reason.
func (e *ArgumentError) Error() string {
	text := e.Operation + ": " + e.Argument + " " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *ArgumentError) Unwrap() error { return e.Err }

// call is one request in the making. The first argument that cannot be sent is
// kept in err and returned instead of sending.
type call struct {
	info        CallInfo
	method      string
	path        string
	query       []queryValue
	header      http.Header
	body        io.Reader
	size        int64 // of body; negative if unknown
	rewind      func() (io.ReadCloser, error)
	contentType string
	opts        []CallOption
	err         error
}

func newCall(operation, method, path string, opts []CallOption) *call {
	return &call{
		info:   CallInfo{Operation: operation, Path: path, Retryable: method != http.MethodPost},
		method: method,
		path:   path,
		header: http.Header{},
		opts:   opts,
	}
}

func (c *call) fail(argument, reason string, cause error) {
	if c.err == nil {
		c.err = &ArgumentError{Operation: c.info.Operation, Argument: argument, Reason: reason, Err: cause}
	}
}

// retryable marks a POST that may be repeated.
func (c *call) retryable() { c.info.Retryable = true }

// once marks a request that must not be repeated, though its method says that it may.
func (c *call) once() { c.info.Retryable = false }

// arg fills a parameter of the path. Values that would change the path's
// structure on the way are refused: proxies and servers resolve dot segments even
// when they are percent-encoded.
func (c *call) arg(name, value string) {
	switch value {
	case "":
		c.fail(name, "is empty", nil)
	case ".", "..":
		c.fail(name, "must not be a dot segment", nil)
	}
	c.path = strings.Replace(c.path, "{"+name+"}", url.PathEscape(value), 1)
}

func (c *call) argInt(name string, value int) { c.arg(name, strconv.Itoa(value)) }

func (c *call) headerText(name, value string) {
	if value != "" {
		c.header.Set(name, value)
	}
}

// send builds the request, hands it to the Doer, and turns every answer that is
// no success into an error. The caller closes the body of the response.
func (c *Client) send(ctx context.Context, r *call, accept string) (*http.Response, callOptions, error) {
	if c == nil {
		return nil, callOptions{}, ErrNilClient
	}
	o := newCallOptions(c.defaults, r.opts)
	if r.err != nil {
		return nil, o, r.err
	}
	if o.repeat != nil {
		r.info.Retryable = *o.repeat
	}
	if r.body != nil && r.rewind == nil {
		r.info.Retryable = false
	}
	req, err := r.request(ctx, c.base, accept, o)
	if err != nil {
		return nil, o, err
	}
	res, err := c.do(req, r.info)
	if err != nil {
		return nil, o, fmt.Errorf("%s: %w", r.info.Operation, withoutURL(err))
	}
	if o.response != nil {
		*o.response = Response{Status: res.StatusCode, Header: res.Header}
	}
	if res.StatusCode/100 == 2 || r.info.KeepRedirect && res.StatusCode/100 == 3 {
		return res, o, nil
	}
	return nil, o, NewAPIError(r.info.Operation, res)
}

func (c *call) request(ctx context.Context, base, accept string, o callOptions) (*http.Request, error) {
	if ctx == nil {
		return nil, &ArgumentError{Operation: c.info.Operation, Argument: "ctx", Reason: "is nil"}
	}
	target := base + c.path
	if q := encodeQuery(append(c.query, o.query...)); q != "" {
		target += "?" + q
	}
	var body io.Reader
	if c.body != nil {
		// Readers belong to the caller, who may want to read them again.
		body = io.NopCloser(c.body)
	}
	req, err := http.NewRequestWithContext(context.WithValue(ctx, callInfoKey{}, c.info), c.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.info.Operation, withoutURL(err))
	}
	if c.body != nil {
		req.ContentLength, req.GetBody = c.size, c.rewind
		if c.size == 0 {
			// Zero beside a body means "unknown" to net/http.
			req.Body, req.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
		}
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	if c.contentType != "" {
		req.Header.Set("Content-Type", c.contentType)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	for name, values := range o.header {
		if len(values) == 1 && values[0] == "" {
			req.Header.Del(name)
			continue
		}
		req.Header[name] = values
	}
	return req, nil
}

// transportError is an error of the Doer without the URL in its text.
type transportError struct {
	text string
	err  error
}

func (e *transportError) Error() string { return e.text }
func (e *transportError) Unwrap() error { return e.err }

// withoutURL drops the part of a transport error's text that names the URL, whose
// query may hold what does not belong into logs.
func withoutURL(err error) error {
	var u *url.Error
	if !errors.As(err, &u) {
		return err
	}
	return &transportError{strings.ReplaceAll(err.Error(), u.Error(), u.Err.Error()), err}
}

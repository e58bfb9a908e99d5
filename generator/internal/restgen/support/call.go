package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
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

// set adds a query parameter that has a value.
func (c *call) set(name, value string) { c.query = append(c.query, queryValue{name, value}) }

func (c *call) queryText(name, value string) {
	if value != "" {
		c.set(name, value)
	}
}

func (c *call) queryBool(name string, value *bool) {
	if value != nil {
		c.set(name, strconv.FormatBool(*value))
	}
}

func (c *call) queryInt(name string, value *int) {
	if value != nil {
		c.set(name, strconv.Itoa(*value))
	}
}

func (c *call) queryInt64(name string, value *int64) {
	if value != nil {
		c.set(name, strconv.FormatInt(*value, 10))
	}
}

func (c *call) queryFloat(name string, value *float64) {
	if value != nil {
		c.set(name, strconv.FormatFloat(*value, 'f', -1, 64))
	}
}

func (c *call) queryTime(name string, value time.Time) {
	if !value.IsZero() {
		c.set(name, value.UTC().Format(time.RFC3339Nano))
	}
}

// queryJSON adds a parameter whose value is JSON text. A nil slice, map or
// pointer is left out; an empty list is sent.
func (c *call) queryJSON(name string, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		c.fail(name, "cannot be encoded", err)
		return
	}
	if string(text) != "null" {
		c.set(name, string(text))
	}
}

func (c *call) headerText(name, value string) {
	if value != "" {
		c.header.Set(name, value)
	}
}

// json sets a JSON body. Opaque JSON that is not set is sent as an empty object,
// since every body is required.
func (c *call) json(body any) {
	if raw, ok := body.(json.RawMessage); ok && raw == nil {
		body = json.RawMessage("{}")
	}
	text, err := json.Marshal(body)
	if err != nil {
		c.fail("body", "cannot be encoded", err)
		return
	}
	c.bytes("application/json", text)
}

func (c *call) bytes(contentType string, data []byte) {
	c.contentType = contentType
	c.body = bytes.NewReader(data)
	c.size = int64(len(data))
	c.rewind = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// raw sets a body of any kind. A seekable reader gets a length, and can be sent
// again from where it stands now.
func (c *call) raw(contentType, declared string, body io.Reader) {
	if body == nil {
		c.fail("body", "is nil", nil)
		return
	}
	if contentType == "" {
		contentType = declared
	}
	c.contentType, c.body = contentType, body
	c.size, c.rewind = measure(body)
}

// measure returns how much there is to read, and a function that reads it again;
// -1 and nil if the reader cannot seek.
func measure(r io.Reader) (int64, func() (io.ReadCloser, error)) {
	s, ok := r.(io.Seeker)
	if !ok {
		return -1, nil
	}
	start, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return -1, nil
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return -1, nil
	}
	if _, err := s.Seek(start, io.SeekStart); err != nil {
		return -1, nil
	}
	return end - start, func() (io.ReadCloser, error) {
		if _, err := s.Seek(start, io.SeekStart); err != nil {
			return nil, err
		}
		return io.NopCloser(r), nil
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
	return nil, o, newAPIError(r.info.Operation, res)
}

func (c *call) request(ctx context.Context, base, accept string, o callOptions) (*http.Request, error) {
	if ctx == nil {
		return nil, &ArgumentError{Operation: c.info.Operation, Argument: "ctx", Reason: "is nil"}
	}
	target := base + c.path
	if q := encodeQuery(append(c.query, o.query...)); q != "" {
		target += "?" + q
	}
	req, err := http.NewRequestWithContext(context.WithValue(ctx, callInfoKey{}, c.info), c.method, target, c.body)
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

// encodeQuery percent-encodes everything, blanks too: a plus sign means a blank
// only to decoders of forms.
func encodeQuery(values []queryValue) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escapeQuery(v.name))
		b.WriteByte('=')
		b.WriteString(escapeQuery(v.value))
	}
	return b.String()
}

func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// withoutURL drops the part of a transport error that names the URL, whose query
// may hold what does not belong into logs.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// queryRequired adds a parameter that must have a value.
func (c *call) queryRequired(name, value string) {
	if value == "" {
		c.fail(name, "is empty", nil)
	}
	c.set(name, value)
}

// nonzero returns nil for zero, which stands for "not set" where zero is no
// valid value.
func nonzero[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Doer sends a request and returns the response, as [http.Client] does. The
// client reads and closes the response body.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Client has one method for each operation of the contract. It adds no
// authentication, no retries and no compression: that is its [Doer]'s work.
//
// A method blocks until the response has arrived, or until its context ends.
// Its error is an [*APIError] if the server refused the request, an
// [*ArgumentError] if an argument cannot be sent, or wraps one of the Err
// values of this package or what the Doer returned. No error text holds a URL,
// a header or a body.
//
// A Client is safe for concurrent use. The methods of a nil Client return
// [ErrNilClient].
type Client struct {
	base     string
	doer     Doer
	defaults []CallOption
}

// ErrNilClient is what the methods of a nil [Client] return.
var ErrNilClient = errors.New("rest: nil client")

// NewClient returns a client for the API at baseURL, for example
// https://www.comet.com/opik/api. The URL must be absolute, with scheme http or
// https, and hold no user, query or fragment. A nil doer stands for an
// [http.Client] without a timeout. The defaults apply to every call, before the
// options of the call.
func NewClient(baseURL string, doer Doer, defaults ...CallOption) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		// The parser's message repeats its input, which may hold a password.
		return nil, errors.New("rest: the base URL is malformed")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("rest: the base URL must begin with http:// or https://, not %q", u.Scheme)
	case u.Host == "":
		return nil, errors.New("rest: the base URL names no host")
	case u.User != nil:
		return nil, errors.New("rest: the base URL must not hold a user or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("rest: the base URL must not hold a query or fragment")
	}
	if doer == nil {
		doer = &http.Client{}
	}
	return &Client{base: strings.TrimRight(u.String(), "/"), doer: doer, defaults: defaults}, nil
}

// BaseURL returns the URL that paths of the contract are appended to, without a
// slash at its end. It is empty for a nil client.
func (c *Client) BaseURL() string {
	if c == nil {
		return ""
	}
	return c.base
}

// CallInfo describes a call to the [Doer] that carries it out.
type CallInfo struct {
	// Operation is the operationId of the contract.
	Operation string
	// Path is the operation's path with its {parameters}.
	Path string
	// Retryable says that sending the request again does no harm: its method is
	// idempotent or the contract says so, and its body can be had again.
	Retryable bool
	// KeepRedirect says that a redirect is the result of the operation and must
	// be returned instead of followed.
	KeepRedirect bool
}

type callInfoKey struct{}

// CallInfoFrom returns the description of the call that a request's context
// belongs to. It reports false for contexts that did not come from a [Client].
func CallInfoFrom(ctx context.Context) (CallInfo, bool) {
	info, ok := ctx.Value(callInfoKey{}).(CallInfo)
	return info, ok
}

// do hands the request to the Doer, and takes care that a redirect which is a
// result is not followed by a plain http.Client.
func (c *Client) do(req *http.Request, info CallInfo) (*http.Response, error) {
	doer := c.doer
	if hc, ok := doer.(*http.Client); ok && info.KeepRedirect {
		unfollowing := *hc
		unfollowing.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		doer = &unfollowing
	}
	res, err := doer.Do(req)
	if err == nil && res == nil {
		return nil, errors.New("the Doer returned no response")
	}
	return res, err
}

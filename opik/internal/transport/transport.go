// Package transport carries requests to one Opik server: it authenticates them,
// compresses them, bounds them in time, keeps their credentials away from
// other hosts, and repeats those that may be repeated.
//
// A [Transport] has two entrances. [Transport.Do] is for calls that somebody
// waits for; it retries. [Transport.Send] is for the background sender, which
// has its own opinion about repetition; it makes one attempt.
package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/internal/loopback"
	"github.com/opik-go/sdk/opik/internal/retry"
)

// Defaults of [Options].
const (
	DefaultConnectTimeout = 20 * time.Second
	DefaultIdleTimeout    = 100 * time.Second
	DefaultMaxAttempts    = 4
	DefaultCompressMin    = 1024
)

// DefaultRetry is the policy of [Transport.Do]: at most 0.5, 1, 2... and never
// more than 8 seconds between attempts, and up to a minute if the server asks
// for it, which is the length of its rate limit windows.
var DefaultRetry = retry.Policy{Base: 500 * time.Millisecond, Max: 8 * time.Second, MaxHint: time.Minute}

// Compression says which request bodies are sent with Content-Encoding: gzip.
type Compression uint8

const (
	// CompressAuto compresses unless the server is on this machine, where it
	// costs more time than it saves. It is the default.
	CompressAuto Compression = iota
	// CompressOn compresses always.
	CompressOn
	// CompressOff never compresses.
	CompressOff
)

// Options configures a [Transport]. Only BaseURL is required.
type Options struct {
	// BaseURL is the server. Credentials are sent to its scheme, host and port only.
	BaseURL *url.URL
	// APIKey is sent as it is in the header Authorization. Empty sends none.
	APIKey string
	// Workspace is sent in the header Comet-Workspace. Empty means "default".
	Workspace string
	// UserAgent names the SDK and its version. Empty means "opik-go".
	UserAgent string
	// Header is sent with every request, to the server only: it may well hold
	// credentials for something in front of it. It does not replace what a
	// request or the other options set.
	Header http.Header

	// HTTPClient replaces the client that New would build. It is copied, not
	// modified; its redirect rule, if it has one, is asked after ours.
	// ConnectTimeout and InsecureSkipVerify have no effect on it.
	HTTPClient *http.Client
	// InsecureSkipVerify accepts any TLS certificate.
	InsecureSkipVerify bool
	// ConnectTimeout bounds the making of a connection, and once more the TLS
	// handshake. Default 20 s.
	ConnectTimeout time.Duration
	// IdleTimeout bounds the time in which an attempt makes no progress: no
	// byte of the request could be sent and no byte of the answer arrived. A
	// stream may thus last as long as it moves. Default 100 s.
	IdleTimeout time.Duration
	// CrossHostRedirects follows redirects of GET and HEAD to other hosts,
	// without credentials. Default: they are refused.
	CrossHostRedirects bool

	// Compression applies to JSON bodies of at least CompressMin bytes
	// (default 1024).
	Compression Compression
	CompressMin int

	// Retry (what is zero is taken from DefaultRetry) and MaxAttempts (default 4,
	// the first one included) apply to Do.
	Retry       retry.Policy
	MaxAttempts int
	// CallInfo tells what is known about the call that a context belongs to.
	// Nil: nothing is known.
	CallInfo func(context.Context) CallInfo

	// OnDeprecation is told of each operation whose answer carries the header
	// X-Opik-Deprecation, once per operation and text. It may be called from
	// several goroutines.
	OnDeprecation func(Deprecation)
	// Logger is told of repetitions, at debug level. Nil is silent.
	Logger *slog.Logger
}

// CallInfo describes a call that [Transport.Do] makes. The zero value says that
// nothing is known.
type CallInfo struct {
	// Operation is the operationId.
	Operation string
	// Repeatable says that sending the request again is harmless. If nothing is known
	// of the call, the method decides.
	Repeatable bool
	// KeepRedirect says that a redirect is the result of the call.
	KeepRedirect bool
}

// Transport sends requests to one server. It is safe for concurrent use.
type Transport struct {
	base      url.URL
	origin    origin
	client    *http.Client
	owned     *http.Transport // nil if the user supplied the client
	headers   http.Header
	compress  bool
	threshold int
	idle      time.Duration

	policy      retry.Policy
	maxAttempts int
	budget      *retry.Budget
	callInfo    func(context.Context) CallInfo
	deprecation deprecationHook
	log         *slog.Logger
}

// New returns a transport. It opens no connection and starts no goroutine.
func New(o Options) (*Transport, error) {
	if o.BaseURL == nil || o.BaseURL.Host == "" {
		return nil, errors.New("transport: no server URL")
	}
	if o.BaseURL.Scheme != "http" && o.BaseURL.Scheme != "https" {
		return nil, fmt.Errorf("transport: server URL has scheme %q, want http or https", o.BaseURL.Scheme)
	}
	t := &Transport{
		base:        *o.BaseURL,
		origin:      originOf(o.BaseURL),
		threshold:   orDefault(o.CompressMin, DefaultCompressMin),
		idle:        orDefault(o.IdleTimeout, DefaultIdleTimeout),
		policy:      o.Retry.Or(DefaultRetry),
		maxAttempts: orDefault(o.MaxAttempts, DefaultMaxAttempts),
		budget:      retry.NewBudget(),
		callInfo:    o.CallInfo,
		deprecation: deprecationHook{report: o.OnDeprecation},
		log:         o.Logger,
	}
	t.base.Path = strings.TrimSuffix(t.base.Path, "/")
	t.base.RawPath = strings.TrimSuffix(t.base.RawPath, "/")
	if t.callInfo == nil {
		t.callInfo = func(context.Context) CallInfo { return CallInfo{} }
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	switch o.Compression {
	case CompressAuto:
		t.compress = !loopback.Machine(o.BaseURL.Hostname())
	case CompressOn:
		t.compress = true
	}
	t.headers = http.Header{}
	for name, values := range o.Header {
		t.headers[http.CanonicalHeaderKey(name)] = slices.Clip(slices.Clone(values)) // requests share it; who adds to theirs gets a copy
	}
	t.headers["Comet-Workspace"] = []string{orDefault(o.Workspace, "default")}
	t.headers["User-Agent"] = []string{orDefault(o.UserAgent, "opik-go")}
	if o.APIKey != "" {
		t.headers["Authorization"] = []string{o.APIKey}
	}
	t.client = t.httpClient(o)
	return t, nil
}

// httpClient returns the user's client with our redirect rule, or a new one.
func (t *Transport) httpClient(o Options) *http.Client {
	var c http.Client
	if o.HTTPClient != nil {
		c = *o.HTTPClient
	} else {
		t.owned = newHTTPTransport(orDefault(o.ConnectTimeout, DefaultConnectTimeout), o.InsecureSkipVerify)
		c.Transport = t.owned
	}
	c.CheckRedirect = t.redirectRule(o.CrossHostRedirects, c.CheckRedirect)
	return &c
}

func newHTTPTransport(connect time.Duration, insecure bool) *http.Transport {
	dialer := &net.Dialer{Timeout: connect, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:               proxy(http.ProxyFromEnvironment),
		DialContext:         gathering(dialer.DialContext),
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure},
		TLSHandshakeTimeout: connect,
		// A custom dialer or TLS configuration would switch HTTP/2 off.
		ForceAttemptHTTP2:   true,
		MaxIdleConns:        32,
		MaxIdleConnsPerHost: 16,
		MaxConnsPerHost:     128,
		// The server closes idle connections after a minute. Staying well below
		// avoids sending into a connection that is just being closed.
		IdleConnTimeout:       30 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// proxy chooses as the given function does. Its error would show the address of the
// proxy, which may hold a password.
func proxy(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r)
		if err != nil {
			return nil, errors.New("the address of the proxy is invalid: check HTTPS_PROXY and HTTP_PROXY")
		}
		return u, nil
	}
}

// Close closes the connections that are not in use. A client that the user
// supplied is left alone. The transport stays usable.
func (t *Transport) Close() {
	if t.owned != nil {
		t.owned.CloseIdleConnections()
	}
}

// prepare sets the headers that belong to every request. They go to the
// configured server only; any other request is sent as it is.
func (t *Transport) prepare(r *http.Request) {
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if originOf(r.URL) != t.origin {
		return
	}
	for name, values := range t.headers {
		if _, set := r.Header[name]; !set {
			r.Header[name] = values
		}
	}
}

func orDefault[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}

package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// origin is what credentials are bound to.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	o := origin{scheme: strings.ToLower(u.Scheme), host: strings.ToLower(u.Hostname()), port: u.Port()}
	if o.port == "" {
		o.port = defaultPort(o.scheme)
	}
	return o
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

func (o origin) String() string {
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.port == defaultPort(o.scheme) {
		return o.scheme + "://" + host
	}
	return o.scheme + "://" + host + ":" + o.port
}

// upgrades reports whether to is the same server with encryption added.
func (o origin) upgrades(to origin) bool {
	return o.host == to.host && o.scheme == "http" && to.scheme == "https" &&
		o.port == defaultPort("http") && to.port == defaultPort("https")
}

// RedirectError says that the server answered with a redirect that was not
// followed. Its text names the target's scheme, host and port, nothing else.
type RedirectError struct {
	// Target is the scheme, host and port of the target.
	Target string
	// Reason completes the sentence "... was not followed: ".
	Reason string
}

// Error returns the target and the reason.
func (e *RedirectError) Error() string {
	return fmt.Sprintf("the server's redirect to %s was not followed: %s", e.Target, e.Reason)
}

const maxRedirects = 5

// secretHeaders may go to the configured server only, like those that the user
// had added to every request.
var secretHeaders = []string{"Authorization", "Cookie", "Cookie2", "Www-Authenticate", "Proxy-Authorization", "Comet-Workspace", "Referer"}

// redirectRule returns the function for http.Client.CheckRedirect. net/http has
// already copied the headers of the first request to r, and copies them again
// for the next hop, so what has to go must go at each hop.
func (t *Transport) redirectRule(crossHost bool, users func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	home := t.origin
	return func(r *http.Request, via []*http.Request) error {
		if t.callInfo(r.Context()).KeepRedirect {
			return http.ErrUseLastResponse
		}
		first, target := via[0], originOf(r.URL)
		refuse := func(format string, args ...any) error {
			return &RedirectError{Target: target.String(), Reason: fmt.Sprintf(format, args...)}
		}
		if len(via) > maxRedirects {
			return refuse("there were already %d in a row", maxRedirects)
		}
		if target.scheme != "http" && target.scheme != "https" {
			return refuse("it is not an HTTP address")
		}
		from := originOf(first.URL)
		if r.Method != first.Method {
			return refuse("it would turn %s into %s and lose the body; configure the URL that the server redirects to", first.Method, r.Method)
		}
		safe := r.Method == http.MethodGet || r.Method == http.MethodHead
		if target != from && !from.upgrades(target) {
			switch {
			case from.scheme == "https" && target.scheme == "http":
				return refuse("it leaves the encrypted connection")
			case !crossHost || !safe:
				return refuse("it is another server; configure its URL if it is the right one")
			}
		}
		if target != home && !home.upgrades(target) {
			for _, name := range secretHeaders {
				r.Header.Del(name)
			}
			for name := range t.headers {
				r.Header.Del(name)
			}
		}
		if users != nil {
			return users(r, via)
		}
		return nil
	}
}

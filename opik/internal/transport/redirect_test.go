package transport

import (
	"context"
	"errors"
	"io"
	stdlog "log"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

func quiet() *stdlog.Logger { return stdlog.New(io.Discard, "", 0) }

// hop is what a server of the redirect tests saw.
type hop struct{ url, auth, workspace, cookie, referer, body string }

func TestRedirects(t *testing.T) {
	const home = "http://opik.example/api/start"
	for name, c := range map[string]struct {
		method    string
		status    int
		target    string
		crossHost bool
		from      string // default home
		reason    string // of the refusal; empty: followed
		secrets   bool   // whether the target may see credentials
	}{
		"same host":                 {"GET", 302, "/api/next", false, "", "", true},
		"same host, POST kept":      {"POST", 307, "/api/next", false, "", "", true},
		"same host, POST kept, 308": {"POST", 308, "http://opik.example:80/api/next", false, "", "", true},
		"same host, encrypted":      {"POST", 308, "https://opik.example/api/next", false, "", "", true},
		"POST would become GET":     {"POST", 302, "/api/next", false, "", "turn POST into GET", false},
		"PUT would become GET":      {"PUT", 303, "/api/next", false, "", "turn PUT into GET", false},
		"other host":                {"GET", 302, "https://evil.example/x", false, "", "it is another server", false},
		"subdomain":                 {"GET", 302, "http://sub.opik.example/x", false, "", "it is another server", false},
		"other port":                {"GET", 302, "http://opik.example:8080/x", false, "", "it is another server", false},
		"other host, allowed":       {"GET", 302, "https://store.example/x?sig=1", true, "", "", false},
		"subdomain, allowed":        {"GET", 302, "http://sub.opik.example/x", true, "", "", false},
		"other host, POST":          {"POST", 307, "https://store.example/x", true, "", "it is another server", false},
		"not HTTP":                  {"GET", 302, "ftp://opik.example/x", true, "", "not an HTTP address", false},
		"downgrade":                 {"GET", 302, "http://opik.example/x", true, "https://opik.example/api/start", "leaves the encrypted connection", false},
		"endless":                   {"GET", 302, "/api/start", false, "", "already 5 in a row", false},
	} {
		t.Run(name, func(t *testing.T) {
			var hops []hop
			from := c.from
			if from == "" {
				from = home
			}
			jar, _ := cookiejar.New(nil)
			jar.SetCookies(parse(t, from), []*http.Cookie{{Name: "sessionToken", Value: "cookie-secret"}})
			client := &http.Client{Jar: jar, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				body := readBody(t, r)
				hops = append(hops, hop{r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Comet-Workspace"), r.Header.Get("Cookie"), r.Header.Get("Referer"), body})
				if r.URL.Path == "/api/start" {
					return respond(c.status, "", "Location", c.target), nil
				}
				return respond(200, "done"), nil
			})}
			tr := newTransport(t, Options{BaseURL: parse(t, from), APIKey: "secret", HTTPClient: client, CrossHostRedirects: c.crossHost, MaxAttempts: 1})
			body := ""
			if c.method != "GET" {
				body = `{"a":1}`
			}
			resp, err := tr.Do(request(t, c.method, from+"?q=secret", body))
			last := hops[len(hops)-1]
			if c.reason != "" {
				var refused *RedirectError
				if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.reason) {
					t.Fatalf("got %v", err)
				}
				if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "/x") {
					t.Errorf("the error shows the address: %v", err)
				}
				if u, _ := url.Parse(last.url); u.Path != "/api/start" {
					t.Errorf("the target was asked: %+v", last)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if last.body != body {
				t.Errorf("the body arrived as %q", last.body)
			}
			saw := last.auth == "secret" && last.workspace == "default"
			if saw != c.secrets || !c.secrets && (last.auth+last.workspace+last.cookie+last.referer) != "" {
				t.Errorf("the target saw %+v", last)
			}
		})
	}
}

func TestCredentialsDoNotComeBackOnTheThirdHop(t *testing.T) {
	client := through(func(r *http.Request) (*http.Response, error) {
		switch r.URL.Host {
		case "opik.example":
			return respond(302, "", "Location", "https://one.example/"), nil
		case "one.example":
			return respond(302, "", "Location", "https://two.example/"), nil
		}
		if r.Header.Get("Authorization")+r.Header.Get("Comet-Workspace") != "" {
			t.Errorf("%s saw %v", r.URL.Host, r.Header)
		}
		return respond(200, ""), nil
	})
	tr := newTransport(t, Options{APIKey: "secret", HTTPClient: client, CrossHostRedirects: true})
	resp, err := tr.Do(request(t, "GET", "https://opik.example/api", ""))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestRefusedRedirectIsNotRepeated(t *testing.T) {
	calls := 0
	tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
		calls++
		return respond(302, "", "Location", "https://evil.example/"), nil
	})})
	if _, err := tr.Do(request(t, "GET", "https://opik.example/api", "")); err == nil || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestRedirectThatIsTheResultIsReturned(t *testing.T) {
	asked := 0
	tr := newTransport(t, Options{
		BaseURL: parse(t, "http://opik.example/api"),
		HTTPClient: &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			asked++
			return respond(303, "", "Location", "https://ui.example/project"), nil
		})},
		CallInfo: func(context.Context) CallInfo { return CallInfo{KeepRedirect: true} },
	})
	resp, err := tr.Do(request(t, "GET", "http://opik.example/api/session/redirect", ""))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header.Get("Location"); resp.StatusCode != 303 || got != "https://ui.example/project" || asked != 1 {
		t.Errorf("got status %d, Location %q after %d requests", resp.StatusCode, got, asked)
	}
}

func TestHeadersOfTheUserStayWithTheServer(t *testing.T) {
	seen := map[string]string{}
	tr := newTransport(t, Options{
		BaseURL:            parse(t, "http://opik.example/api"),
		Header:             http.Header{"x-proxy-key": {"secret"}},
		CrossHostRedirects: true,
		HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			seen[r.URL.Host] = r.Header.Get("X-Proxy-Key")
			if r.URL.Host == "opik.example" {
				return respond(302, "", "Location", "https://store.example/x"), nil
			}
			return respond(200, "done"), nil
		})},
	})
	resp, err := tr.Do(request(t, "GET", "http://opik.example/api/x", ""))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got, asked := seen["store.example"]; seen["opik.example"] != "secret" || !asked || got != "" {
		t.Errorf("got %v", seen)
	}
}

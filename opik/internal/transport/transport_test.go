package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
)

func TestHeaders(t *testing.T) {
	var got http.Header
	tr := newTransport(t, Options{
		APIKey: "key*abc", Workspace: "team", UserAgent: "opik-go/1.2.3",
		HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			got = r.Header
			return respond(204, ""), nil
		}),
	})
	r := request(t, "GET", "https://opik.example/api/v1/private/projects", "")
	r.Header.Set("X-Own", "1")
	before := r.Header.Clone()
	resp, err := tr.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	want := http.Header{"Authorization": {"key*abc"}, "Comet-Workspace": {"team"}, "User-Agent": {"opik-go/1.2.3"}, "X-Own": {"1"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
	if !reflect.DeepEqual(r.Header, before) {
		t.Errorf("the caller's request was modified: %v", r.Header)
	}

	r.Header.Set("Comet-Workspace", "other")
	if resp, err = tr.Do(r); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if w := got.Get("Comet-Workspace"); w != "other" {
		t.Errorf("the call's own header was replaced by %q", w)
	}
}

func TestDefaultHeaders(t *testing.T) {
	var got http.Header
	tr := newTransport(t, Options{HTTPClient: through(func(r *http.Request) (*http.Response, error) {
		got = r.Header
		return respond(204, ""), nil
	})})
	if _, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x", Body: [][]byte{[]byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	if got.Get("Comet-Workspace") != "default" || got.Get("User-Agent") != "opik-go" || got["Authorization"] != nil ||
		got.Get("Content-Type") != "application/json" {
		t.Errorf("sent %v", got)
	}
}

func TestCredentialsGoToTheServerOnly(t *testing.T) {
	for target, want := range map[string]bool{
		"https://opik.example/api/x":         true,
		"https://opik.example:443/other":     true,
		"HTTPS://OPIK.example/api/x":         true,
		"http://opik.example/api/x":          false,
		"https://opik.example:8443/api/x":    false,
		"https://opik.example.evil.com/x":    false,
		"https://bucket.s3.amazonaws.com/x?": false,
	} {
		tr := newTransport(t, Options{APIKey: "key", HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			sent := r.Header.Get("Authorization") != "" && r.Header.Get("Comet-Workspace") != ""
			if sent != want || !want && len(r.Header) > 0 {
				t.Errorf("%s: headers %v", target, r.Header)
			}
			return respond(200, ""), nil
		})})
		resp, err := tr.Do(request(t, "GET", target, ""))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
}

func TestNewRefusesBadURLs(t *testing.T) {
	for _, u := range []*url.URL{nil, {}, {Scheme: "https"}, {Scheme: "ftp", Host: "x"}} {
		if _, err := New(Options{BaseURL: u}); err == nil {
			t.Errorf("%v was accepted", u)
		}
	}
}

func TestUsersClientIsNotModified(t *testing.T) {
	asked := 0
	users := &http.Client{
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/api/a" {
				return respond(302, "", "Location", "/api/b"), nil
			}
			return respond(200, ""), nil
		}),
		CheckRedirect: func(*http.Request, []*http.Request) error { asked++; return nil },
	}
	before := reflect.ValueOf(users.CheckRedirect).Pointer()
	tr := newTransport(t, Options{HTTPClient: users})
	resp, err := tr.Do(request(t, "GET", "https://opik.example/api/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if reflect.ValueOf(users.CheckRedirect).Pointer() != before || asked != 1 {
		t.Errorf("the client's redirect rule was replaced, or asked %d times", asked)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	opened := map[string]bool{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		opened[r.RemoteAddr] = true
		if r.URL.Path == "/fails" {
			w.WriteHeader(503)
			io.WriteString(w, strings.Repeat("x", 20_000))
		}
	}))
	defer srv.Close()
	tr := newTransport(t, Options{BaseURL: parse(t, srv.URL), MaxAttempts: 1})
	for i := range 20 {
		path := "/works"
		if i%2 == 0 {
			path = "/fails"
		}
		if _, err := tr.Send(t.Context(), Request{Method: "POST", Path: path, Body: [][]byte{[]byte("{}")}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(opened) != 1 {
		t.Errorf("%d connections for 20 requests in a row", len(opened))
	}
}

func TestHTTP2AndTLS(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto)
	}))
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	defer srv.Close()

	strict := newTransport(t, Options{BaseURL: parse(t, srv.URL)})
	_, err := strict.Do(request(t, "GET", srv.URL, ""))
	var verification *tls.CertificateVerificationError
	if !errors.As(err, &verification) {
		t.Errorf("an unknown certificate gave %v", err)
	}
	lax := newTransport(t, Options{BaseURL: parse(t, srv.URL), InsecureSkipVerify: true})
	resp, err := lax.Do(request(t, "GET", srv.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "HTTP/2.0" {
		t.Errorf("spoke %s", body)
	}
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	// Programs do not get port 1 by chance, as they may get one that was just closed.
	const address = "http://127.0.0.1:1"
	tr := newTransport(t, Options{BaseURL: parse(t, address), APIKey: "top-secret", MaxAttempts: 1})
	_, doErr := tr.Do(request(t, "GET", address+"/api/v1/x?token=top-secret", ""))
	_, sendErr := tr.Send(t.Context(), Request{Method: "POST", Path: "/v1/top-secret"})
	for _, err := range []error{doErr, sendErr} {
		if err == nil || strings.Contains(err.Error(), "top-secret") || strings.Contains(err.Error(), "http://") {
			t.Errorf("got %v", err)
		}
		if !neverSent(err) {
			t.Errorf("%v is not recognised as never sent", err)
		}
		var urlError *url.Error
		if errors.As(err, &urlError) {
			t.Errorf("%v still wraps the address", err)
		}
	}
}

func TestInvalidProxyIsNotShown(t *testing.T) {
	choose := proxy(func(*http.Request) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://me:top-secret@pro xy": no such thing`)
	})
	tr := newTransport(t, Options{MaxAttempts: 1, HTTPClient: &http.Client{Transport: &http.Transport{Proxy: choose}}})
	_, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x"})
	if err == nil || strings.Contains(err.Error(), "top-secret") || !strings.Contains(err.Error(), "HTTPS_PROXY") {
		t.Errorf("got %v", err)
	}
	want := parse(t, "http://proxy:1")
	choose = proxy(func(*http.Request) (*url.URL, error) { return want, nil })
	if got, err := choose(nil); got != want || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestResponseIsDecompressed(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding is %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		text := []byte(`{"message":"hello"}`)
		w.Write(compressParts([][]byte{text}, len(text)))
	}))
	defer srv.Close()
	tr := newTransport(t, Options{BaseURL: parse(t, srv.URL)})
	got, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x"})
	if err != nil || string(got.Body) != `{"message":"hello"}` {
		t.Errorf("got %q, %v", got.Body, err)
	}
}

func TestDeprecationIsReportedOnce(t *testing.T) {
	var seen log
	tr := newTransport(t, Options{
		OnDeprecation: func(d Deprecation) { seen.add(d.Operation + ": " + d.Text) },
		HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			return respond(204, "", "X-Opik-Deprecation", "name the project"), nil
		}),
	})
	for range 3 {
		for _, path := range []string{"/a", "/b"} {
			resp, err := tr.Do(request(t, "GET", "https://opik.example/api"+path, ""))
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
		}
		tr.Send(t.Context(), Request{Method: "PUT", Path: "/c"})
	}
	want := []string{"GET /api/a: name the project", "GET /api/b: name the project", "PUT /c: name the project"}
	if !reflect.DeepEqual(seen.lines, want) {
		t.Errorf("got %q, want %q", seen.lines, want)
	}
	for i := range 1000 {
		tr.Send(t.Context(), Request{Method: "PUT", Path: fmt.Sprint("/", i)})
	}
	if len(seen.lines) > maxDeprecations {
		t.Errorf("%d are remembered", len(seen.lines))
	}
}

// TestDoBare sends a request as it is, even to the server's own address, and
// repeats it all the same.
func TestDoBare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		tr := newTransport(t, Options{
			APIKey: "secret", Workspace: "team", Header: http.Header{"X-Proxy": {"secret"}}, Compression: CompressOn, CompressMin: 1,
			HTTPClient: through(func(r *http.Request) (*http.Response, error) {
				tries++
				for _, name := range []string{"Authorization", "Comet-Workspace", "User-Agent", "X-Proxy", "Content-Encoding"} {
					if v, ok := r.Header[name]; ok {
						t.Errorf("header %s: %v", name, v)
					}
				}
				if body := readBody(t, r); body != `{"a":1}` {
					t.Errorf("body %q", body)
				}
				if tries < 3 {
					return respond(http.StatusServiceUnavailable, ""), nil
				}
				return respond(http.StatusOK, ""), nil
			}),
		})
		r := request(t, http.MethodPut, "https://opik.example/api/storage/x?signature=1", `{"a":1}`)
		resp, err := tr.DoBare(r)
		if err != nil || resp.StatusCode != http.StatusOK || tries != 3 {
			t.Errorf("%v, %d tries, %v", resp, tries, err)
		}
	})
}

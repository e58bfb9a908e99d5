package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestSend(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "PATCH" || r.URL.EscapedPath() != "/api/v1/x%2Fy" || readBody(t, r) != `{"a":[1,2]}` {
			t.Errorf("got %s %s", r.Method, r.URL.EscapedPath())
		}
		w.Header().Set("X-Test", "yes")
		w.WriteHeader(422)
		io.WriteString(w, `{"errors":["no"]}`)
	}))
	defer srv.Close()
	tr := newTransport(t, Options{BaseURL: parse(t, srv.URL+"/api/")})
	got, err := tr.Send(t.Context(), Request{Method: "PATCH", Path: "/v1/x%2Fy", Body: [][]byte{[]byte(`{"a":[`), nil, []byte("1,2"), []byte("]}")}})
	if err != nil || got.Status != 422 || string(got.Body) != `{"errors":["no"]}` || got.Header.Get("X-Test") != "yes" || got.Sent != 11 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSendMakesOneAttempt(t *testing.T) {
	calls := 0
	tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
		calls++
		return respond(503, ""), nil
	})})
	if got, err := tr.Send(t.Context(), Request{Method: "PUT", Path: "/x"}); err != nil || got.Status != 503 || calls != 1 {
		t.Errorf("%d calls, %+v, %v", calls, got, err)
	}
}

func TestSendRefusesWhatIsNotFromOpik(t *testing.T) {
	tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
		return respond(200, "<html>Sign in</html>", "Content-Type", "text/html; charset=utf-8"), nil
	})})
	if _, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x"}); !errors.Is(err, ErrNotOpik) {
		t.Errorf("got %v", err)
	}
	tr = newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
		return respond(413, "<html>too large</html>", "Content-Type", "text/html"), nil
	})})
	if got, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x"}); err != nil || got.Status != 413 {
		t.Errorf("the proxy's own 413 gave %+v, %v", got, err)
	}
}

func TestSendBoundsTheAnswer(t *testing.T) {
	tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
		resp := respond(500, "")
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), broken{}))
		return resp, nil
	})})
	if got, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x"}); err != nil || len(got.Body) != maxAnswer {
		t.Errorf("%d bytes, %v", len(got.Body), err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errReset }

func TestStatusCountsThoughTheBodyBreaksOff(t *testing.T) {
	for _, status := range []int{200, 400} {
		tr := newTransport(t, Options{HTTPClient: through(func(*http.Request) (*http.Response, error) {
			resp := respond(status, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half"), broken{}))
			return resp, nil
		})})
		if got, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x"}); err != nil || got.Status != status || string(got.Body) != "half" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestCompression(t *testing.T) {
	small, large := "{}", `{"a":"`+strings.Repeat("hello ", 1000)+`"}`
	for _, c := range []struct {
		mode Compression
		url  string
		body string
		want bool
	}{
		{CompressAuto, "https://opik.example/api", large, true},
		{CompressAuto, "https://opik.example/api", small, false},
		{CompressAuto, "http://localhost:5173/api", large, false},
		{CompressAuto, "http://127.0.0.1:8080", large, false},
		{CompressAuto, "http://[::1]:8080", large, false},
		{CompressOn, "http://localhost:5173/api", large, true},
		{CompressOn, "http://localhost:5173/api", small, false},
		{CompressOff, "https://opik.example/api", large, false},
	} {
		var encoding, body string
		var length int64
		tr := newTransport(t, Options{BaseURL: parse(t, c.url), Compression: c.mode, HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			encoding, length, body = r.Header.Get("Content-Encoding"), r.ContentLength, readBody(t, r)
			return respond(204, ""), nil
		})})
		check := func(entrance string) {
			t.Helper()
			if (encoding == "gzip") != c.want || body != c.body || (length < int64(len(c.body))) != c.want {
				t.Errorf("%s, mode %d, %s, %d bytes: encoding %q, %d bytes sent", entrance, c.mode, c.url, len(c.body), encoding, length)
			}
		}
		half := len(c.body) / 2
		got, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/x", Body: [][]byte{[]byte(c.body[:half]), []byte(c.body[half:])}})
		if err != nil || got.Sent != length {
			t.Errorf("%+v, %v", got, err)
		}
		check("Send")
		resp, err := tr.Do(request(t, "POST", c.url+"/x", c.body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		check("Do")
	}
}

func TestWhatIsNotCompressed(t *testing.T) {
	large := strings.Repeat("hello ", 1000)
	for name, adjust := range map[string]func(*http.Request){
		"multipart":         func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") },
		"no type":           func(r *http.Request) { r.Header.Del("Content-Type") },
		"encoded already":   func(r *http.Request) { r.Header.Set("Content-Encoding", "br") },
		"unknown length":    func(r *http.Request) { r.ContentLength = -1 },
		"cannot be re-read": func(r *http.Request) { r.GetBody = nil },
	} {
		r := request(t, "POST", "https://opik.example/api/x", large)
		adjust(r)
		before := r.Header.Get("Content-Encoding")
		tr := newTransport(t, Options{HTTPClient: through(func(r *http.Request) (*http.Response, error) {
			b, _ := io.ReadAll(r.Body)
			if string(b) != large || r.Header.Get("Content-Encoding") != before {
				t.Errorf("%s: %d bytes with Content-Encoding %q", name, len(b), r.Header.Get("Content-Encoding"))
			}
			return respond(204, ""), nil
		})})
		resp, err := tr.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	if !isJSON("application/json; charset=utf-8") || !isJSON("application/merge-patch+json") || isJSON("") {
		t.Error("JSON is not recognised")
	}
}

func TestConcurrentSends(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, readBody(t, r)[:20])
	}))
	defer srv.Close()
	tr := newTransport(t, Options{BaseURL: parse(t, srv.URL), Compression: CompressOn})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 30 {
				text := fmt.Sprintf("%020d%s", g*1000+i, strings.Repeat("x", 5000))
				got, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/", Body: [][]byte{[]byte(text)}})
				if err != nil || string(got.Body) != text[:20] {
					t.Errorf("got %q, %v", got.Body, err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkSend(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(204)
	}))
	defer srv.Close()
	record := []byte(`,{"id":"018cc251-f400-7abc-8def-0123456789ab","input":{"text":"` + strings.Repeat("lorem ipsum ", 180) + `"}}`)
	var parts [][]byte
	for range 100 {
		parts = append(parts, record)
	}
	for name, mode := range map[string]Compression{"plain": CompressOff, "gzip": CompressOn} {
		b.Run(name, func(b *testing.B) {
			tr := newTransport(b, Options{BaseURL: parse(b, srv.URL), Compression: mode})
			b.SetBytes(int64(len(record) * len(parts)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tr.Send(b.Context(), Request{Method: "POST", Path: "/", Body: parts}); err != nil {
					b.Fatal(err)
				}
			}
			tr.Close()
		})
	}
}

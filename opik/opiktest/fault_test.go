package opiktest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

// get sends a request that may fail, over a connection of its own.
func (c *client) get(path string) (status int, header http.Header, body string, err error) {
	c.t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	// Without a retry of the transport's own: POST is not repeated.
	req := c.request("POST", path, object{"project_name": "demo"})
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return 0, nil, "", err
	}
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header, string(b), errors.Join(err, resp.Body.Close())
}

func TestFaultsThatAnswer(t *testing.T) {
	date := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, test := range map[string]struct {
		fault  opiktest.Fault
		status int
		header http.Header
		body   string
	}{
		"status":           {opiktest.FailWith(503), 503, http.Header{"Content-Type": {"application/json"}}, `{"code":503,"message":"Service Unavailable"}`},
		"quota":            {opiktest.FailWith(402), 402, nil, `{"code":402,"message":"The usage quota is exhausted"}`},
		"bare 429":         {opiktest.BareTooManyRequests(), 429, http.Header{"Retry-After": nil, "Ratelimit-Reset": nil, "Content-Type": nil}, ""},
		"retry after":      {opiktest.RetryAfter(503, 1500*time.Millisecond), 503, http.Header{"Retry-After": {"2"}}, `{"code":503,"message":"Service Unavailable"}`},
		"retry at once":    {opiktest.RetryAfter(503, 0), 503, http.Header{"Retry-After": {"0"}}, `{"code":503,"message":"Service Unavailable"}`},
		"retry at":         {opiktest.RetryAt(429, date), 429, http.Header{"Retry-After": {"Wed, 02 Jan 2030 03:04:05 GMT"}}, `{"code":429,"message":"Too Many Requests: the limit is exceeded"}`},
		"rate limit reset": {opiktest.RateLimitReset(0), 429, http.Header{"Ratelimit-Reset": {"1"}}, `{"code":429,"message":"Too Many Requests: the limit is exceeded"}`},
		"page":             {opiktest.HTMLPage(), 200, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, "<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>\n"},
		"own answer":       {opiktest.FailWith(418).WithHeader("X-Test", "y").WithBody("text/plain", "tea"), 418, http.Header{"X-Test": {"y"}, "Content-Type": {"text/plain"}}, "tea"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			c.srv.Inject(test.fault)
			status, header, body, err := c.get("/traces/search")
			if err != nil {
				t.Fatal(err)
			}
			if status != test.status || body != test.body {
				t.Errorf("status %d, body %q", status, body)
			}
			for name, want := range test.header {
				if got := header[name]; strings.Join(got, "") != strings.Join(want, "") || len(got) != len(want) {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
			if r := c.srv.Requests(); len(r) != 1 || r[0].Status != test.status {
				t.Errorf("requests: %v", r)
			}
		})
	}
}

// outcomes sends n requests and returns their status digits; x is a failure.
func (c *client) outcomes(n int, path string) string {
	var out strings.Builder
	for range n {
		status, _, _, err := c.get(path)
		switch {
		case err != nil:
			out.WriteString("x")
		case status == 200:
			out.WriteString(".")
		default:
			out.WriteByte(byte('0' + status/100))
		}
	}
	return out.String()
}

func TestFaultSchedules(t *testing.T) {
	for name, test := range map[string]struct {
		faults []opiktest.Fault
		want   string
	}{
		"always":     {[]opiktest.Fault{opiktest.FailWith(500)}, "55555"},
		"times":      {[]opiktest.Fault{opiktest.FailWith(500).Times(2)}, "55..."},
		"after":      {[]opiktest.Fault{opiktest.FailWith(500).After(2)}, "..555"},
		"every":      {[]opiktest.Fault{opiktest.FailWith(401).Every(2)}, "4.4.4"},
		"together":   {[]opiktest.Fault{opiktest.FailWith(500).After(1).Every(2).Times(1)}, ".5..."},
		"in order":   {[]opiktest.Fault{opiktest.FailWith(500).Times(1), opiktest.FailWith(400).Times(2)}, "544.."},
		"operation":  {[]opiktest.Fault{opiktest.FailWith(500).On("searchSpans"), opiktest.FailWith(400).On("searchTraces").Times(1)}, "4...."},
		"path":       {[]opiktest.Fault{opiktest.FailWith(500).On("GET /traces/search"), opiktest.FailWith(400).On("POST /v1/private/traces/{x}").Times(1)}, "4...."},
		"any method": {[]opiktest.Fault{opiktest.FailWith(500).On("/traces/search").Times(1)}, "5...."},
		"rest":       {[]opiktest.Fault{opiktest.FailWith(500).On("/traces/...").Times(1), opiktest.FailWith(400).On("/traces"), opiktest.FailWith(400).On("/traces/search/x")}, "5...."},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t)
			fill(c)
			for _, f := range test.faults {
				c.srv.Inject(f)
			}
			if got := c.outcomes(5, "/traces/search"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFaultsCanBeRemoved(t *testing.T) {
	c := newClient(t)
	fill(c)
	first := c.srv.Inject(opiktest.FailWith(500))
	second := c.srv.Inject(opiktest.FailWith(400))
	if got := c.outcomes(2, "/traces/search"); got != "55" || first.Hits() != 2 || second.Hits() != 0 {
		t.Errorf("got %s, hits %d and %d", got, first.Hits(), second.Hits())
	}
	first.Remove()
	first.Remove()
	if got := c.outcomes(1, "/traces/search"); got != "4" {
		t.Errorf("got %s", got)
	}
	c.srv.ClearFaults()
	if got := c.outcomes(1, "/traces/search"); got != "." {
		t.Errorf("got %s", got)
	}
}

func TestInjectRefusesUnknownOperations(t *testing.T) {
	defer func() {
		if r, _ := recover().(string); !strings.Contains(r, `unknown operation "createTrase"`) {
			t.Errorf("panic: %v", r)
		}
	}()
	opiktest.New().Inject(opiktest.FailWith(500).On("createTrase"))
}

func TestBrokenConnections(t *testing.T) {
	c := newClient(t)
	fill(c)
	t.Run("before the body is read", func(t *testing.T) {
		defer c.srv.ClearFaults()
		c.srv.Inject(opiktest.DropRequest())
		if _, _, _, err := c.get("/traces/search"); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("before the answer", func(t *testing.T) {
		defer c.srv.ClearFaults()
		c.srv.Inject(opiktest.Reset(0).On("createTrace"))
		before := c.do("GET", "/traces?project_name=demo", nil).json()["total"].(float64)
		_, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(c.request("POST", "/traces", trace("01942ab4-7a40-7000-8000-000000000001", nil)))
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
			t.Errorf("error %v", err)
		}
		// The work was done all the same.
		if after := c.do("GET", "/traces?project_name=demo", nil).json()["total"].(float64); after != before+1 {
			t.Errorf("%v traces after %v", after, before)
		}
	})
	t.Run("inside of the answer", func(t *testing.T) {
		defer c.srv.ClearFaults()
		c.srv.Inject(opiktest.Reset(10))
		if _, _, body, err := c.get("/traces/search"); err == nil || len(body) > 10 {
			t.Errorf("body %q, error %v", body, err)
		}
	})
	t.Run("stream broken", func(t *testing.T) {
		defer c.srv.ClearFaults()
		c.srv.Inject(opiktest.BreakStream(1))
		_, _, body, err := c.get("/traces/search")
		if !errors.Is(err, io.ErrUnexpectedEOF) || strings.Count(body, "\r\n") != 1 {
			t.Errorf("body %q, error %v", body, err)
		}
	})
	t.Run("stream cut", func(t *testing.T) {
		defer c.srv.ClearFaults()
		c.srv.Inject(opiktest.CutStream(2))
		if got := ids(c.do("POST", "/traces/search", object{"project_name": "demo"}).items()); len(strings.Fields(got)) != 2 {
			t.Errorf("items %s", got)
		}
		c.do("GET", "/traces?project_name=demo", nil).must(200) // no stream
	})
	t.Run("error item", func(t *testing.T) {
		defer c.srv.ClearFaults()
		c.srv.Inject(opiktest.StreamError(1))
		items := c.do("POST", "/traces/search", object{"project_name": "demo"}).items()
		if len(items) != 2 {
			t.Fatalf("items %v", items)
		}
		checkFields(t, items[1], object{"code": 500, "message": "Streaming operation timed out"})
	})
}

func TestSlowness(t *testing.T) {
	c := newClient(t)
	fill(c)
	c.srv.Inject(opiktest.Delay(30 * time.Millisecond).Times(1))
	began := time.Now()
	if got := c.outcomes(1, "/traces/search"); got != "." || time.Since(began) < 30*time.Millisecond {
		t.Errorf("%s after %v", got, time.Since(began))
	}
	whole := c.do("POST", "/traces/search", object{"project_name": "demo"}).body
	c.srv.Inject(opiktest.SlowBody(len(whole)/3+1, 20*time.Millisecond).Times(1))
	began = time.Now()
	slow := c.do("POST", "/traces/search", object{"project_name": "demo"}).body
	if !bytes.Equal(slow, whole) || time.Since(began) < 40*time.Millisecond {
		t.Errorf("%d of %d bytes after %v", len(slow), len(whole), time.Since(began))
	}
	// A client that gives up does not keep the server waiting.
	c.srv.Inject(opiktest.Delay(time.Hour))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := http.DefaultClient.Do(c.request("POST", "/traces/search", object{}).WithContext(ctx)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

// Faults change while requests are served; the race detector watches.
func TestFaultsChangeWhileServing(t *testing.T) {
	c := newClient(t)
	fill(c)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				resp, err := http.DefaultClient.Do(c.request("POST", "/traces/search", object{"project_name": "demo"}))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
				}
				resp.Body.Close()
			}
		})
		wg.Go(func() {
			for range 20 {
				i := c.srv.Inject(opiktest.FailWith(503).Times(1))
				c.srv.Requests()
				c.srv.TraceTrees()
				i.Remove()
			}
		})
	}
	wg.Wait()
}

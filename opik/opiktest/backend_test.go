package opiktest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/opiktest"
)

func TestSystemRoutes(t *testing.T) {
	c := newClient(t)
	c.do("GET", "/is-alive/ping", nil).must(200).fields(object{"healthy": true})
	if v, _ := c.do("GET", "/is-alive/ver", nil).must(200).json()["version"].(string); v == "" {
		t.Error("no version")
	}
	c.do("POST", "/auth", object{}).must(204)
	c.do("POST", "/auth", nil).must(204)
	c.do("GET", "/auth/workspace", nil).must(200).fields(object{"workspace_name": "default"})
}

func TestWorkspaces(t *testing.T) {
	strict := []opiktest.Option{
		opiktest.WithAccount(opiktest.Account{APIKey: "key", Workspaces: []string{"team", "other"}}),
		opiktest.WithAccount(opiktest.Account{APIKey: "second", Workspaces: []string{"other"}}),
	}
	for name, test := range map[string]struct {
		opts    []opiktest.Option
		key, ws string
		status  int
		message string
	}{
		"nobody asks":              {nil, "", "", 200, ""},
		"any key":                  {nil, "whatever", "default", 200, ""},
		"another workspace":        {nil, "", "team", 404, "Workspace not found"},
		"good key":                 {strict, "key", "team", 200, ""},
		"no key":                   {strict, "", "team", 401, "API key should be provided"},
		"unknown key":              {strict, "bad", "team", 401, "API key"},
		"key with a scheme":        {strict, "Bearer key", "team", 401, "API key"},
		"key without access":       {strict, "second", "team", 403, "User is not allowed to access workspace"},
		"workspace does not exist": {strict, "key", "lost", 403, "User is not allowed to access workspace"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClient(t, test.opts...)
			c.key, c.ws = test.key, test.ws
			a := c.do("GET", "/auth/workspace", nil)
			if test.status != 200 {
				a.refused(test.status, "A", test.message)
				return
			}
			a.must(200)
		})
	}
	t.Run("of a key", func(t *testing.T) {
		c := newClient(t, strict...)
		c.key = "key"
		c.do("GET", "/auth/workspace", nil).must(200).fields(object{"workspace_name": "team"})
		c.do("POST", "/auth", object{}).refused(403, "A", "Workspace name should be provided")
	})
	t.Run("are separate", func(t *testing.T) {
		c := newClient(t, strict...)
		c.key, c.ws = "key", "team"
		c.do("POST", "/traces", trace(id1, nil)).must(201)
		c.ws = "other"
		c.do("GET", "/traces/"+id1, nil).must(404)
		c.do("GET", "/is-alive/ping", nil).must(200)
		if trees := c.srv.TraceTrees(); len(trees) != 1 || trees[0].Workspace != "team" {
			t.Errorf("trees: %v", trees)
		}
	})
}

func TestGzip(t *testing.T) {
	c := newClient(t, lenient)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(trace(id1, object{"input": strings.Repeat("long ", 1000)})); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	send := func(body, coding string) int {
		req := c.request("POST", "/traces", body)
		req.Header.Set("Content-Encoding", coding)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for coding, want := range map[string]int{"gzip": 201, "br": 415} {
		if got := send(b.String(), coding); got != want {
			t.Errorf("%s: status %d", coding, got)
		}
	}
	for _, body := range []string{"no gzip at all", b.String()[:30]} {
		if got := send(body, "gzip"); got != 400 {
			t.Errorf("broken gzip: status %d", got)
		}
	}
	// Answers are compressed for whoever asks for it; Go's transport does.
	resp, err := http.DefaultClient.Do(c.request("GET", "/traces/"+id1, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if !resp.Uncompressed {
		t.Error("the answer was not compressed")
	}
	req := c.request("POST", "/traces", object{})
	req.Header.Set("Content-Type", "text/plain")
	resp, err = http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 415 {
		t.Errorf("text/plain: status %d", resp.StatusCode)
	}
}

func TestRateLimits(t *testing.T) {
	now := newClock()
	c := newClient(t, opiktest.WithClock(now.now), opiktest.WithRateLimits(opiktest.RateLimits{
		User: 5, Workspace: 4, SingleTracingOps: 1, GetSpanByID: 1, Reads: 1, Window: time.Minute,
	}))
	batch := func(n int) *answer {
		list := make([]object, n)
		for i := range list {
			list[i] = trace(id1, nil)
		}
		return c.do("POST", "/traces/batch", object{"traces": list})
	}
	a := batch(3).must(204)
	for name, want := range map[string]string{
		"Opik-User-Limit": "general_events", "Opik-User-Remaining-Limit": "2", "Opik-User-Remaining-Limit-TTL-Millis": "60000",
		"Opik-Workspace-Limit": "workspace_events", "Opik-Workspace-Remaining-Limit": "1", "RateLimit-Reset": "",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	now.advance(30500 * time.Millisecond)
	a = batch(2)
	a.refused(429, "A", "Too Many Requests: ")
	if a.header.Get("RateLimit-Reset") != "30" || a.header.Get("Retry-After") != "" {
		t.Errorf("headers %v", a.header)
	}
	c.do("POST", "/spans", span(id2, id1, nil)).must(201)
	c.do("PATCH", "/spans/"+id2, object{"trace_id": id1, "project_name": "demo"}).refused(429, "A", "single_tracing_ops")
	c.do("GET", "/spans/"+id2, nil).must(200)
	c.do("GET", "/spans/"+id2, nil).refused(429, "A", "get_span_by_id")
	c.do("GET", "/traces?project_name=demo", nil).must(200)
	c.do("POST", "/traces/search", object{"project_name": "demo"}).must(200)
	c.do("POST", "/traces/search", object{"project_name": "demo"}).refused(429, "A", "search_traces")
	c.do("GET", "/traces/"+id1, nil).must(200) // not limited
	c.do("GET", "/traces/"+id1, nil).must(200)
	now.advance(30 * time.Second)
	batch(2).must(204)
}

func TestRefusedRequestsAreNotCounted(t *testing.T) {
	c := newClient(t, opiktest.WithRateLimits(opiktest.RateLimits{User: 5, Workspace: 4}))
	batch := func(n int) *answer {
		list := make([]object, n)
		for i := range list {
			list[i] = trace(id1, nil)
		}
		return c.do("POST", "/traces/batch", object{"traces": list})
	}
	// The user's limit leaves room for it, the workspace's does not.
	a := batch(5)
	a.refused(429, "A", "workspace_events")
	if got := a.header.Get("Opik-User-Remaining-Limit"); got != "5" {
		t.Errorf("after a refusal %s of the user's 5 events are left", got)
	}
	batch(4).must(204)
}

func TestRequests(t *testing.T) {
	c := newClient(t, lenient, opiktest.WithRequestLog(3))
	c.key = "secret"
	c.do("GET", "/is-alive/ping", nil)
	c.do("POST", "/traces", trace(id1, object{"name": "a/b"}))
	c.do("GET", "/datasets/x%2Fy/versions?a=1&a=2", nil)
	c.do("POST", "/traces", "{")
	r := c.srv.Requests()
	if len(r) != 3 {
		t.Fatalf("%d requests", len(r))
	}
	if r[0].Operation != "createTrace" || r[0].Method != "POST" || r[0].Path != "/v1/private/traces" || r[0].Status != 201 ||
		r[0].Body.(object)["name"] != "a/b" || r[0].Header.Get("Content-Type") != "application/json" || r[0].Size == 0 || r[0].Time.IsZero() {
		t.Errorf("first: %+v", r[0])
	}
	if r[1].Operation != "listDatasetVersions" || r[1].Path != "/v1/private/datasets/x%2Fy/versions" || len(r[1].Query["a"]) != 2 || r[1].Body != nil {
		t.Errorf("second: %+v", r[1])
	}
	if r[2].Body != "{" || r[2].Status != 400 {
		t.Errorf("third: %+v", r[2])
	}
	if text := fmt.Sprint(r); strings.Contains(text, "secret") {
		t.Error("the log has the key")
	}
	if n := len(c.srv.RequestsTo("createTrace")); n != 2 {
		t.Errorf("%d requests to createTrace", n)
	}
	if n := len(c.srv.RequestsTo("GET /datasets/{id}/versions")); n != 1 {
		t.Errorf("%d requests to the versions", n)
	}
	c.srv.ClearRequests()
	if n := len(c.srv.Requests()); n != 0 {
		t.Errorf("%d requests after clearing", n)
	}
	silent := newClient(t, opiktest.WithRequestLog(0))
	silent.do("GET", "/is-alive/ping", nil)
	if n := len(silent.srv.Requests()); n != 0 {
		t.Errorf("%d requests without a log", n)
	}
}

// withoutChecker keeps backends from asking the contract checker that these tests
// may run under: their requests are wrong on purpose.
func withoutChecker(t *testing.T) {
	t.Helper()
	t.Setenv("OPIKTEST_CHECK_URL", "")
}

// recorder is a test that remembers what would have failed it.
type recorder struct {
	errors   []string
	cleanups []func()
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }
func (r *recorder) Cleanup(f func())                  { r.cleanups = append(r.cleanups, f) }

func (r *recorder) finish() string {
	for _, f := range r.cleanups {
		f()
	}
	return strings.Join(r.errors, "\n")
}

func TestViolationsFailTheTest(t *testing.T) {
	hook := opiktest.WithRequestHook(func(r *http.Request, body []byte) error {
		if bytes.Contains(body, []byte("forbidden")) {
			return errors.New("body /name: it is forbidden")
		}
		return nil
	})
	for name, test := range map[string]struct {
		method, path string
		body         any
		want         string
	}{
		"regular refusal": {"GET", "/traces/" + id1, nil, ""},
		"constraint":      {"POST", "/traces", object{}, ""},
		"unknown path":    {"GET", "/trases", nil, "GET /v1/private/trases (unknown operation): 404: opiktest has no operation with this path, see Backend.Operations"},
		"wrong method":    {"DELETE", "/traces", nil, "DELETE /v1/private/traces (unknown operation): 405: the path exists, but not with the method DELETE"},
		"path parameter":  {"GET", "/traces/7", nil, `GET /v1/private/traces/7 (getTraceById): 404: path parameter id: "7" is no UUID`},
		"query parameter": {"GET", "/traces?project_id=7", nil, `(getTracesByProject): 404: query parameter project_id: "7" is no UUID`},
		"no JSON":         {"POST", "/traces", "{", "POST /v1/private/traces (createTrace): 400: Unable to process JSON. unexpected EOF"},
		"wrong type":      {"POST", "/traces", object{"name": 1}, "(createTrace): 400: Unable to process JSON. Cannot deserialize value of type string at 'name'"},
		"hook":            {"POST", "/traces", trace(id1, object{"name": "forbidden"}), "(createTrace): body /name: it is forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{}
			withoutChecker(t)
			c := &client{t: t, srv: opiktest.NewServer(r, hook)}
			c.do(test.method, test.path, test.body)
			n := len(c.srv.Violations())
			got := r.finish()
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) || (n == 0) != (got == "") {
				t.Errorf("reported %q, want %q", got, test.want)
			}
			lenientOne := &recorder{}
			c.srv = opiktest.NewServer(lenientOne, hook, lenient)
			c.do(test.method, test.path, test.body)
			if got := lenientOne.finish(); got != "" {
				t.Errorf("reported %q in spite of the option", got)
			}
		})
	}
}

func TestRepeatedViolationsAreReportedOnce(t *testing.T) {
	withoutChecker(t)
	r := &recorder{}
	c := &client{t: t, srv: opiktest.NewServer(r), odd: true}
	for _, path := range []string{"/trases", "/other", "/trases", "/trases"} {
		c.do("GET", path, nil)
	}
	got := r.finish()
	first, rest, _ := strings.Cut(got, "/other")
	if !strings.Contains(first, "/trases (unknown operation): ") || !strings.Contains(first, "(3 times)") ||
		strings.Contains(rest, "times") || strings.Contains(rest, "trases") {
		t.Errorf("reported:\n%s", got)
	}
}

func TestServerEnds(t *testing.T) {
	s, err := opiktest.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opiktest.Start(strings.TrimSuffix(strings.TrimPrefix(s.URL, "http://"), "/api")); err == nil {
		t.Error("two servers on one port")
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := http.Get(s.URL + "/is-alive/ping"); err == nil {
		t.Error("the server still answers")
	}
	r := &recorder{}
	if opiktest.NewServer(&failing{r}, nil...) == nil {
		t.Error("no server")
	}
	if got := r.finish(); got != "" {
		t.Error(got)
	}
}

// failing is a recorder of its own type, to show that any implementation will do.
type failing struct{ *recorder }

func TestHandlerWithoutServer(t *testing.T) {
	withoutChecker(t)
	b := opiktest.New()
	for _, base := range []string{"", "/api"} {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest("GET", base+"/is-alive/ping", nil))
		if w.Code != 200 {
			t.Errorf("below %q: status %d", base, w.Code)
		}
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest("GET", "/apiary/is-alive/ping", nil))
	if w.Code != 404 || len(b.Violations()) != 1 {
		t.Errorf("status %d, violations %v", w.Code, b.Violations())
	}
	b.Inject(opiktest.FailWith(500))
	b.Reset()
	if len(b.Violations()) != 0 || len(b.Requests()) != 0 || len(b.TraceTrees()) != 0 {
		t.Error("something is left after the reset")
	}
	w = httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest("GET", "/is-alive/ping", nil))
	if w.Code != 200 {
		t.Errorf("after the reset: status %d", w.Code)
	}
}

func TestOperations(t *testing.T) {
	b := opiktest.New()
	served := b.Operations()
	if len(served) < 110 {
		t.Errorf("only %d operations", len(served))
	}
}

func TestWaiting(t *testing.T) {
	c := newClient(t)
	go func() {
		for _, body := range []object{trace(id1, nil), trace(id2, object{"end_time": end}), trace(id3, object{"end_time": end})} {
			// A failure shows as a time-out below.
			if resp, err := http.DefaultClient.Do(c.request("POST", "/traces", body)); err == nil {
				resp.Body.Close()
			}
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	trees, err := c.srv.WaitForTraces(ctx, 2)
	if err != nil || len(trees) != 3 {
		t.Fatalf("%d traces, error %v", len(trees), err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := c.srv.WaitForTraces(ctx, 3); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "2 of 3 traces have ended, 1 have arrived without an end") {
		t.Errorf("error %v", err)
	}
}

// What happens in the background is waited for as well.
func TestWaitingForTheBackground(t *testing.T) {
	c := newClient(t, opiktest.WithBackgroundDelay(20*time.Millisecond))
	c.do("POST", "/traces", trace(id1, nil)).must(201)
	c.do("POST", "/spans", span(id2, id1, nil)).must(201)
	c.do("DELETE", "/traces/"+id1, nil).must(204)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := c.srv.WaitFor(ctx, func() bool { return len(c.srv.OrphanSpans()) == 0 }); err != nil {
		t.Fatal(err)
	}
}

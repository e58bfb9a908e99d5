package opiktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/opiktest"
)

// object is a JSON object of a request or an answer.
type object = map[string]any

// client sends requests to a server under test.
type client struct {
	t   *testing.T
	srv *opiktest.Server
	key string
	ws  string
	odd bool // answers need not keep the contract
}

func newClient(t *testing.T, opts ...opiktest.Option) *client {
	t.Helper()
	return &client{t: t, srv: opiktest.NewServer(t, opts...)}
}

// answer is what a server said.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// do sends a request; path is below /v1/private unless it begins with "/v1/" or
// "/is-alive". A nil body is none, a string is sent as it is.
func (c *client) do(method, path string, body any) *answer {
	c.t.Helper()
	resp, err := http.DefaultClient.Do(c.request(method, path, body))
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatalf("%s %s: reading: %v", method, path, err)
	}
	a := &answer{t: c.t, status: resp.StatusCode, header: resp.Header, body: b}
	if !c.odd {
		a.check(resp.Request)
	}
	return a
}

// check compares the answer with the contract, if these tests run under the
// contract checker.
func (a *answer) check(r *http.Request) {
	a.t.Helper()
	checker := os.Getenv("OPIKTEST_CHECK_URL")
	if checker == "" {
		return
	}
	question, err := json.Marshal(object{
		"method": r.Method, "path": strings.TrimPrefix(r.URL.EscapedPath(), "/api"), "status": a.status,
		"content_type": a.header.Get("Content-Type"), "body": a.body,
	})
	if err != nil {
		a.t.Fatal(err)
	}
	resp, err := http.Post(checker, "application/json", bytes.NewReader(question))
	if err != nil {
		a.t.Fatal(err)
	}
	defer resp.Body.Close()
	if complaint, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusNoContent {
		a.t.Errorf("the answer to %s %s breaks the contract: %s %v", r.Method, r.URL.Path, complaint, err)
	}
}

func (c *client) request(method, path string, body any) *http.Request {
	c.t.Helper()
	if !strings.HasPrefix(path, "/v1/") && !strings.HasPrefix(path, "/is-alive") {
		path = "/v1/private" + path
	}
	var r io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(body)
	default:
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.key != "" {
		req.Header.Set("Authorization", c.key)
	}
	if c.ws != "" {
		req.Header.Set("Comet-Workspace", c.ws)
	}
	return req
}

// must fails the test unless the answer has the status.
func (a *answer) must(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d; body %s", a.status, status, a.body)
	}
	return a
}

// json decodes the body.
func (a *answer) json() object {
	a.t.Helper()
	var o object
	if err := json.Unmarshal(a.body, &o); err != nil {
		a.t.Fatalf("body is not a JSON object: %v: %s", err, a.body)
	}
	return o
}

// items decodes a stream and checks its framing.
func (a *answer) items() []object {
	a.t.Helper()
	a.must(http.StatusOK)
	if ct := a.header.Get("Content-Type"); ct != "application/octet-stream" {
		a.t.Fatalf("content type of a stream: %q", ct)
	}
	var out []object
	rest := string(a.body)
	for rest != "" {
		line, tail, found := strings.Cut(rest, "\r\n")
		if !found {
			a.t.Fatalf("item without CR LF: %q", rest)
		}
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			a.t.Fatalf("item %q: %v", line, err)
		}
		out, rest = append(out, o), tail
	}
	return out
}

// message is the first text of an error body of either shape, and the shape.
func (a *answer) message() (shape, text string) {
	o := a.json()
	if list, ok := o["errors"].([]any); ok && len(list) > 0 {
		text, _ = list[0].(string)
		return "B", text
	}
	if _, ok := o["code"].(float64); ok {
		text, _ = o["message"].(string)
		return "A", text
	}
	return "", ""
}

// refused checks status, shape and a part of the message of an error answer.
func (a *answer) refused(status int, shape, part string) {
	a.t.Helper()
	a.must(status)
	gotShape, text := a.message()
	if gotShape != shape || !strings.Contains(text, part) {
		a.t.Errorf("error %s %q, want shape %s with %q", gotShape, text, shape, part)
	}
}

// Ids of version 7, ascending.
const (
	id1 = "01942ab4-7a2e-7000-8000-0000000000a1"
	id2 = "01942ab4-7a2f-7000-8000-0000000000a2"
	id3 = "01942ab4-7a30-7000-8000-0000000000a3"
	id4 = "01942ab4-7a31-7000-8000-0000000000a4"
	id5 = "01942ab4-7a32-7000-8000-0000000000a5"
	// v4 is an id of version 4.
	v4 = "9b2d9d4e-2f0a-4c6b-8a3e-1c2d3e4f5a6b"
)

const start, end = "2025-01-02T03:04:05.678Z", "2025-01-02T03:04:07.178Z"

func TestTraceArrives(t *testing.T) {
	c := newClient(t)
	c.do("POST", "/traces/batch", object{"traces": []object{{
		"id": id1, "project_name": "demo", "name": "answer", "start_time": start, "end_time": end,
		"input": object{"q": "What?"}, "output": object{"a": "That."}, "tags": []string{"x"},
	}}}).must(204)
	c.do("POST", "/spans/batch", object{"spans": []object{
		{"id": id3, "trace_id": id1, "parent_span_id": id2, "project_name": "demo", "name": "inner",
			"type": "llm", "model": "gpt-4o", "provider": "openai", "start_time": start, "end_time": end,
			"usage": object{"prompt_tokens": 3, "total_tokens": 5}, "total_estimated_cost": 0.5},
		{"id": id2, "trace_id": id1, "project_name": "demo", "name": "outer", "start_time": start, "end_time": end,
			"error_info": object{"exception_type": "ValueError", "message": "boom", "traceback": "..."}},
	}}).must(204)
	c.do("PUT", "/traces/feedback-scores", object{"scores": []object{
		{"id": id1, "project_name": "demo", "name": "quality", "value": 0.9, "source": "sdk", "reason": "fine"},
	}}).must(204)
	c.srv.AssertTraceTrees(t, `
		trace "answer" project="demo"
		  input: {"q":"What?"}
		  output: {"a":"That."}
		  tags: ["x"]
		  score "quality" = 0.9 reason="fine"
		  span "outer" type=general
		    error: ValueError: boom
		    span "inner" type=llm model="gpt-4o" provider="openai"
		      usage: prompt_tokens=3 total_tokens=5
		      cost: 0.5
	`)

	got := c.do("GET", "/traces/"+id1, nil).must(200).json()
	wanted := object{
		"span_count": 2.0, "llm_span_count": 1.0, "has_tool_spans": false, "duration": 1500.0,
		"total_estimated_cost": 0.5, "visibility_mode": "default", "created_by": "admin",
	}
	for name, want := range wanted {
		if got[name] != want {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}
	items := c.do("POST", "/spans/search", object{"project_name": "demo", "limit": 10}).items()
	if len(items) != 2 || items[0]["id"] != id3 {
		t.Errorf("search: %v", items)
	}
}

package exampletest

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// Request is a request that must arrive, and the answer to it.
type Request struct {
	Method, Path  string // the path is not escaped
	Query, Header map[string]string
	Body          string   // JSON
	Form          string   // an object with the fields of a form
	Raw           string   // any other body
	Unknown       []string // members of query and body that the client makes

	Status      int
	ContentType string
	Location    string
	Answer      string
}

// script is a server that expects requests in an order, and answers them.
type script struct {
	t    *testing.T
	rest []Request // that are still to come
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	if len(s.rest) == 0 {
		s.t.Errorf("an unexpected request: %s %s", r.Method, r.URL)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	want := s.rest[0]
	s.rest = s.rest[1:]
	want.compare(s.t, r, body)
	want.check(s.t, r, body)
	if want.Location != "" {
		w.Header().Set("Location", "http://elsewhere.example.com"+want.Location)
	}
	if want.ContentType != "" {
		w.Header().Set("Content-Type", want.ContentType)
	}
	w.WriteHeader(want.Status)
	if _, err := io.WriteString(w, want.Answer); err != nil {
		s.t.Error(err)
	}
}

// compare reports how a request differs from the one that is expected.
func (want Request) compare(t *testing.T, r *http.Request, body []byte) {
	t.Helper()
	if path := strings.TrimPrefix(r.URL.Path, "/api"); r.Method != want.Method || path != want.Path {
		t.Errorf("request %s %s, want %s %s", r.Method, path, want.Method, want.Path)
	}
	query, wantQuery := map[string]any{}, map[string]any{}
	for name, values := range r.URL.Query() {
		query[name] = strings.Join(values, " and ")
	}
	for name, value := range want.Query {
		wantQuery[name] = value
	}
	same(t, "query", query, wantQuery, want.Unknown)
	for name, value := range want.Header {
		if got := r.Header.Get(name); got != value {
			t.Errorf("the header %s is %q, want %q", name, got, value)
		}
	}
	switch {
	case want.Body != "":
		same(t, "body", tree(t, string(body)), tree(t, want.Body), want.Unknown)
	case want.Form != "":
		same(t, "form", formTree(t, r.Header.Get("Content-Type"), body), tree(t, want.Form), want.Unknown)
	case string(body) != want.Raw:
		t.Errorf("body %q, want %q", body, want.Raw)
	}
}

// same reports how what was sent differs from what is expected, but for members
// whose value is not known: they must be there.
func same(t *testing.T, what string, got, want any, unknown []string) {
	t.Helper()
	if object, ok := got.(map[string]any); ok {
		for _, name := range unknown {
			if v, there := object[name]; there && v != "" {
				delete(object, name)
			}
		}
	}
	for _, d := range differences(what, embedded(got), embedded(want), false) {
		t.Error(d)
	}
}

// formTree is a form as an object.
func formTree(t *testing.T, contentType string, body []byte) any {
	t.Helper()
	media, options, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	if media == "application/x-www-form-urlencoded" {
		values, err := url.ParseQuery(string(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, all := range values {
			out[name] = strings.Join(all, " and ")
		}
		return out
	}
	for parts := multipart.NewReader(bytes.NewReader(body), options["boundary"]); ; {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		if name := part.FileName(); name != "" && name != part.FormName()+".txt" {
			t.Errorf("the file %s is called %s", part.FormName(), name)
		}
		out[part.FormName()] = string(data)
	}
}

// check asks the contract checker about the request and the answer, if one runs.
func (want Request) check(t *testing.T, r *http.Request, body []byte) {
	t.Helper()
	question := map[string]any{
		"method": r.Method, "path": strings.TrimPrefix(r.URL.EscapedPath(), "/api"), "query": r.URL.RawQuery,
		"content_type": r.Header.Get("Content-Type"), "body": body,
	}
	ask(t, question)
	if want.ContentType != "application/json" {
		return
	}
	question["status"], question["content_type"], question["body"] = want.Status, want.ContentType, []byte(want.Answer)
	ask(t, question)
}

// ask sends a question to the contract checker; see cmd/contractcheck.
func ask(t *testing.T, question map[string]any) {
	t.Helper()
	checker := os.Getenv("OPIKTEST_CHECK_URL")
	if checker == "" {
		return
	}
	answer, err := http.Post(checker, "application/json", strings.NewReader(jsonOf(t, question)))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusNoContent {
		t.Errorf("%s %s, status %v: against the contract: %s", question["method"], question["path"], question["status"], text)
	}
}

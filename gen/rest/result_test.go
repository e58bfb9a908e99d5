package rest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

func TestLocationCreatesReturnTheID(t *testing.T) {
	tests := map[string]struct {
		location, want string
		err            error
	}{
		"absolute":        {"http://localhost/api/v1/private/traces/0190babc", "0190babc", nil},
		"behind a proxy":  {"http://localhost/v1/private/traces/0190babc", "0190babc", nil},
		"relative":        {"/v1/private/traces/0190babc", "0190babc", nil},
		"bare":            {"0190babc", "0190babc", nil},
		"slash at end":    {"/v1/private/traces/0190babc/", "0190babc", nil},
		"query":           {"/v1/private/traces/0190babc?x=y", "0190babc", nil},
		"escaped":         {"/v1/private/things/a%2Fb%20c", "a/b c", nil},
		"missing":         {"", "", rest.ErrNoLocation},
		"without an id":   {"http://localhost", "", rest.ErrNoLocation},
		"not a URL":       {"http://[::1", "", rest.ErrNoLocation},
		"broken escaping": {"/a%zz", "", rest.ErrNoLocation},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := serve(t, created(test.location))
			id, err := b.CreateTrace(t.Context(), rest.Trace{StartTime: time.Now()})
			if id != test.want || !errors.Is(err, test.err) {
				t.Errorf("got %q, %v", id, err)
			}
			if b.count() != 1 {
				t.Errorf("%d requests: the location was followed", b.count())
			}
		})
	}
}

func TestTwoSuccessStatusesWithAResult(t *testing.T) {
	for _, status := range []int{200, 202} {
		b := serve(t, answerJSON(status, `{"id":"7","status":"PENDING"}`))
		var response rest.Response
		job, err := b.StartDatasetExport(t.Context(), "1", rest.WithResponse(&response))
		if err != nil || job.ID != "7" || response.Status != status {
			t.Errorf("%d: got %+v, %d, %v", status, job, response.Status, err)
		}
	}
}

func TestAbsentResults(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"204":        noContent,
		"empty 200":  answerJSON(200, ""),
		"only space": answerJSON(200, " \r\n"),
		"null":       answerJSON(200, "null"),
	} {
		b := serve(t, answer)
		job, err := b.NextJob(t.Context(), "1")
		if job != nil || !errors.Is(err, rest.ErrNoContent) {
			t.Errorf("%s: got %+v, %v", name, job, err)
		}
	}
}

func TestPagesOfProxiesAreNoSuccess(t *testing.T) {
	page := func(contentType string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = io.WriteString(w, "\n<!DOCTYPE html><html><title>Sign in</title></html>")
		}
	}
	for name, contentType := range map[string]string{"as HTML": "text/html; charset=utf-8", "as JSON": "application/json"} {
		b := serve(t, page(contentType))
		if trace, err := b.GetTraceByID(t.Context(), "1", nil); trace != nil || !errors.Is(err, rest.ErrUnexpectedContent) {
			t.Errorf("result %s: %v", name, err)
		}
	}
	b := serve(t, page("text/html"))
	if err := b.DeleteTraceByID(t.Context(), "1"); !errors.Is(err, rest.ErrUnexpectedContent) {
		t.Errorf("no result: %v", err)
	}
	if _, err := b.CreateTrace(t.Context(), rest.Trace{}); !errors.Is(err, rest.ErrUnexpectedContent) {
		t.Errorf("location: %v", err)
	}
	if _, err := b.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{}); !errors.Is(err, rest.ErrUnexpectedContent) {
		t.Errorf("stream: %v", err)
	}
}

func TestResponsesAreBounded(t *testing.T) {
	large := `{"id":"` + strings.Repeat("x", 2000) + `"}`
	chunked := func(w http.ResponseWriter, _ *http.Request) {
		for part := range strings.SplitSeq(large, "xxxxxxxxxx") {
			_, _ = io.WriteString(w, part+"xxxxxxxxxx")
			w.(http.Flusher).Flush()
		}
	}
	for name, answer := range map[string]http.HandlerFunc{"with length": answerJSON(200, large), "without length": chunked} {
		b := serve(t, answer)
		_, err := b.GetTraceByID(t.Context(), "1", nil, rest.WithMaxResponse(1000))
		if !errors.Is(err, rest.ErrResponseTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := serve(t, answerJSON(200, large))
	if _, err := b.GetTraceByID(t.Context(), "1", nil, rest.WithMaxResponse(int64(len(large)))); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

func TestBrokenResults(t *testing.T) {
	b := serve(t, answerJSON(200, `{"id":`))
	if trace, err := b.GetTraceByID(t.Context(), "1", nil); trace != nil || err == nil || !strings.HasPrefix(err.Error(), "getTraceById: decode: ") {
		t.Errorf("malformed: %v, %v", trace, err)
	}
	b = serve(t, answerJSON(200, `{"id":"1","name":7}`))
	if trace, err := b.GetTraceByID(t.Context(), "1", nil); trace != nil || err == nil {
		t.Errorf("of another type: %v, %v", trace, err)
	}
	b = serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id":"1"}`)
	})
	if _, err := b.GetTraceByID(t.Context(), "1", nil); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %v", err)
	}
}

func TestResultsThatAreNoObjects(t *testing.T) {
	b := serve(t, answerJSON(200, `[{"id":"1"},{"id":"2"}]`))
	jobs, err := b.GetDatasetExportJobs(t.Context())
	if err != nil || len(jobs) != 2 || jobs[1].ID != "2" {
		t.Errorf("list: %+v, %v", jobs, err)
	}
	b = serve(t, answerJSON(200, `{"openai":[{"name":"x"}]}`))
	models, err := b.GetLLMModels(t.Context())
	if err != nil || string(models["openai"]) != `[{"name":"x"}]` {
		t.Errorf("opaque: %v, %v", models, err)
	}
}

func TestRedirectsAreResults(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://elsewhere.example/projects?x=1", http.StatusSeeOther)
	})
	target, err := b.ProjectsRedirect(t.Context(), &rest.ProjectsRedirectParams{TraceID: "1", Path: "p"})
	if err != nil || target != "https://elsewhere.example/projects?x=1" {
		t.Errorf("got %q, %v", target, err)
	}
	if b.count() != 1 {
		t.Error("the redirect was followed")
	}
	b = serve(t, noContent)
	if _, err := b.ProjectsRedirect(t.Context(), &rest.ProjectsRedirectParams{TraceID: "1", Path: "p"}); !errors.Is(err, rest.ErrNoLocation) {
		t.Errorf("no redirect: %v", err)
	}
}

func TestDownloads(t *testing.T) {
	b := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		w.Header().Set("Content-Disposition", `attachment; filename="my export.csv"`)
		_, _ = io.WriteString(w, "a,b\n1,2\n")
	})
	content, err := b.DownloadDatasetExport(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	data, err := io.ReadAll(content.Body)
	if err != nil || string(data) != "a,b\n1,2\n" || content.Filename != "my export.csv" || content.ContentType != "text/csv" || content.Size != 8 {
		t.Errorf("got %q, %+v, %v", data, content, err)
	}
	if accept := b.last(t).header.Get("Accept"); accept != "text/csv" {
		t.Errorf("accepted %q", accept)
	}
	var none *rest.Content
	if err := none.Close(); err != nil {
		t.Error(err)
	}
}

func TestEndOfContext(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	b := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if _, err := b.GetTraceByID(ctx, "1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if _, err := b.GetTraceByID(ctx, "1", nil); !errors.Is(err, context.Canceled) || b.count() != 1 {
		t.Errorf("a call with an ended context: %v, %d requests", err, b.count())
	}
}

func TestNilClient(t *testing.T) {
	var c *rest.Client
	if err := c.DeleteTraceByID(t.Context(), "1"); !errors.Is(err, rest.ErrNilClient) {
		t.Error(err)
	}
	if trace, err := c.GetTraceByID(t.Context(), "1", nil); trace != nil || !errors.Is(err, rest.ErrNilClient) {
		t.Error(trace, err)
	}
	if stream, err := c.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{}); stream != nil || !errors.Is(err, rest.ErrNilClient) {
		t.Error(stream, err)
	}
	if c.BaseURL() != "" {
		t.Error(c.BaseURL())
	}
}

func TestNewClient(t *testing.T) {
	for _, base := range []string{
		"", "localhost:5173/api", "/api", "ftp://localhost/api", "http://", "http://user:sesame@localhost/api",
		"http://localhost/api?x=1", "http://localhost/api#x", "http://user:sesame@local host/",
	} {
		client, err := rest.NewClient(base, nil)
		if client != nil || err == nil {
			t.Errorf("%q is accepted", base)
		} else if strings.Contains(err.Error(), "sesame") {
			t.Errorf("a password is in %q", err)
		}
	}
	client, err := rest.NewClient("https://www.comet.com/opik/api//", nil)
	if err != nil || client.BaseURL() != "https://www.comet.com/opik/api" {
		t.Errorf("got %q, %v", client.BaseURL(), err)
	}
}

// doer is a function as a Doer.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// closing tells whether a body was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestBodiesAreAlwaysClosed(t *testing.T) {
	statuses := []int{200, 201, 204, 302, 400, 404, 500}
	bodies := []string{"", "null", `{"id":"1"}`, "<html>", `{"id":`, `{"errors":["x"]}`, strings.Repeat("x", 1<<20)}
	calls := map[string]func(*rest.Client) error{
		"none": func(c *rest.Client) error { return c.DeleteTraceByID(t.Context(), "1") },
		"json": func(c *rest.Client) error {
			return second(c.GetTraceByID(t.Context(), "1", nil, rest.WithMaxResponse(1000)))
		},
		"location": func(c *rest.Client) error { return second(c.CreateTrace(t.Context(), rest.Trace{})) },
		"redirect": func(c *rest.Client) error {
			return second(c.ProjectsRedirect(t.Context(), &rest.ProjectsRedirectParams{TraceID: "1", Path: "2"}))
		},
		"stream": func(c *rest.Client) error {
			stream, err := c.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{})
			if err != nil {
				return err
			}
			for _, err = range stream.All() {
			}
			return err
		},
		"events": func(c *rest.Client) error {
			events, err := c.CreateChatCompletionsEvents(t.Context(), rest.ChatCompletionRequest{})
			if err != nil {
				return err
			}
			defer events.Close()
			return second(events.Next())
		},
		"content": func(c *rest.Client) error {
			content, err := c.DownloadOllieState(t.Context())
			if err != nil {
				return err
			}
			return content.Close()
		},
	}
	for name, call := range calls {
		for _, status := range statuses {
			for _, text := range bodies {
				body := &closing{Reader: strings.NewReader(text)}
				client, err := rest.NewClient("http://localhost", doer(func(*http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: status, Header: http.Header{}, Body: body, ContentLength: -1}, nil
				}))
				if err != nil {
					t.Fatal(err)
				}
				callErr := call(client)
				if !body.closed {
					t.Errorf("%s, %d, %.10q: the body is open (error: %v)", name, status, text, callErr)
				}
				if status >= 400 && callErr == nil {
					t.Errorf("%s, %d: no error", name, status)
				}
			}
		}
	}
}

func TestDoerSeesTheCall(t *testing.T) {
	var got rest.CallInfo
	var known bool
	client, err := rest.NewClient("http://localhost", doer(func(r *http.Request) (*http.Response, error) {
		got, known = rest.CallInfoFrom(r.Context())
		return nil, errors.New("no network")
	}))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		call func() error
		want rest.CallInfo
	}{
		"GET": {
			func() error { return second(client.GetTraceByID(t.Context(), "1", nil)) },
			rest.CallInfo{Operation: "getTraceById", Path: "/v1/private/traces/{id}", Retryable: true},
		},
		"POST that creates": {
			func() error { return second(client.AddTraceComment(t.Context(), "1", rest.Comment{})) },
			rest.CallInfo{Operation: "addTraceComment", Path: "/v1/private/traces/{id}/comments"},
		},
		"POST that only reads": {
			func() error { return second(client.SearchTraces(t.Context(), rest.TraceSearchStreamRequest{})) },
			rest.CallInfo{Operation: "searchTraces", Path: "/v1/private/traces/search", Retryable: true},
		},
		"PUT with a seekable body": {
			func() error { return client.ReplaceOllieState(t.Context(), "", strings.NewReader("x")) },
			rest.CallInfo{Operation: "replaceOllieState", Path: "/v1/private/ollie/state", Retryable: true},
		},
		"PUT with a body that can be read once": {
			func() error {
				return client.ReplaceOllieState(t.Context(), "", io.LimitReader(strings.NewReader("x"), 1))
			},
			rest.CallInfo{Operation: "replaceOllieState", Path: "/v1/private/ollie/state"},
		},
		"redirect": {
			func() error {
				return second(client.ProjectsRedirect(t.Context(), &rest.ProjectsRedirectParams{TraceID: "1", Path: "2"}))
			},
			rest.CallInfo{Operation: "projectsRedirect", Path: "/v1/session/redirect/projects", Retryable: true, KeepRedirect: true},
		},
	}
	for name, test := range tests {
		got, known = rest.CallInfo{}, false
		if err := test.call(); err == nil || !strings.HasSuffix(err.Error(), ": no network") {
			t.Errorf("%s: %v", name, err)
		}
		if !known || got != test.want {
			t.Errorf("%s: got %+v, %t", name, got, known)
		}
	}
	if _, ok := rest.CallInfoFrom(t.Context()); ok {
		t.Error("another context has a call")
	}
}

func TestDoerThatReturnsNothing(t *testing.T) {
	client, err := rest.NewClient("http://localhost", doer(func(*http.Request) (*http.Response, error) { return nil, nil }))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.DeleteTraceByID(t.Context(), "1"); err == nil {
		t.Error("no error")
	}
}

func TestTransportErrorsHoldNoURL(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	base := srv.URL
	srv.Close()
	client, err := rest.NewClient(base, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GetTracesByProject(t.Context(), &rest.GetTracesByProjectParams{Search: "secret-search"})
	if err == nil || strings.Contains(err.Error(), "secret-search") || strings.Contains(err.Error(), "http://") {
		t.Errorf("error is %v", err)
	}
	if !strings.HasPrefix(err.Error(), "getTracesByProject: ") {
		t.Errorf("error does not begin with the operation: %v", err)
	}
}

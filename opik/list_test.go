package opik_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// served returns a client of an embedded backend that holds n traces, named 0 to n-1.
func served(t *testing.T, n int) (*opik.Client, *opiktest.Server) {
	t.Helper()
	srv := opiktest.NewServer(t)
	c, err := opik.New(opik.WithURL(srv.URL), opik.WithProject("P"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(t, c) })
	for i := range n {
		_, trace := c.StartTrace(t.Context(), fmt.Sprint(i))
		trace.End()
	}
	flush(t, c)
	return c, srv
}

// names reads the whole iterator.
func names(t *testing.T, seq iter.Seq2[rest.Trace, error]) (all []string) {
	t.Helper()
	for trace, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, trace.Name)
	}
	return all
}

// downFrom returns the names of n traces, the newest first.
func downFrom(n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint(n-1-i))
	}
	return all
}

func TestListReadsAllPages(t *testing.T) {
	c, srv := served(t, 7)
	params := opik.TraceListParams{PageSize: 3}
	list := c.Traces.List(t.Context(), params)
	before := len(srv.Requests())
	if got := names(t, list); !slices.Equal(got, downFrom(7)) {
		t.Errorf("names %v", got)
	}
	if n := len(srv.Requests()) - before; n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	if got := names(t, list); len(got) != 7 {
		t.Errorf("the second time: %v", got)
	}
	if params.Page != 0 || params.PageSize != 3 {
		t.Errorf("the params became %+v", params)
	}

	before = len(srv.Requests())
	for trace, err := range list {
		if err != nil {
			t.Fatal(err)
		}
		if trace.Name == "5" {
			break
		}
	}
	if n := len(srv.Requests()) - before; n != 1 {
		t.Errorf("%d requests for the first page, want 1", n)
	}
}

func TestListPage(t *testing.T) {
	c, _ := served(t, 7)
	page, err := c.Traces.ListPage(t.Context(), opik.TraceListParams{Page: 2, PageSize: 3})
	if err != nil {
		t.Fatal(err)
	}
	if page.Number != 2 || page.Size != 3 || page.Total != 7 || len(page.Items) != 3 || page.Items[0].Name != "3" {
		t.Errorf("page %+v", page)
	}
}

func TestListsEndWithAnError(t *testing.T) {
	c, srv := served(t, 1)
	srv.Inject(opiktest.FailWith(404).On("GET /v1/private/traces"))
	count := 0
	for _, err := range c.Traces.List(t.Context(), opik.TraceListParams{}) {
		count++
		var refusal *opik.APIError
		if !errors.Is(err, opik.ErrNotFound) || !errors.As(err, &refusal) || refusal.Status != 404 {
			t.Errorf("error %v", err)
		}
	}
	if count != 1 {
		t.Errorf("%d iterations", count)
	}
}

// TestSearchSurvives breaks streams in several ways and expects every trace once.
func TestSearchSurvives(t *testing.T) {
	const route = "POST /v1/private/traces/search"
	tests := []struct {
		name  string
		fault opiktest.Fault
	}{
		{"a cut inside an item", opiktest.BreakStream(2).On(route).Times(2)},
		{"an early end", opiktest.CutStream(2).On(route).Times(3)},
		{"an error of the server inside the stream", opiktest.StreamError(2).On(route).Times(1)},
		{"a reset connection", opiktest.Reset(300).On(route).Times(1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, srv := served(t, 9)
			injected := srv.Inject(tt.fault)
			got := names(t, c.SearchTraces(t.Context(), opik.SearchTracesParams{PageSize: 4}))
			if !slices.Equal(got, downFrom(9)) {
				t.Errorf("names %v", got)
			}
			if injected.Hits() == 0 {
				t.Error("nothing broke")
			}
		})
	}
}

func TestSearchStopsAtMaxResults(t *testing.T) {
	c, srv := served(t, 9)
	before := len(srv.Requests())
	got := names(t, c.SearchTraces(t.Context(), opik.SearchTracesParams{MaxResults: 5, PageSize: 4}))
	if !slices.Equal(got, downFrom(9)[:5]) {
		t.Errorf("names %v", got)
	}
	if n := len(srv.Requests()) - before; n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	c, _ := served(t, 9)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got error
	count := 0
	for _, err := range c.SearchTraces(ctx, opik.SearchTracesParams{PageSize: 2}) {
		count++
		got = err
		cancel()
	}
	if !errors.Is(got, context.Canceled) || count > 4 {
		t.Errorf("%d iterations, the last error %v", count, got)
	}
}

func TestSearchGivesUpOnRefusals(t *testing.T) {
	c, srv := served(t, 1)
	srv.Inject(opiktest.FailWith(400).On("POST /v1/private/traces/search"))
	before := len(srv.Requests())
	for _, err := range c.SearchTraces(t.Context(), opik.SearchTracesParams{}) {
		if !errors.Is(err, opik.ErrInvalid) {
			t.Errorf("error %v", err)
		}
	}
	if n := len(srv.Requests()) - before; n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestSearchThreads(t *testing.T) {
	srv := opiktest.NewServer(t)
	c, err := opik.New(opik.WithURL(srv.URL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { close(t, c) })
	for i := range 3 {
		_, trace := c.StartTrace(t.Context(), "t", opik.WithThreadID(fmt.Sprint("thread ", i)))
		trace.End()
	}
	flush(t, c)
	var got []string
	for thread, err := range c.SearchThreads(t.Context(), opik.SearchThreadsParams{MaxResults: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, thread.ID)
	}
	if len(got) != 2 {
		t.Errorf("threads %q", got)
	}
	for _, err := range c.SearchThreads(t.Context(), opik.SearchThreadsParams{}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := len(srv.RequestsTo("searchTraceThreads")); n != 2 {
		t.Errorf("%d requests, want one for each search", n)
	}
}

package opik_test

//opik:requires Trace_Write.environment,Span_Write.environment

import (
	"errors"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// traced returns a client of an embedded backend with one trace in project P: a chain
// of two spans, and a span whose parent is not there.
func traced(t *testing.T) (*opik.Client, *opiktest.Server) {
	t.Helper()
	c, srv := served(t, 0)
	start := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	ctx, trace := c.StartTrace(t.Context(), "answer", opik.WithInput(map[string]any{"q": "Why?"}), opik.WithThreadID("talk"),
		opik.WithTags("a"), opik.WithMetadata(map[string]any{"n": 9007199254740993}), opik.WithEnvironment("staging"), opik.WithStartTime(start))
	ctx, outer := opik.StartSpan(ctx, "outer", opik.WithStartTime(start.Add(time.Second)))
	_, inner := opik.StartSpan(ctx, "inner", opik.WithSpanType(opik.SpanTypeLLM), opik.WithModel("gpt-4o"), opik.WithProvider("openai"),
		opik.WithMetadata(map[string]any{"k": "v"}), opik.WithStartTime(start.Add(2*time.Second)))
	inner.SetUsage(map[string]int{"prompt_tokens": 3, "completion_tokens": 4})
	inner.SetCost(0.5)
	inner.SetOutput("Because.")
	inner.EndAt(start.Add(3 * time.Second))
	outer.EndAt(start.Add(4 * time.Second))
	_, lost := c.StartSpan(c.ContinueTrace(t.Context(), map[string]string{
		opik.HeaderTraceID: trace.ID(), opik.HeaderParentSpanID: "0195e000-0000-7000-8000-000000000001",
	}), "lost")
	lost.End()
	trace.SetOutput("done")
	trace.EndAt(start.Add(5 * time.Second))
	flush(t, c)
	return c, srv
}

// withoutIDs clears what a copy may not share with its original.
func withoutIDs(trees []*opiktest.SpanTree) (all []*opiktest.SpanTree) {
	for _, s := range trees {
		plain := *s
		plain.ID, plain.ParentID, plain.Fields, plain.Spans = "", "", nil, withoutIDs(s.Spans)
		all = append(all, &plain)
	}
	return all
}

func TestCopyTraces(t *testing.T) {
	c, srv := traced(t)
	got, err := c.CopyTraces(t.Context(), "P", "Q", opik.CopyTracesParams{})
	if want := (opik.CopiedTraces{Traces: 1, Spans: 2, Orphans: 1}); err != nil || got != want {
		t.Fatalf("%+v, %v, want %+v", got, err, want)
	}
	trees := srv.TraceTrees()
	if len(trees) != 2 || trees[0].Project != "P" || trees[1].Project != "Q" {
		t.Fatalf("%d traces", len(trees))
	}
	from, to := trees[0], trees[1]
	if from.ID == to.ID || to.Name != "answer" || to.ThreadID != "talk" || !to.Start.Equal(from.Start) || !to.End.Equal(from.End) {
		t.Errorf("the copy is %+v", to)
	}
	originals := slices.DeleteFunc(slices.Clone(from.Spans), func(s *opiktest.SpanTree) bool { return s.Orphan })
	if !reflect.DeepEqual(withoutIDs(to.Spans), withoutIDs(originals)) {
		t.Errorf("spans %+v, want %+v", withoutIDs(to.Spans)[0], withoutIDs(originals)[0])
	}
	if !reflect.DeepEqual([]any{to.Input, to.Output, to.Metadata, to.Tags}, []any{from.Input, from.Output, from.Metadata, from.Tags}) {
		t.Errorf("the copy is %+v, want %+v", to, from)
	}
	if to.Fields["environment"] != "staging" {
		t.Errorf("environment %v", to.Fields["environment"])
	}
}

func TestCopyTracesOfFilter(t *testing.T) {
	c, srv := traced(t)
	_, other := c.StartTrace(t.Context(), "other")
	other.End()
	flush(t, c)
	got, err := c.CopyTraces(t.Context(), "P", "Q", opik.CopyTracesParams{Filter: `name = "other"`, DeleteOriginals: true})
	if want := (opik.CopiedTraces{Traces: 1}); err != nil || got != want {
		t.Fatalf("%+v, %v, want %+v", got, err, want)
	}
	var left []string
	for _, trace := range srv.TraceTrees() {
		left = append(left, trace.Project+" "+trace.Name)
	}
	if !slices.Equal(left, []string{"P answer", "Q other"}) {
		t.Errorf("there are %q", left)
	}
}

// When something goes wrong, nothing is deleted, and the caller learns how far it came.
func TestCopyTracesFails(t *testing.T) {
	c, srv := traced(t)
	srv.Inject(opiktest.FailWith(http.StatusForbidden).On("createSpans"))
	got, err := c.CopyTraces(t.Context(), "P", "Q", opik.CopyTracesParams{DeleteOriginals: true})
	if want := (opik.CopiedTraces{Traces: 1, Orphans: 1}); !errors.Is(err, opik.ErrForbidden) || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if n := len(srv.RequestsTo("deleteTraces")); n != 0 {
		t.Errorf("%d deletions", n)
	}
}

func TestCopyTracesArguments(t *testing.T) {
	c, srv := served(t, 0)
	before := len(srv.Requests())
	for _, names := range [][2]string{{"", "Q"}, {"P", " "}, {"P", "p"}} {
		_, err := c.CopyTraces(t.Context(), names[0], names[1], opik.CopyTracesParams{})
		var invalid *opik.ValidationError
		if !errors.As(err, &invalid) || invalid.Method != "Client.CopyTraces" {
			t.Errorf("%q: error %v", names, err)
		}
	}
	if _, err := c.CopyTraces(t.Context(), "P", "Q", opik.CopyTracesParams{Filter: "name ~ 1"}); err == nil {
		t.Error("a bad filter is no error")
	}
	if n := len(srv.Requests()) - before; n != 0 {
		t.Errorf("%d requests", n)
	}
	if _, err := (*opik.Client)(nil).CopyTraces(t.Context(), "P", "Q", opik.CopyTracesParams{}); !errors.Is(err, opik.ErrNilClient) {
		t.Errorf("a nil client: %v", err)
	}
	if _, err := c.CopyTraces(t.Context(), "nowhere", "Q", opik.CopyTracesParams{}); !errors.Is(err, opik.ErrNotFound) {
		t.Errorf("a project that does not exist: %v", err)
	}
}

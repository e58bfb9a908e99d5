package opik_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik"
)

func TestTree(t *testing.T) {
	c, w, _ := newClient(t)
	ctx, trace := c.StartTrace(t.Context(), "answer", opik.WithInput(object{"q": 1}), opik.WithThreadID("th"),
		opik.WithSource(opik.SourceExperiment))
	outer, span := opik.StartSpan(ctx, "outer")
	_, inner := opik.StartSpan(outer, "inner", opik.WithSpanType(opik.SpanTypeTool))
	inner.End()
	span.End()
	_, second := opik.StartSpan(ctx, "second")
	second.End()
	trace.SetOutput(object{"a": 2})
	trace.End()
	receipt := flush(t, c)

	want := map[string]opik.Counts{"trace": {Accepted: 1, Delivered: 1}, "span": {Accepted: 3, Delivered: 3}}
	if !maps.Equal(receipt.Kinds, want) {
		t.Errorf("receipt %v, want one record for each: %v", receipt.Kinds, want)
	}
	got := latest(t, w.traces(), trace.ID())
	for member, want := range map[string]any{
		"name": "answer", "project_name": "P", "thread_id": "th", "source": "experiment",
	} {
		if got[member] != want {
			t.Errorf("trace: %s is %v, want %v", member, got[member], want)
		}
	}
	if instant(t, got, "end_time").Before(instant(t, got, "start_time")) {
		t.Errorf("the trace ends before it starts: %v", got)
	}
	parents := map[string]any{span.ID(): nil, inner.ID(): span.ID(), second.ID(): nil}
	for id, parent := range parents {
		got := latest(t, w.spans(), id)
		for member, want := range map[string]any{
			"trace_id": trace.ID(), "parent_span_id": parent, "project_name": "P", "source": "experiment",
		} {
			if got[member] != want {
				t.Errorf("span %v: %s is %v, want %v", got["name"], member, got[member], want)
			}
		}
		if got["provider"] != nil || got["model"] != nil {
			t.Errorf("span %v has a provider or model that nobody set: %v", got["name"], got)
		}
		if instant(t, got, "end_time").Before(instant(t, got, "start_time")) {
			t.Errorf("the span ends before it starts: %v", got)
		}
	}
	if got := latest(t, w.spans(), inner.ID())["type"]; got != "tool" {
		t.Errorf("type %v", got)
	}
	if got := latest(t, w.spans(), span.ID())["type"]; got != "general" {
		t.Errorf("default type %v", got)
	}
}

// TestSetters sets one thing at a time and looks for what was sent.
func TestSetters(t *testing.T) {
	start := time.Date(2025, 1, 2, 3, 4, 5, 678e6, time.UTC)
	type values struct {
		name string
		set  func(*opik.Trace, *opik.Span)
		want object // of both
		span object // of the span only
	}
	tests := []values{
		{"name", func(tr *opik.Trace, s *opik.Span) { tr.SetName("n"); s.SetName("n") }, object{"name": "n"}, nil},
		{"input", func(tr *opik.Trace, s *opik.Span) { tr.SetInput([]int{1}); s.SetInput([]int{1}) }, object{"input": []any{1.0}}, nil},
		{"text", func(tr *opik.Trace, s *opik.Span) { tr.SetInput("x"); s.SetInput("x") }, object{"input": "x"}, nil},
		{"number", func(tr *opik.Trace, s *opik.Span) { tr.SetInput(3); s.SetInput(3) }, object{"input": object{"input": 3.0}}, nil},
		{"boolean", func(tr *opik.Trace, s *opik.Span) { tr.SetOutput(true); s.SetOutput(true) }, object{"output": object{"output": true}}, nil},
		{"output replaced", func(tr *opik.Trace, s *opik.Span) {
			for _, set := range []func(any){tr.SetOutput, s.SetOutput} {
				set(object{"a": 1})
				set(object{"b": 2})
			}
		}, object{"output": object{"b": 2.0}}, nil},
		{"input removed", func(tr *opik.Trace, s *opik.Span) {
			for _, set := range []func(any){tr.SetInput, s.SetInput} {
				set("x")
				set((*int)(nil))
			}
		}, object{"input": nil}, nil},
		{"metadata merged", func(tr *opik.Trace, s *opik.Span) {
			for _, set := range []func(any){tr.SetMetadata, s.SetMetadata} {
				set(object{"a": object{"b": 1}, "n": 1})
				set(object{"a": object{"c": 2}, "n": 2})
				set(nil)
			}
		}, object{"metadata": object{"a": object{"b": 1.0, "c": 2.0}, "n": 2.0}}, nil},
		{"tags united", func(tr *opik.Trace, s *opik.Span) {
			for _, add := range []func(...string){tr.AddTags, s.AddTags} {
				add("a", "b", "a")
				add("b", "", "c")
			}
		}, object{"tags": []any{"a", "b", "c"}}, nil},
		{"time to first token", func(tr *opik.Trace, s *opik.Span) {
			tr.SetTTFT(80250 * time.Microsecond)
			s.SetTTFT(80250 * time.Microsecond)
		}, object{"ttft": 80.25}, nil},
		{"error info", func(tr *opik.Trace, s *opik.Span) {
			info := opik.ErrorInfo{ExceptionType: "TypeError", Traceback: "at f"}
			tr.SetErrorInfo(info)
			s.SetErrorInfo(info)
		}, object{"error_info": object{"exception_type": "TypeError", "traceback": "at f"}}, nil},
		{"end", func(tr *opik.Trace, s *opik.Span) {
			s.EndAt(start.Add(time.Second))
			tr.EndAt(start.Add(time.Second))
		}, object{"end_time": "2025-01-02T03:04:06.678Z"}, nil},
		{"model", func(_ *opik.Trace, s *opik.Span) { s.SetModel("m"); s.SetProvider("p"); s.SetType(opik.SpanTypeLLM) },
			nil, object{"model": "m", "provider": "p", "type": "llm"}},
		{"cost", func(_ *opik.Trace, s *opik.Span) { s.SetCost(0.5) }, nil, object{"total_estimated_cost": 0.5}},
		{"no cost", func(_ *opik.Trace, s *opik.Span) { s.SetCost(0) }, nil, object{"total_estimated_cost": 0.0}},
		{"usage", func(_ *opik.Trace, s *opik.Span) { s.SetUsage(opik.Usage{PromptTokens: 1, CompletionTokens: 2}) },
			nil, object{"usage": object{"prompt_tokens": 1.0, "completion_tokens": 2.0, "total_tokens": 3.0}}},
		{"usage removed", func(_ *opik.Trace, s *opik.Span) { s.SetUsage(opik.Usage{PromptTokens: 1}); s.SetUsage(nil) },
			nil, object{"usage": nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, w, l := newClient(t)
			_, trace := c.StartTrace(t.Context(), "t", opik.WithStartTime(start))
			_, span := trace.StartSpan(t.Context(), "s", opik.WithStartTime(start))
			tt.set(trace, span)
			flush(t, c)
			check := func(what string, got, want object) {
				for member, value := range want {
					if !reflect.DeepEqual(got[member], value) {
						t.Errorf("%s: %s is %v, want %v", what, member, got[member], value)
					}
				}
			}
			check("trace", latest(t, w.traces(), trace.ID()), tt.want)
			check("span", latest(t, w.spans(), span.ID()), tt.want)
			check("span", latest(t, w.spans(), span.ID()), tt.span)
			if l.String() != "" {
				t.Errorf("logged: %s", l)
			}
		})
	}
}

func TestThreadOfTrace(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t")
	trace.SetThreadID("conversation")
	flush(t, c)
	if got := latest(t, w.traces(), trace.ID())["thread_id"]; got != "conversation" {
		t.Errorf("thread %v", got)
	}
}

func TestStartOptionsOfSpans(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t", opik.InProject("Q"))
	_, span := trace.StartSpan(t.Context(), "s",
		opik.InProject("ignored"), opik.WithThreadID("ignored"),
		opik.WithInput("in"), opik.WithMetadata(object{"k": 1}), opik.WithMetadata(object{"l": 2}),
		opik.WithTags("a"), opik.WithTags("b", "a"), opik.WithModel("m"), opik.WithProvider("p"),
		opik.WithSpanType(opik.SpanTypeLLM), opik.WithSource(opik.SourcePlayground))
	flush(t, c)
	got := latest(t, w.spans(), span.ID())
	want := object{
		"project_name": "Q", "input": "in", "metadata": object{"k": 1.0, "l": 2.0}, "tags": []any{"a", "b"},
		"model": "m", "provider": "p", "type": "llm", "source": "playground",
	}
	for member, value := range want {
		if !reflect.DeepEqual(got[member], value) {
			t.Errorf("%s is %v, want %v", member, got[member], value)
		}
	}
	if trace.ProjectName() != "Q" {
		t.Errorf("project of the trace: %q", trace.ProjectName())
	}
}

func TestValuesMayChangeAfterwards(t *testing.T) {
	c, w, _ := newClient(t)
	value, tags, counts := object{"v": 1}, []string{"a"}, map[string]int{"prompt_tokens": 1}
	_, trace := c.StartTrace(t.Context(), "t", opik.WithInput(value), opik.WithTags(tags...))
	_, span := trace.StartSpan(t.Context(), "s", opik.WithMetadata(value))
	span.SetOutput(value)
	span.SetUsage(counts)
	value["v"], tags[0], counts["prompt_tokens"] = 2, "b", 2
	flush(t, c)
	if got := latest(t, w.traces(), trace.ID()); !reflect.DeepEqual(got["input"], object{"v": 1.0}) || !reflect.DeepEqual(got["tags"], []any{"a"}) {
		t.Errorf("trace %v", got)
	}
	got := latest(t, w.spans(), span.ID())
	if !reflect.DeepEqual(got["output"], object{"v": 1.0}) || !reflect.DeepEqual(got["metadata"], object{"v": 1.0}) || got["usage"].(object)["prompt_tokens"] != 1.0 {
		t.Errorf("span %v", got)
	}
}

func TestTracesAndTheirSpanShareNoTags(t *testing.T) {
	c, w, _ := newClient(t)
	_, span := c.StartSpan(t.Context(), "s", opik.WithTags("a", "b", "c"))
	span.AddTags("span")
	span.Trace().AddTags("trace")
	flush(t, c)
	if got := latest(t, w.spans(), span.ID())["tags"]; !reflect.DeepEqual(got, []any{"a", "b", "c", "span"}) {
		t.Errorf("tags of the span: %v", got)
	}
	if got := latest(t, w.traces(), span.TraceID())["tags"]; !reflect.DeepEqual(got, []any{"a", "b", "c", "trace"}) {
		t.Errorf("tags of the trace: %v", got)
	}
}

// TestLongSpans shows when records are queued: at the end, or when something has
// waited for a second.
func TestLongSpans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w, _ := newClient(t)
		_, trace := c.StartTrace(t.Context(), "t", opik.WithInput("in"))
		_, short := trace.StartSpan(t.Context(), "short")
		short.End()
		_, long := trace.StartSpan(t.Context(), "long")

		time.Sleep(3 * time.Second)
		if n := len(w.traces()); n != 1 {
			t.Fatalf("%d records of the trace after three seconds, want its start", n)
		}
		if start := w.traces()[0]; start["input"] != "in" || start["end_time"] != nil {
			t.Errorf("start of the trace: %v", start)
		}
		if n := len(w.spans()); n != 2 {
			t.Errorf("%d records of spans after three seconds, want the short one and the start of the long one", n)
		}

		time.Sleep(time.Hour)
		if n := len(w.traces()) + len(w.spans()); n != 3 {
			t.Errorf("%d records after an hour in which nothing changed, want 3", n)
		}

		trace.SetOutput("half")
		trace.SetOutput("whole")
		time.Sleep(3 * time.Second)
		if n := len(w.traces()); n != 2 {
			t.Errorf("%d records of the trace after a change, want 2", n)
		}
		if got := latest(t, w.traces(), trace.ID()); got["output"] != "whole" || got["input"] != "in" {
			t.Errorf("trace after a change: %v", got)
		}

		long.End()
		trace.End()
		flush(t, c)
		if got := latest(t, w.traces(), trace.ID()); got["output"] != "whole" || got["input"] != "in" || got["end_time"] == nil {
			t.Errorf("trace at its end: %v", got)
		}
		if got := instant(t, latest(t, w.spans(), long.ID()), "end_time").Sub(instant(t, latest(t, w.spans(), long.ID()), "start_time")); got != time.Hour+6*time.Second {
			t.Errorf("duration of the long span: %v", got)
		}
	})
}

func TestFlushSendsWhatIsRunning(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t")
	_, span := trace.StartSpan(t.Context(), "s")
	flush(t, c)
	if len(w.traces()) != 1 || len(w.spans()) != 1 {
		t.Fatalf("%d traces and %d spans", len(w.traces()), len(w.spans()))
	}
	span.SetOutput(object{"n": 1})
	span.SetOutput(object{"n": 2})
	span.AddTags("x")
	trace.SetName("renamed")
	flush(t, c)
	if len(w.traces()) != 2 || len(w.spans()) != 2 {
		t.Errorf("%d traces and %d spans after changes", len(w.traces()), len(w.spans()))
	}
	got := latest(t, w.spans(), span.ID())
	if !reflect.DeepEqual(got["output"], object{"n": 2.0}) || !reflect.DeepEqual(got["tags"], []any{"x"}) || got["end_time"] != nil {
		t.Errorf("span %v", got)
	}
	if receipt := flush(t, c); receipt.Total() != (opik.Counts{}) || receipt.Requests != 0 {
		t.Errorf("a flush with nothing to send made %v", receipt)
	}
}

func TestRecordsOfAnIDHaveIncreasingTimes(t *testing.T) {
	c, w, _ := newClient(t)
	_, span := c.StartSpan(t.Context(), "s")
	for i := range 50 {
		span.SetOutput(object{"n": i})
		flush(t, c)
	}
	var last time.Time
	for _, r := range w.spans() {
		at := instant(t, r, "last_updated_at")
		if !at.After(last) || at.Nanosecond()%1000 != 0 {
			t.Fatalf("%v follows %v", at, last)
		}
		last = at
	}
	if n := len(w.spans()); n != 50 {
		t.Errorf("%d records, want 50", n)
	}
}

func TestEndCountsOnce(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t")
	_, span := trace.StartSpan(t.Context(), "s")
	end := time.Now().Add(time.Minute)
	span.EndAt(end)
	span.End()
	span.EndAt(end.Add(time.Hour))
	trace.EndAt(end)
	trace.End()
	receipt := flush(t, c)
	for _, got := range []object{latest(t, w.spans(), span.ID()), latest(t, w.traces(), trace.ID())} {
		if at := instant(t, got, "end_time"); !at.Equal(end) {
			t.Errorf("ends at %v, want %v", at, end)
		}
	}
	if n := receipt.Total().Accepted; n != 2 {
		t.Errorf("%d records", n)
	}
}

func TestChangesAfterEndArrive(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t", opik.WithInput("in"))
	trace.End()
	flush(t, c)
	end := latest(t, w.traces(), trace.ID())["end_time"]
	trace.SetOutput("late")
	trace.AddTags("late")
	flush(t, c)
	got := latest(t, w.traces(), trace.ID())
	if got["output"] != "late" || got["input"] != "in" || got["end_time"] != end || !reflect.DeepEqual(got["tags"], []any{"late"}) {
		t.Errorf("trace %v", got)
	}
}

func TestCloseSendsWhatIsRunningAndCountsWhatFollows(t *testing.T) {
	c, w, l := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t")
	_, span := trace.StartSpan(t.Context(), "s")
	receipt, err := c.Close(t.Context())
	if err != nil || !receipt.Complete() || receipt.Total().Accepted != 2 {
		t.Fatalf("close: %v, %v", receipt, err)
	}
	before := len(w.requests)
	span.SetOutput("late")
	span.End()
	trace.End()
	_, more := c.StartTrace(t.Context(), "more")
	more.End()
	trace.Score("s", 1)
	stats := c.Stats()
	if got := stats.Drops[opik.DropClosed]; got < 5 || got != stats.Total().Dropped {
		t.Errorf("%d records dropped because of the close, %d dropped", got, stats.Total().Dropped)
	}
	if sum := stats.Total(); sum.Accepted != sum.Delivered+sum.Rejected+sum.Dropped+sum.Queued {
		t.Errorf("counts do not add up: %+v", sum)
	}
	if len(w.requests) != before {
		t.Errorf("requests after Close")
	}
	if !strings.Contains(l.String(), "closed") {
		t.Errorf("logged: %s", l)
	}
	if receipt, err := c.Close(t.Context()); !errors.Is(err, opik.ErrNotDelivered) || receipt.Total().Dropped == 0 {
		t.Errorf("second close: %v, %v", receipt, err)
	}
}

func TestExplicitTimesMakeTheID(t *testing.T) {
	c, w, _ := newClient(t)
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.FixedZone("X", 3600)).Add(time.Hour)
	_, trace := c.StartTrace(t.Context(), "t", opik.WithStartTime(start))
	_, span := trace.StartSpan(t.Context(), "s", opik.WithStartTime(start.Add(time.Second)))
	trace.End()
	flush(t, c)
	if !strings.HasPrefix(trace.ID(), "018cc251-f400-7") {
		t.Errorf("id of the trace: %s", trace.ID())
	}
	if !strings.HasPrefix(span.ID(), "018cc251-f7e8-7") {
		t.Errorf("id of the span: %s", span.ID())
	}
	got := latest(t, w.traces(), trace.ID())
	if !instant(t, got, "start_time").Equal(start) {
		t.Errorf("start %v, want %v", got["start_time"], start)
	}
	if since := time.Since(instant(t, got, "end_time")); since < 0 || since > time.Minute {
		t.Errorf("end %v", got["end_time"])
	}
}

func TestGivenIDs(t *testing.T) {
	const id = "01942ab4-7a2e-7000-8000-0000000000a1"
	c, _, l := newClient(t)
	if _, trace := c.StartTrace(t.Context(), "t", opik.WithID(id)); trace.ID() != id {
		t.Errorf("id %s", trace.ID())
	}
	if _, trace := c.StartTrace(t.Context(), "t", opik.WithID(strings.ToUpper(id))); trace.ID() != id {
		t.Errorf("id %s", trace.ID())
	}
	if l.String() != "" {
		t.Errorf("logged: %s", l)
	}
	for _, bad := range []string{"my-trace", "01942ab4-7a2e-4000-8000-0000000000a1"} {
		_, trace := c.StartTrace(t.Context(), "t", opik.WithID(bad))
		if trace.ID() == bad || len(trace.ID()) != 36 {
			t.Errorf("%q became %q", bad, trace.ID())
		}
	}
	if n := c.Stats().Invalid; n != 2 {
		t.Errorf("%d invalid values counted, want 2", n)
	}
	if n := strings.Count(l.String(), "WithID"); n != 1 {
		t.Errorf("logged %d times, want once: %s", n, l)
	}
	_, span := c.StartSpan(t.Context(), "s", opik.WithID(id))
	if span.ID() != id || span.TraceID() == id {
		t.Errorf("span %s of trace %s", span.ID(), span.TraceID())
	}
}

func TestIDsIncrease(t *testing.T) {
	c, _, _ := newClient(t)
	ctx, trace := c.StartTrace(t.Context(), "t")
	last := trace.ID()
	for range 1000 {
		_, span := opik.StartSpan(ctx, "s")
		span.End()
		if span.ID() <= last {
			t.Fatalf("%s follows %s", span.ID(), last)
		}
		last = span.ID()
	}
}

func TestInvalidValuesAreReported(t *testing.T) {
	tests := []struct {
		name string
		do   func(*opik.Trace, *opik.Span)
		want string
	}{
		{"negative cost", func(_ *opik.Trace, s *opik.Span) { s.SetCost(-1) }, "Span.SetCost"},
		{"endless cost", func(_ *opik.Trace, s *opik.Span) { s.SetCost(math.Inf(1)) }, "Span.SetCost"},
		{"negative wait of a span", func(_ *opik.Trace, s *opik.Span) { s.SetTTFT(-1) }, "Span.SetTTFT"},
		{"negative wait of a trace", func(tr *opik.Trace, _ *opik.Span) { tr.SetTTFT(-1) }, "Trace.SetTTFT"},
		{"score without a name", func(tr *opik.Trace, _ *opik.Span) { tr.Score("", 1) }, "Trace.Score"},
		{"score that is no number", func(_ *opik.Trace, s *opik.Span) { s.Score("x", math.NaN()) }, "Span.Score"},
		{"score that is too large", func(_ *opik.Trace, s *opik.Span) { s.Score("x", 1e12) }, "Span.Score"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, w, l := newClient(t)
			_, trace := c.StartTrace(t.Context(), "t")
			_, span := trace.StartSpan(t.Context(), "s")
			tt.do(trace, span)
			if n := c.Stats().Invalid; n != 1 || !strings.Contains(l.String(), tt.want) {
				t.Errorf("%d invalid values, logged %q, want %s", n, l, tt.want)
			}
			flush(t, c)
			if got := latest(t, w.spans(), span.ID()); got["total_estimated_cost"] != nil || got["ttft"] != nil {
				t.Errorf("sent %v", got)
			}
			if n := len(w.traceScores()) + len(w.spanScores()); n != 0 {
				t.Errorf("%d scores were sent", n)
			}
		})
	}
}

func TestReportsDoNotFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _, l := newClient(t)
		_, span := c.StartSpan(t.Context(), "s")
		for range 100 {
			span.SetCost(-1)
		}
		time.Sleep(31 * time.Second)
		span.SetCost(-1)
		if n := strings.Count(l.String(), "SetCost"); n != 2 {
			t.Errorf("logged %d times, want 2", n)
		}
		if n := c.Stats().Invalid; n != 101 {
			t.Errorf("%d counted", n)
		}
	})
}

func TestScores(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t", opik.InProject("Q"))
	_, span := trace.StartSpan(t.Context(), "s")
	trace.Score("relevance", 0.9, opik.WithReason("on topic"), opik.WithCategory("good"))
	trace.Score("toxicity", 0)
	span.Score("latency", 1)
	flush(t, c)
	scores := w.traceScores()
	if len(scores) != 2 {
		t.Fatalf("scores %v", scores)
	}
	want := object{"id": trace.ID(), "project_name": "Q", "name": "relevance", "value": 0.9, "reason": "on topic", "category_name": "good", "source": "sdk"}
	if !reflect.DeepEqual(scores[0], want) {
		t.Errorf("score %v, want %v", scores[0], want)
	}
	if scores[1]["name"] != "toxicity" || scores[1]["value"] != 0.0 {
		t.Errorf("score %v", scores[1])
	}
	if scores := w.spanScores(); len(scores) != 1 || scores[0]["id"] != span.ID() || scores[0]["project_name"] != "Q" {
		t.Errorf("scores of spans: %v", scores)
	}
}

func TestErrors(t *testing.T) {
	c, w, _ := newClient(t)
	_, trace := c.StartTrace(t.Context(), "t")
	_, span := trace.StartSpan(t.Context(), "s")
	span.SetError(fmt.Errorf("ask: %w", context.DeadlineExceeded))
	trace.SetError(nil)
	flush(t, c)
	info, _ := latest(t, w.spans(), span.ID())["error_info"].(object)
	if info["exception_type"] != "context.deadlineExceededError" || info["message"] != "ask: context deadline exceeded" {
		t.Errorf("error %v", info)
	}
	traceback, _ := info["traceback"].(string)
	if frame := strings.Index(traceback, "opik_test.TestErrors()"); frame < 0 || strings.Contains(traceback[:frame], ".SetError") {
		t.Errorf("the traceback does not begin where the error was set:\n%s", traceback)
	}
	if got := latest(t, w.traces(), trace.ID())["error_info"]; got != nil {
		t.Errorf("a nil error became %v", got)
	}
}

// answer panics while a trace and a span are running.
func answer(c *opik.Client, v any, handle **opik.Span) {
	ctx, trace := c.StartTrace(context.Background(), "t")
	defer trace.End()
	_, span := opik.StartSpan(ctx, "s")
	defer span.End()
	*handle = span
	if v != nil {
		panic(v)
	}
}

func TestPanicsAreRecordedAndGoOn(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name               string
		value              any
		exception, message string
	}{
		{"a text", "boom", "panic", "boom"},
		{"an error", boom, "error", "panic: boom"},
		{"an own error", &opik.ValidationError{Method: "m", Field: "f", Reason: "r"}, "opik.ValidationError", "panic: opik: m: f r"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, w, _ := newClient(t)
			var span *opik.Span
			func() {
				defer func() {
					if got := recover(); got != tt.value {
						t.Errorf("recovered %v, want %v", got, tt.value)
					}
				}()
				answer(c, tt.value, &span)
			}()
			flush(t, c)
			for what, got := range map[string]object{
				"span": latest(t, w.spans(), span.ID()), "trace": latest(t, w.traces(), span.TraceID()),
			} {
				info, _ := got["error_info"].(object)
				if got["end_time"] == nil || info["exception_type"] != tt.exception || info["message"] != tt.message {
					t.Errorf("%s %v, want the error %s: %s", what, got, tt.exception, tt.message)
				}
				if traceback, _ := info["traceback"].(string); !strings.Contains(traceback, "opik_test.answer()") {
					t.Errorf("%s: the traceback does not reach where the panic began:\n%s", what, traceback)
				}
			}
		})
	}
}

func TestEndInADeferredFunctionLeavesPanicsAlone(t *testing.T) {
	c, w, _ := newClient(t)
	_, span := c.StartSpan(t.Context(), "s")
	func() {
		defer func() { _ = recover() }()
		defer func() { span.End() }()
		panic("boom")
	}()
	flush(t, c)
	if got := latest(t, w.spans(), span.ID()); got["end_time"] == nil || got["error_info"] != nil {
		t.Errorf("span %v", got)
	}
}

func TestErrorsWinOverPanics(t *testing.T) {
	c, w, _ := newClient(t)
	_, span := c.StartSpan(t.Context(), "s")
	func() {
		defer func() { _ = recover() }()
		defer span.End()
		span.SetError(errors.New("known"))
		panic("boom")
	}()
	flush(t, c)
	if got := latest(t, w.spans(), span.ID())["error_info"].(object)["message"]; got != "known" {
		t.Errorf("message %v", got)
	}
}

func TestGoexitIsNoPanic(t *testing.T) {
	c, w, _ := newClient(t)
	_, span := c.StartSpan(t.Context(), "s")
	var done sync.WaitGroup
	done.Go(func() {
		defer span.End()
		runtime.Goexit()
	})
	done.Wait()
	flush(t, c)
	if got := latest(t, w.spans(), span.ID()); got["end_time"] == nil || got["error_info"] != nil {
		t.Errorf("span %v", got)
	}
}

func TestSpanWithoutATrace(t *testing.T) {
	c, w, _ := newClient(t)
	ctx, span := c.StartSpan(t.Context(), "orphan", opik.WithInput(object{"x": 1}), opik.WithTags("a"), opik.WithThreadID("th"))
	_, child := opik.StartSpan(ctx, "child")
	child.End()
	span.SetOutput("out")
	span.SetModel("m")
	span.SetError(errors.New("failed"))
	span.End()
	flush(t, c)
	trace := latest(t, w.traces(), span.TraceID())
	for member, want := range (object{"name": "orphan", "input": object{"x": 1.0}, "output": "out", "tags": []any{"a"}, "thread_id": "th"}) {
		if !reflect.DeepEqual(trace[member], want) {
			t.Errorf("trace: %s is %v, want %v", member, trace[member], want)
		}
	}
	if trace["error_info"] == nil || trace["end_time"] != latest(t, w.spans(), span.ID())["end_time"] {
		t.Errorf("trace %v", trace)
	}
	if len(w.traces()) != 1 {
		t.Errorf("%d records of the trace", len(w.traces()))
	}
	if got := latest(t, w.spans(), child.ID()); got["parent_span_id"] != span.ID() {
		t.Errorf("child %v", got)
	}
}

func TestWhatIsSetOnTheTraceOfASpanWins(t *testing.T) {
	c, w, _ := newClient(t)
	_, span := c.StartSpan(t.Context(), "s")
	span.Trace().SetOutput("own")
	span.SetOutput("of the span")
	span.End()
	flush(t, c)
	if got := latest(t, w.traces(), span.TraceID())["output"]; got != "own" {
		t.Errorf("output %v", got)
	}
}

func TestContext(t *testing.T) {
	c, _, _ := newClient(t)
	bare := t.Context()
	if opik.SpanFromContext(bare) != nil || opik.TraceFromContext(bare) != nil {
		t.Error("an empty context carries something")
	}
	if ctx, span := opik.StartSpan(bare, "s"); ctx != bare || span != nil {
		t.Error("a span was started from an empty context")
	}
	traced, trace := c.StartTrace(bare, "t")
	if opik.TraceFromContext(traced) != trace || opik.SpanFromContext(traced) != nil {
		t.Error("the context of a trace does not carry it")
	}
	spanned, span := opik.StartSpan(traced, "s")
	if opik.TraceFromContext(spanned) != trace || opik.SpanFromContext(spanned) != span || span.Trace() != trace {
		t.Error("the context of a span does not carry it and its trace")
	}
	if opik.ContextWithSpan(bare, nil) != bare || opik.ContextWithTrace(bare, nil) != bare {
		t.Error("nil handles change the context")
	}
	if ctx := opik.ContextWithSpan(bare, span); opik.SpanFromContext(ctx) != span {
		t.Error("ContextWithSpan does not carry the span")
	}
	other, fresh := c.StartTrace(spanned, "u")
	if opik.SpanFromContext(other) != nil || opik.TraceFromContext(other) != fresh {
		t.Error("a new trace keeps the span of another")
	}
	if _, child := c.StartSpan(spanned, "c"); child.TraceID() != trace.ID() {
		t.Error("Client.StartSpan ignores the context")
	}
	if _, child := c.StartSpan(traced, "c"); child.TraceID() != trace.ID() {
		t.Error("Client.StartSpan ignores the trace of the context")
	}
}

func TestDistributedTrace(t *testing.T) {
	caller, w, _ := newClient(t)
	ctx, trace := caller.StartTrace(t.Context(), "t")
	_, span := opik.StartSpan(ctx, "s")
	headers := span.DistributedHeaders()
	if want := (map[string]string{"opik_trace_id": trace.ID(), "opik_parent_span_id": span.ID()}); !maps.Equal(headers, want) {
		t.Fatalf("headers %v, want %v", headers, want)
	}
	if got := trace.DistributedHeaders(); !maps.Equal(got, map[string]string{"opik_trace_id": trace.ID()}) {
		t.Errorf("headers of the trace: %v", got)
	}
	flush(t, caller)
	traces := len(w.traces())

	callee, w2, _ := newClient(t, opik.WithProject("callee"))
	remote := callee.ContinueTrace(t.Context(), map[string]string{
		"Opik_Trace_Id": headers["opik_trace_id"], "OPIK_PARENT_SPAN_ID": headers["opik_parent_span_id"], "Accept": "*/*",
	}, opik.InProject("P"))
	inner, first := opik.StartSpan(remote, "remote")
	_, second := opik.StartSpan(inner, "below")
	if got := opik.TraceFromContext(remote).DistributedHeaders(); !maps.Equal(got, headers) {
		t.Errorf("headers passed on: %v", got)
	}
	opik.TraceFromContext(remote).SetOutput("not ours")
	opik.TraceFromContext(remote).Score("far", 1)
	second.End()
	first.End()
	opik.TraceFromContext(remote).End()
	flush(t, callee)
	if n := len(w2.traces()); n != 0 {
		t.Errorf("%d records of the trace by the callee", n)
	}
	got := latest(t, w2.spans(), first.ID())
	if got["trace_id"] != trace.ID() || got["parent_span_id"] != span.ID() || got["project_name"] != "P" {
		t.Errorf("remote span %v", got)
	}
	if got := latest(t, w2.spans(), second.ID()); got["trace_id"] != trace.ID() || got["parent_span_id"] != first.ID() {
		t.Errorf("span below %v", got)
	}
	if scores := w2.traceScores(); len(scores) != 1 || scores[0]["id"] != trace.ID() || scores[0]["project_name"] != "P" {
		t.Errorf("scores %v", scores)
	}
	if len(w.traces()) != traces {
		t.Error("the caller's trace was sent again")
	}
}

func TestWithParent(t *testing.T) {
	const traceID, spanID = "01942ab4-7a2e-7000-8000-0000000000a1", "01942ab4-7a2e-7000-8000-0000000000b1"
	c, w, l := newClient(t)
	_, child := c.StartSpan(t.Context(), "child", opik.WithParent(traceID, spanID))
	_, root := c.StartSpan(t.Context(), "root", opik.WithParent(strings.ToUpper(traceID), ""))
	child.End()
	root.End()
	flush(t, c)
	if got := latest(t, w.spans(), child.ID()); got["trace_id"] != traceID || got["parent_span_id"] != spanID {
		t.Errorf("child %v", got)
	}
	if got := latest(t, w.spans(), root.ID()); got["trace_id"] != traceID || got["parent_span_id"] != nil {
		t.Errorf("root %v", got)
	}
	if len(w.traces()) != 0 || l.String() != "" {
		t.Errorf("traces %v, logged %s", w.traces(), l)
	}
	_, own := c.StartSpan(t.Context(), "own", opik.WithParent("nonsense", spanID))
	if own.TraceID() == "nonsense" || c.Stats().Invalid != 1 {
		t.Errorf("trace %q, %d invalid values", own.TraceID(), c.Stats().Invalid)
	}
}

func TestContinueTraceWithoutHeaders(t *testing.T) {
	c, _, _ := newClient(t)
	ctx := t.Context()
	for _, headers := range []map[string]string{nil, {}, {"opik_parent_span_id": "01942ab4-7a2e-7000-8000-0000000000b1"}, {"opik_trace_id": "nonsense"}} {
		if c.ContinueTrace(ctx, headers) != ctx {
			t.Errorf("%v changed the context", headers)
		}
	}
	if n := c.Stats().Invalid; n != 1 {
		t.Errorf("%d invalid values, want that of the nonsense", n)
	}
}

// TestNilHandles calls every method of nil handles.
func TestNilHandles(t *testing.T) {
	for _, handle := range []any{(*opik.Trace)(nil), (*opik.Span)(nil)} {
		v := reflect.ValueOf(handle)
		for i := range v.NumMethod() {
			method := v.Method(i)
			var args []reflect.Value
			for n := range method.Type().NumIn() {
				in := method.Type().In(n)
				switch {
				case method.Type().IsVariadic() && n == method.Type().NumIn()-1:
				case in == reflect.TypeFor[context.Context]():
					args = append(args, reflect.ValueOf(t.Context()))
				default:
					args = append(args, reflect.Zero(in))
				}
			}
			for _, result := range method.Call(args) {
				if ctx, ok := result.Interface().(context.Context); ok {
					if ctx != t.Context() {
						t.Errorf("%T.%s changes the context", handle, v.Type().Method(i).Name)
					}
				} else if !result.IsZero() {
					t.Errorf("%T.%s returns %v", handle, v.Type().Method(i).Name, result)
				}
			}
		}
	}
}

func TestTrackingOff(t *testing.T) {
	c, w, _ := newClient(t, opik.WithTracking(false))
	checkNoTracing(t, c)
	flush(t, c)
	if len(w.requests) != 0 {
		t.Errorf("%d requests", len(w.requests))
	}
	ctx := t.Context()
	if n := testing.AllocsPerRun(100, func() {
		inner, trace := c.StartTrace(ctx, "t")
		_, span := opik.StartSpan(inner, "s")
		span.SetOutput("x")
		span.End()
		trace.End()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func checkNoTracing(t *testing.T, c *opik.Client) {
	t.Helper()
	ctx := t.Context()
	if got, trace := c.StartTrace(ctx, "t", opik.WithInput(1)); got != ctx || trace != nil {
		t.Error("a trace was started")
	}
	if got, span := c.StartSpan(ctx, "s"); got != ctx || span != nil {
		t.Error("a span was started")
	}
	if c.ContinueTrace(ctx, map[string]string{"opik_trace_id": "01942ab4-7a2e-7000-8000-0000000000a1"}) != ctx {
		t.Error("a trace was continued")
	}
}

// TestOneSpanFromManyGoroutines is for the race detector.
func TestOneSpanFromManyGoroutines(t *testing.T) {
	c, w, _ := newClient(t, opik.WithBatch(time.Millisecond, 10))
	ctx, trace := c.StartTrace(t.Context(), "t")
	spanned, span := opik.StartSpan(ctx, "s")
	var all sync.WaitGroup
	const workers, rounds = 8, 50
	for g := range workers {
		all.Go(func() {
			for i := range rounds {
				span.SetName("n")
				span.SetType(opik.SpanTypeTool)
				span.SetInput(object{"i": i})
				span.SetOutput(object{"i": i})
				span.SetMetadata(object{fmt.Sprint(g): i})
				span.AddTags(fmt.Sprint(g))
				span.SetModel("m")
				span.SetProvider("p")
				span.SetUsage(map[string]int{"prompt_tokens": i})
				span.SetCost(1)
				span.SetTTFT(time.Second)
				span.SetError(errors.New("x"))
				span.SetErrorInfo(opik.ErrorInfo{})
				span.Score("s", 1)
				trace.SetMetadata(object{fmt.Sprint(g): i})
				trace.AddTags(fmt.Sprint(g))
				trace.SetOutput(i)
				_, child := opik.StartSpan(spanned, "child")
				child.End()
				if i == rounds/2 {
					span.End()
					trace.End()
					flush(t, c)
				}
				_ = c.Stats()
			}
		})
	}
	all.Wait()
	flush(t, c)
	got := latest(t, w.spans(), span.ID())
	if tags := got["tags"].([]any); len(tags) != workers {
		t.Errorf("tags %v", tags)
	}
	for g := range workers {
		if v := got["metadata"].(object)[fmt.Sprint(g)]; v != float64(rounds-1) {
			t.Errorf("metadata of goroutine %d is %v, want the last", g, v)
		}
	}
	ids := map[any]bool{}
	for _, r := range w.spans() {
		ids[r["id"]] = true
	}
	if want := workers*rounds + 1; len(ids) != want {
		t.Errorf("%d spans arrived, want %d", len(ids), want)
	}
	if sum := c.Stats().Total(); sum.Accepted != sum.Delivered {
		t.Errorf("counts %+v", sum)
	}
}

func TestCloseWhileEverybodyWorks(t *testing.T) {
	c, w, _ := newClient(t, opik.WithBatch(time.Millisecond, 10))
	ctx, _ := c.StartTrace(t.Context(), "t")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 200 {
				_, span := opik.StartSpan(ctx, "s")
				span.SetOutput("x")
				span.End()
			}
		})
	}
	all.Go(func() {
		if _, err := c.Close(t.Context()); err != nil {
			t.Logf("close: %v", err)
		}
	})
	all.Wait()
	sum := c.Stats().Total()
	if sum.Accepted != sum.Delivered+sum.Dropped || sum.Queued != 0 {
		t.Errorf("counts %+v", sum)
	}
	if n := int64(len(w.traces()) + len(w.spans())); n > sum.Delivered {
		t.Errorf("%d records arrived, %d are counted as delivered", n, sum.Delivered)
	}
}

func TestRecordsAreValidJSONForAnyValue(t *testing.T) {
	c, w, _ := newClient(t)
	cyclic := object{}
	cyclic["self"] = cyclic
	_, span := c.StartSpan(t.Context(), "s", opik.WithInput(cyclic), opik.WithMetadata(object{"f": func() {}, "nan": math.NaN()}))
	span.SetOutput(json.RawMessage(`{"broken`))
	flush(t, c)
	got := latest(t, w.spans(), span.ID())
	if got["input"] == nil || got["output"] == nil || got["metadata"] == nil {
		t.Errorf("span %v", got)
	}
}

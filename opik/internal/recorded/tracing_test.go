package recorded

import (
	"time"

	"github.com/opik-go/sdk/opik"
)

func tracingScenarios() map[string]scenario {
	return map[string]scenario{
		"default-project":         {run: defaultProject},
		"error-info":              {run: errorInfo},
		"flush-empty":             {run: flushEmpty},
		"span-llm-fields":         {run: spanLLMFields},
		"span-update-after-flush": {run: spanUpdateAfterFlush, byID: spanUpdateByID},
		"spans-nested":            {run: spansNested},
		"trace-all-fields":        {run: traceAllFields},
		"trace-end":               {run: traceEnd},
		"trace-end-after-flush":   {run: traceEndAfterFlush, byID: traceEndByID},
		"trace-with-prompts":      {run: traceWithPrompts, faults: noFaults},
		"updates-coalesce":        {run: updatesCoalesce, byID: updatesCoalesceByID},

		"py-span-llm": {
			run: pySpanLLM,
			differs: &difference{
				reason: "usage is not repeated in metadata.usage: it is kept completely under original_usage, and metadata is what the caller says",
				paths: []string{
					"span completion.metadata.usage.completion_tokens",
					"span completion.metadata.usage.prompt_tokens",
					"span completion.metadata.usage.prompt_tokens_details.cached_tokens",
					"span completion.metadata.usage.total_tokens",
				},
			},
		},
		"py-trace-end": {run: pyTraceEnd, byID: pyTraceEndByID},
	}
}

func defaultProject(r *run) {
	trace := r.startTrace("t")
	span := startSpan(trace, "s")
	span.End()
	trace.End()
	r.flush()
}

func errorInfo(r *run) {
	info := opik.ErrorInfo{
		ExceptionType: "TypeError",
		Message:       "x is not a function",
		Traceback:     "TypeError: x is not a function\n    at f",
	}
	trace := r.startTrace("job")
	span := startSpan(trace, "step", opik.WithSpanType(opik.SpanTypeTool))
	span.SetErrorInfo(info)
	span.End()
	info.Message = ""
	trace.SetErrorInfo(info)
	trace.End()
	r.flush()
}

func flushEmpty(r *run) {
	for range 2 {
		if receipt := r.flush(); receipt.Requests != 0 || receipt.Total() != (opik.Counts{}) {
			r.Errorf("receipt %v", receipt)
		}
	}
	r.wantRequests(map[string]int{})
}

func spanLLMFields(r *run) {
	trace := r.startTrace("chat", opik.WithID("01942ab4-7a2e-7000-8000-0000000000a1"))
	span := startSpan(trace, "completion",
		opik.WithID("01942ab4-7a2e-7000-8000-0000000000b1"),
		opik.WithStartTime(r.date("2025-01-02T03:04:05.678Z")),
		opik.WithSpanType(opik.SpanTypeLLM),
		opik.WithModel("gpt-4o-mini"),
		opik.WithProvider("openai"),
		opik.WithInput(object{"prompt": "hi"}),
		opik.WithMetadata(object{"temperature": 0.2}),
		opik.WithTags("llm"),
	)
	span.SetOutput(object{"text": "hello"})
	span.SetUsage(opik.Usage{PromptTokens: 11, CompletionTokens: 7, TotalTokens: 18})
	span.SetCost(0.000123)
	span.SetTTFT(80250 * time.Microsecond)
	span.EndAt(r.date("2025-01-02T03:04:06.789Z"))
	trace.End()
	r.flush()
}

func spanUpdateAfterFlush(r *run) {
	trace := r.startTrace("root")
	parent := startSpan(trace, "parent")
	child := startSpan(parent, "child")
	r.flush()
	r.sameAfter(2)
	child.SetOutput(object{"x": 1})
	child.SetModel("m1")
	child.SetProvider("p1")
	child.SetUsage(opik.Usage{PromptTokens: 1, CompletionTokens: 2, TotalTokens: 3})
	child.SetMetadata(object{"a": 1})
	child.AddTags("t")
	child.End()
	parent.End()
	r.flush()
}

func spanUpdateByID(r *run) {
	trace := r.startTrace("root")
	parent := startSpan(trace, "parent")
	child := startSpan(parent, "child")
	r.flush()
	r.sameAfter(2)
	r.check(r.client.UpdateSpan(opik.SpanUpdate{
		ID: child.ID(), TraceID: trace.ID(), ParentSpanID: parent.ID(),
		Output: object{"x": 1}, Model: "m1", Provider: "p1",
		Usage:    map[string]int{"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
		Metadata: object{"a": 1}, Tags: []string{"t"},
	}))
	r.check(r.client.UpdateSpan(opik.SpanUpdate{ID: child.ID(), TraceID: trace.ID(), ParentSpanID: parent.ID(), EndTime: time.Now()}))
	r.check(r.client.UpdateSpan(opik.SpanUpdate{ID: parent.ID(), TraceID: trace.ID(), EndTime: time.Now()}))
	r.flush()
}

func spansNested(r *run) {
	trace := r.startTrace("root")
	outer := startSpan(trace, "outer", opik.WithSpanType(opik.SpanTypeGeneral))
	inner := startSpan(outer, "inner", opik.WithSpanType(opik.SpanTypeTool), opik.WithInput(object{"q": 1}))
	leaf := startSpan(inner, "leaf", opik.WithSpanType(opik.SpanTypeLLM))
	leaf.End()
	inner.SetOutput(object{"r": 2})
	inner.End()
	outer.End()
	trace.End()
	r.flush()
}

func traceAllFields(r *run) {
	trace := r.startTrace("full",
		opik.WithID("01942ab4-7a2e-7000-8000-000000000001"),
		opik.WithStartTime(r.date("2025-01-02T03:04:05.678Z")),
		opik.WithInput(object{"messages": []any{object{"role": "user", "content": "hi"}}}),
		opik.WithMetadata(object{"k": "v", "n": 1.5, "nested": object{"b": true}}),
		opik.WithTags("a", "b"),
		opik.WithThreadID("thread-42"),
		opik.WithEnvironment("staging"),
		opik.WithSource(opik.SourceSDK),
	)
	trace.SetOutput(object{"text": "hello"})
	trace.SetTTFT(12500 * time.Microsecond)
	trace.SetErrorInfo(opik.ErrorInfo{ExceptionType: "ValueError", Message: "bad", Traceback: "line 1\nline 2"})
	trace.EndAt(r.date("2025-01-02T03:04:06.789Z"))
	r.flush()
}

func traceEnd(r *run) {
	trace := r.startTrace("greet", opik.WithInput(object{"question": "hi"}))
	trace.SetOutput(object{"answer": "hello"})
	trace.End()
	r.flush()
	r.wantRequests(map[string]int{"POST /v1/private/traces/batch": 1})
}

func traceEndAfterFlush(r *run) {
	trace := r.startTrace("greet", opik.WithInput(object{"question": "hi"}))
	r.flush()
	r.sameAfter(1)
	trace.End()
	r.flush()
	r.sameAfter(2)
	trace.SetOutput(object{"answer": "hello"})
	trace.AddTags("late")
	r.flush()
}

func traceEndByID(r *run) {
	trace := r.startTrace("greet", opik.WithInput(object{"question": "hi"}))
	r.flush()
	r.sameAfter(1)
	r.check(r.client.UpdateTrace(opik.TraceUpdate{ID: trace.ID(), EndTime: time.Now()}))
	r.flush()
	r.sameAfter(2)
	r.check(r.client.UpdateTrace(opik.TraceUpdate{ID: trace.ID(), Output: object{"answer": "hello"}, Tags: []string{"late"}}))
	r.flush()
}

func traceWithPrompts(r *run) {
	greeting, err := r.client.CreatePrompt(r.ctx, "greeting", "Hello {{name}}", opik.CreatePromptParams{})
	r.check(err)
	trace := r.startTrace("t", opik.WithMetadata(object{"k": 1}))
	span := startSpan(trace, "s")
	trace.SetPrompts(greeting)
	span.SetPrompts(greeting)
	span.End()
	trace.End()
	r.flush()
}

func updatesCoalesce(r *run) {
	trace := r.startTrace("t")
	span := startSpan(trace, "s")
	r.flush()
	r.sameAfter(2)
	before := len(r.requests())
	span.SetOutput(object{"n": 1})
	span.SetOutput(object{"n": 2})
	span.AddTags("x")
	span.SetMetadata(object{"m": 1})
	trace.SetOutput(object{"n": 1})
	trace.SetName("renamed")
	r.flush()
	if n := len(r.requests()) - before; n != 2 {
		r.Errorf("%d requests for the updates of one trace and one span", n)
	}
}

func updatesCoalesceByID(r *run) {
	trace := r.startTrace("t")
	span := startSpan(trace, "s")
	r.flush()
	r.sameAfter(2)
	before := len(r.requests())
	for _, update := range []opik.SpanUpdate{
		{Output: object{"n": 1}},
		{Output: object{"n": 2}, Tags: []string{"x"}},
		{Metadata: object{"m": 1}},
	} {
		update.ID, update.TraceID = span.ID(), trace.ID()
		r.check(r.client.UpdateSpan(update))
	}
	r.check(r.client.UpdateTrace(opik.TraceUpdate{ID: trace.ID(), Output: object{"n": 1}}))
	r.check(r.client.UpdateTrace(opik.TraceUpdate{ID: trace.ID(), Name: "renamed"}))
	r.flush()
	if n := len(r.requests()) - before; n != 2 {
		r.Errorf("%d requests for the updates of one trace and one span", n)
	}
}

// pySpanLLM makes a span of a trace that is nobody's here.
func pySpanLLM(r *run) {
	_, span := r.client.StartSpan(r.ctx, "completion",
		opik.WithParent("01942ab4-7a2e-7000-8000-0000000000a1", ""),
		opik.WithID("01942ab4-7a2e-7000-8000-0000000000b1"),
		opik.WithStartTime(r.date("2025-01-02T03:04:05.678Z")),
		opik.WithSpanType(opik.SpanTypeLLM),
		opik.WithModel("gpt-4o-mini"),
		opik.WithProvider("openai"),
		opik.WithInput(object{"p": "hi"}),
		opik.WithMetadata(object{"temperature": 0.2}),
	)
	span.SetOutput(object{"c": "hello"})
	span.SetUsage(object{
		"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18,
		"prompt_tokens_details": object{"cached_tokens": 2},
	})
	span.SetCost(0.5)
	span.EndAt(r.date("2025-01-02T03:04:06.789Z"))
	r.flush()
}

func pyTraceEnd(r *run) {
	trace := r.startTrace("greet", opik.WithInput(object{"question": "hi"}), opik.WithTags("a"))
	trace.SetOutput(object{"answer": "hello"})
	trace.End()
	r.flush()
}

// pyTraceEndByID queues the update before the trace itself is.
func pyTraceEndByID(r *run) {
	trace := r.startTrace("greet", opik.WithInput(object{"question": "hi"}), opik.WithTags("a"))
	r.check(r.client.UpdateTrace(opik.TraceUpdate{ID: trace.ID(), EndTime: time.Now(), Output: object{"answer": "hello"}}))
	r.flush()
}

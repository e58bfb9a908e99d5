package opik_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
	"github.com/opik-go/sdk/opik/opiktest"
)

// TestEverythingArrives sets all there is. The server of the test checks each
// request; under make test also against the contract.
func TestEverythingArrives(t *testing.T) {
	c, srv := served(t, 0)
	start := time.Date(2025, 1, 2, 3, 4, 5, 678e6, time.UTC)
	ctx, trace := c.StartTrace(t.Context(), "full",
		opik.WithID("01942ab4-7a2e-7000-8000-000000000001"), opik.WithStartTime(start), opik.InProject("Q"),
		opik.WithSource(opik.SourceExperiment), opik.WithThreadID("thread-42"),
		opik.WithInput(object{"messages": []object{{"role": "user", "content": "hi"}}}),
		opik.WithMetadata(object{"k": "v"}), opik.WithTags("a", "b"))
	flush(t, c) // what follows has to replace this

	_, span := opik.StartSpan(ctx, "completion",
		opik.WithStartTime(start), opik.WithSpanType(opik.SpanTypeLLM), opik.WithModel("gpt-4o-mini"), opik.WithProvider("openai"),
		opik.WithInput("hi"), opik.WithTags("llm"))
	span.SetOutput([]string{"hello"})
	span.SetMetadata(object{"temperature": 0.2})
	span.SetUsage(object{"prompt_tokens": 11, "completion_tokens": 7, "prompt_tokens_details": object{"cached_tokens": 4}})
	span.SetCost(0.000123)
	span.SetTTFT(80250 * time.Microsecond)
	span.SetErrorInfo(opik.ErrorInfo{ExceptionType: "ValueError", Message: "bad"})
	span.Score("latency", -2.5, opik.WithReason("slow"), opik.WithCategory("speed"))
	flush(t, c)
	span.EndAt(start.Add(1111 * time.Millisecond))

	trace.SetName("renamed")
	trace.SetOutput(42)
	trace.SetMetadata(object{"nested": object{"b": true}})
	trace.AddTags("late")
	trace.SetTTFT(12500 * time.Microsecond)
	trace.SetError(errors.New("failed"))
	trace.Score("quality", 0.1)
	trace.Score("quality", 0.2)
	trace.EndAt(start.Add(2 * time.Second))
	flush(t, c)

	srv.AssertTraceTrees(t, `
trace "renamed" project="Q" thread="thread-42"
  input: {"messages":[{"content":"hi","role":"user"}]}
  output: {"output":42}
  metadata: {"k":"v","nested":{"b":true}}
  tags: ["a","b","late"]
  error: error: failed
  score "quality" = 0.2
  span "completion" type=llm model="gpt-4o-mini" provider="openai"
    input: "hi"
    output: ["hello"]
    metadata: {"temperature":0.2}
    tags: ["llm"]
    error: ValueError: bad
    score "latency" = -2.5 category="speed" reason="slow"
    usage: completion_tokens=7 original_usage.completion_tokens=7 original_usage.prompt_tokens=11 original_usage.prompt_tokens_details.cached_tokens=4 prompt_tokens=11 total_tokens=18
    cost: 0.000123
`)

	// What does not show in the tree.
	got, err := c.GetTraceContent(t.Context(), trace.ID(), opik.GetTraceContentParams{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.StartTime.Equal(start) || !got.EndTime.Equal(start.Add(2*time.Second)) || got.TTFT == nil || *got.TTFT != 12.5 {
		t.Errorf("trace from %v to %v, time to first token %v", got.StartTime, got.EndTime, got.TTFT)
	}
	if got.Source != opik.SourceExperiment {
		t.Errorf("source %q", got.Source)
	}
	stored, err := c.GetSpanContent(t.Context(), span.ID(), opik.GetSpanContentParams{})
	if err != nil {
		t.Fatal(err)
	}
	if !stored.StartTime.Equal(start) || !stored.EndTime.Equal(start.Add(1111*time.Millisecond)) || stored.TTFT == nil || *stored.TTFT != 80.25 {
		t.Errorf("span from %v to %v, time to first token %v", stored.StartTime, stored.EndTime, stored.TTFT)
	}
}

// TestDeliverySurvives injects faults into the writing of traces and spans.
func TestDeliverySurvives(t *testing.T) {
	tests := []struct {
		name  string
		fault opiktest.Fault
	}{
		{"unavailable", opiktest.FailWith(http.StatusServiceUnavailable).Times(2)},
		{"rate limited", opiktest.BareTooManyRequests().Times(1)},
		{"dropped connections", opiktest.DropRequest().Times(2)},
		{"reset connections", opiktest.Reset(0).Times(2)},
		{"the page of a proxy", opiktest.HTMLPage().Times(1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, srv := served(t, 0)
			injected := srv.Inject(tt.fault)
			ctx, trace := c.StartTrace(t.Context(), "t")
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					_, span := opik.StartSpan(ctx, "s")
					defer span.End()
					span.SetOutput("x")
				})
			}
			all.Wait()
			trace.End()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			receipt, err := c.Close(ctx)
			if err != nil || !receipt.Complete() || receipt.Total().Accepted != 21 {
				t.Errorf("%v, %v", receipt, err)
			}
			if injected.Hits() == 0 {
				t.Error("nothing failed")
			}
			trees := srv.TraceTrees()
			if len(trees) != 1 || strings.Count(trees[0].String(), `span "s"`) != 20 {
				t.Errorf("traces %v", trees)
			}
		})
	}
}

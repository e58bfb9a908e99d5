package recorded

import "github.com/opik-go/sdk/opik"

// Ids that the recorded callers chose.
const (
	traceA1 = "01942ab4-7a2e-7000-8000-0000000000a1"
	traceA2 = "01942ab4-7a2e-7000-8000-0000000000a2"
	spanB1  = "01942ab4-7a2e-7000-8000-0000000000b1"
)

func feedbackScenarios() map[string]scenario {
	// Scores of entities that do not exist are kept and never shown: the entities
	// are made afterwards, each in the project that its scores were given for.
	entities := []setup{
		createTraces(
			object{"id": traceA1, "name": "a1", "project_name": "test-project", "thread_id": "conv-7"},
			object{"id": traceA2, "name": "a2", "project_name": "other-project"},
		),
		createSpans(object{"id": spanB1, "trace_id": traceA1, "name": "b1", "project_name": "test-project"}),
	}
	return map[string]scenario{
		"scores-by-id":           {run: scoresByID, reveal: entities},
		"scores-on-objects":      {run: scoresOnObjects},
		"scores-same-name-twice": {run: scoresSameNameTwice},
		"scores-thread": {
			run: scoresThread,
			// A thread that does not exist cannot be closed.
			prepare: []setup{createTraces(object{"id": traceA1, "name": "a1", "project_name": "test-project", "thread_id": "conv-7"})},
		},
		"py-scores": {run: pyScores, reveal: entities},
	}
}

func scoresByID(r *run) {
	r.check(r.client.LogTracesFeedbackScores(
		opik.TraceScore{ID: traceA1, Name: "accuracy", Value: 0.75},
		opik.TraceScore{ID: traceA2, Name: "accuracy", Value: 1, Reason: "exact", CategoryName: "match", ProjectName: "other-project"},
	))
	r.check(r.client.LogSpansFeedbackScores(opik.SpanScore{ID: spanB1, Name: "accuracy", Value: -2.5}))
	r.flush()
}

func scoresOnObjects(r *run) {
	trace := r.startTrace("t")
	span := startSpan(trace, "s")
	trace.Score("relevance", 0.9, opik.WithReason("on topic"), opik.WithCategory("good"))
	trace.Score("toxicity", 0)
	span.Score("latency", 1)
	span.End()
	trace.End()
	r.flush()
}

func scoresSameNameTwice(r *run) {
	trace := r.startTrace("t")
	r.flush()
	trace.Score("quality", 0.1)
	trace.Score("quality", 0.2)
	receipt := r.flush()
	// The second takes the place of the first, which counts with it.
	if got := receipt.Kinds["trace score"]; got.Accepted != 2 || got.Delivered != 2 {
		r.Errorf("receipt %v: %+v", receipt, got)
	}
}

func scoresThread(r *run) {
	r.check(r.client.Threads.Close(r.ctx, []string{"conv-7"}, opik.ThreadCloseParams{ProjectName: "test-project"}))
	r.sameAfter(1)
	r.check(r.client.LogThreadsFeedbackScores(opik.ThreadScore{
		ThreadID: "conv-7", ProjectName: "test-project", Name: "satisfaction", Value: 0.8, Reason: "polite",
	}))
	r.flush()
	r.sameAfter(2)
	r.check(r.client.Threads.DeleteFeedbackScores(r.ctx, "conv-7", []string{"satisfaction"}, opik.ThreadDeleteFeedbackScoresParams{ProjectName: "test-project"}))
	r.sameAfter(3)
	r.check(r.client.Threads.Open(r.ctx, "conv-7", opik.ThreadOpenParams{ProjectName: "test-project"}))
	r.sameAfter(4)
}

func pyScores(r *run) {
	r.check(r.client.LogTracesFeedbackScores(
		opik.TraceScore{ID: traceA1, Name: "accuracy", Value: 0.75},
		opik.TraceScore{ID: traceA2, Name: "accuracy", Value: 1, Reason: "exact", CategoryName: "match", ProjectName: "other-project"},
	))
	r.check(r.client.LogSpansFeedbackScores(opik.SpanScore{ID: spanB1, Name: "accuracy", Value: 0.5}))
	r.check(r.client.LogThreadsFeedbackScores(opik.ThreadScore{ThreadID: "conv-7", Name: "csat", Value: 4, Reason: "polite"}))
	r.flush()
}

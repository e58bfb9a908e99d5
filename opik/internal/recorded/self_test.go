package recorded

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik"
)

// invented is a recording that nobody made.
func invented() *vector {
	trace := object{"id": "<trace-1>", "name": "t", "start_time": "<t0>", "end_time": "<t2>", "source": "sdk", "project_name": "test-project", "output": object{"n": 1}}
	span := object{"id": "<span-1>", "trace_id": "<trace-1>", "name": "s", "start_time": "<t1>", "source": "sdk", "project_name": "test-project", "type": "tool"}
	header := map[string]string{"authorization": "key", "comet-workspace": "team", "content-type": "application/json", "accept": "*/*"}
	send := func(method, path string, body object) recordedRequest {
		return recordedRequest{Method: method, Path: path, Headers: header, Body: body, Response: recordedResponse{Status: 204}}
	}
	return &vector{
		Config:       vectorConfig{APIKey: "key", Workspace: "team", ProjectName: "test-project"},
		Placeholders: map[string]string{"<trace-1>": "uuid v7", "<span-1>": "uuid v7", "<t0>": "timestamp with milliseconds"},
		Requests: []recordedRequest{
			send("POST", "/v1/private/traces/batch", object{"traces": []any{trace}}),
			send("POST", "/v1/private/spans/batch", object{"spans": []any{span}}),
			send("PUT", "/v1/private/traces/feedback-scores", object{"scores": []any{
				object{"id": "<trace-1>", "name": "q", "value": 0.5, "source": "sdk", "project_name": "test-project"},
			}}),
		},
	}
}

// TestDifferencesAreFound replays an invented recording with programs that do
// something else.
func TestDifferencesAreFound(t *testing.T) {
	tests := []struct {
		name  string
		steps func(*run)
		want  []string
	}{
		{"nothing else", func(r *run) {
			trace := r.startTrace("t")
			startSpan(trace, "s", opik.WithSpanType(opik.SpanTypeTool))
			trace.SetOutput(object{"n": 1})
			trace.Score("q", 0.5)
			trace.End()
		}, nil},
		{"values", func(r *run) {
			trace := r.startTrace("t", opik.WithTags("more"))
			startSpan(trace, "s").End()
			trace.SetOutput(object{"n": 2})
			trace.Score("q", 0.25, opik.WithReason("why"))
			trace.End()
		}, []string{
			"trace test-project/t.feedback_scores[0].reason",
			"trace test-project/t.feedback_scores[0].value",
			"trace test-project/t.feedback_scores[0].value_by_author.admin.reason",
			"trace test-project/t.feedback_scores[0].value_by_author.admin.value",
			"trace test-project/t.has_tool_spans",
			"trace test-project/t.output.n",
			"trace test-project/t.tags[0]",
			"trace test-project/t/s.end_time",
			"trace test-project/t/s.type",
		}},
		{"order", func(r *run) {
			trace := r.startTrace("t")
			trace.End()
			startSpan(trace, "s", opik.WithSpanType(opik.SpanTypeTool))
			trace.SetOutput(object{"n": 1})
			trace.Score("q", 0.5)
		}, []string{"trace test-project/t.end_time"}},
		{"times that should be those of the run", func(r *run) {
			trace := r.startTrace("t", opik.WithStartTime(r.date("2025-01-02T03:04:05Z")))
			startSpan(trace, "s", opik.WithSpanType(opik.SpanTypeTool))
			trace.SetOutput(object{"n": 1})
			trace.Score("q", 0.5)
			trace.End()
		}, []string{"trace test-project/t.start_time"}},
		{"a request is not made", func(r *run) {
			trace := r.startTrace("t")
			startSpan(trace, "s", opik.WithSpanType(opik.SpanTypeTool))
			trace.SetOutput(object{"n": 1})
			trace.End()
		}, []string{
			"trace test-project/t.feedback_scores[0].created_by",
			"trace test-project/t.feedback_scores[0].last_updated_by",
			"trace test-project/t.feedback_scores[0].name",
			"trace test-project/t.feedback_scores[0].source",
			"trace test-project/t.feedback_scores[0].value",
			"trace test-project/t.feedback_scores[0].value_by_author.admin.author",
			"trace test-project/t.feedback_scores[0].value_by_author.admin.source",
			"trace test-project/t.feedback_scores[0].value_by_author.admin.value",
		}},
		{"an early state, and a search", func(r *run) {
			trace := r.startTrace("t")
			startSpan(trace, "s", opik.WithSpanType(opik.SpanTypeTool))
			trace.SetOutput(object{"n": 1})
			trace.Score("q", 0.5)
			trace.End()
			r.sameAfter(1)
			r.counts = append(r.counts, len(collect(r, r.client.SearchTraces(r.ctx, opik.SearchTracesParams{ProjectName: "Test-Project"}))))
		}, []string{"after 1 requests*", "results of searches", "searches"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sc := &scenario{differs: &difference{paths: tt.want}}
			if tt.name == "an early state, and a search" {
				sc.prepare = []setup{createProject("Test-Project")}
			}
			findings := replayBoth(t, invented(), sc, tt.steps)
			unexpected, gone := judge(sc, findings)
			if len(unexpected)+len(gone) > 0 {
				t.Errorf("found besides: %v; not found: %q", unexpected, gone)
			}
		})
	}
}

func TestHeadersAreCompared(t *testing.T) {
	v := invented()
	sent := []sentRequest{{raw: []byte("{}"), header: map[string][]string{
		"Authorization": {"Bearer key"}, "Comet-Workspace": {"team"}, "Content-Type": {"application/json; charset=utf-8"}, "Accept": {"text/plain"},
	}}}
	if got := fmt.Sprint(compareHeaders(v, sent)); got != "[header authorization: recorded key, here Bearer key]" {
		t.Error(got)
	}
	v.Requests[0].Headers["authorization"] = ""
	sent[0].header.Del("Authorization")
	if got := compareHeaders(v, sent); got != nil {
		t.Error(got)
	}
}

func TestSummary(t *testing.T) {
	var s summary
	s.add(&vector{Group: "tracing", Scenario: "a"}, &scenario{}, false)
	s.add(&vector{Group: "tracing", Scenario: "b"}, &scenario{differs: &difference{reason: "because"}}, false)
	s.add(&vector{Group: "search", Scenario: "c"}, &scenario{differs: &difference{reason: "because"}}, true)
	s.add(&vector{Group: "transport", Scenario: "d"}, &scenario{notReplayed: "nothing there"}, false)
	want := []string{
		"", "tracing: 1 passed, 1 differing on purpose, 0 failing",
		"transport: 0 passed, 0 differing on purpose, 0 failing, 1 not replayed",
		"search: 0 passed, 0 differing on purpose, 1 failing",
		"together: 1 passed, 1 differing on purpose, 1 failing, 1 not replayed",
		"  b: differing on purpose: because", "  d: not replayed: nothing there", "  c: failing",
	}
	if got := strings.Split(s.String(), "\n"); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

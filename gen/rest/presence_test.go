package rest_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

func TestOptionalPropertiesAreSentOnlyWhenSet(t *testing.T) {
	start := time.Date(2026, 7, 24, 10, 0, 0, 123456789, time.UTC)
	tests := map[string]struct {
		trace rest.Trace
		want  map[string]string // JSON by property, beside start_time
	}{
		"nothing": {rest.Trace{StartTime: start}, map[string]string{}},
		"zero number": {
			rest.Trace{StartTime: start, TTFT: rest.Ptr(0.0), SpanCount: rest.Ptr(0)},
			map[string]string{"ttft": "0", "span_count": "0"},
		},
		"false": {
			rest.Trace{StartTime: start, HasToolSpans: rest.Ptr(false)},
			map[string]string{"has_tool_spans": "false"},
		},
		"empty list": {
			rest.Trace{StartTime: start, Tags: []string{}, FeedbackScores: []rest.FeedbackScore{}},
			map[string]string{"tags": "[]", "feedback_scores": "[]"},
		},
		"empty map": {
			rest.Trace{StartTime: start, Usage: map[string]int64{}},
			map[string]string{"usage": "{}"},
		},
		"opaque JSON": {
			rest.Trace{StartTime: start, Input: json.RawMessage(`null`), Output: json.RawMessage(`[1,"a"]`)},
			map[string]string{"input": "null", "output": `[1,"a"]`},
		},
		"empty object": {
			rest.Trace{StartTime: start, ErrorInfo: &rest.ErrorInfo{}},
			map[string]string{"error_info": `{"exception_type":"","traceback":""}`},
		},
		"empty strings and times": {
			rest.Trace{StartTime: start, Name: "", EndTime: time.Time{}, Source: ""},
			map[string]string{},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := serve(t, created("/v1/private/traces/1"))
			if _, err := b.CreateTrace(t.Context(), test.trace); err != nil {
				t.Fatal(err)
			}
			var got map[string]json.RawMessage
			if err := json.Unmarshal(b.last(t).body, &got); err != nil {
				t.Fatal(err)
			}
			if string(got["start_time"]) != `"2026-07-24T10:00:00.123456789Z"` {
				t.Errorf("start_time is %s", got["start_time"])
			}
			delete(got, "start_time")
			have := map[string]string{}
			for k, v := range got {
				have[k] = string(v)
			}
			if !maps.Equal(have, test.want) {
				t.Errorf("sent %v, want %v", have, test.want)
			}
		})
	}
}

func TestRequiredPropertiesAreAlwaysSent(t *testing.T) {
	b := serve(t, created("/v1/private/datasets/1"))
	if _, err := b.CreateDataset(t.Context(), rest.Dataset{}); err != nil {
		t.Fatal(err)
	}
	if got := string(b.last(t).body); got != `{"name":""}` {
		t.Errorf("sent %s", got)
	}
}

func TestQueryParametersAreSentOnlyWhenSet(t *testing.T) {
	tests := map[string]struct {
		params *rest.GetSpansByProjectParams
		want   url.Values
	}{
		"no params":  {nil, url.Values{}},
		"none set":   {&rest.GetSpansByProjectParams{}, url.Values{}},
		"false":      {&rest.GetSpansByProjectParams{Truncate: rest.Ptr(false)}, url.Values{"truncate": {"false"}}},
		"numbers":    {&rest.GetSpansByProjectParams{Page: 2, Size: 1000}, url.Values{"page": {"2"}, "size": {"1000"}}},
		"enum":       {&rest.GetSpansByProjectParams{Type: rest.SpanTypeLLM}, url.Values{"type": {"llm"}}},
		"empty list": {&rest.GetSpansByProjectParams{Filters: []rest.SpanFilter{}}, url.Values{"filters": {"[]"}}},
		"time": {
			&rest.GetSpansByProjectParams{FromTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 2*3600))},
			url.Values{"from_time": {"2026-01-02T01:04:05Z"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := serve(t, answerJSON(200, `{"content":[]}`))
			if _, err := b.GetSpansByProject(t.Context(), test.params); err != nil {
				t.Fatal(err)
			}
			got, err := url.ParseQuery(b.last(t).query)
			if err != nil {
				t.Fatal(err)
			}
			if !maps.EqualFunc(got, test.want, slices.Equal) {
				t.Errorf("sent %v, want %v", got, test.want)
			}
		})
	}
}

func TestDecodingTellsAbsentFromZero(t *testing.T) {
	b := serve(t, answerJSON(200, `{"id":"1","ttft":0,"tags":[],"end_time":null,"duration":null}`))
	trace, err := b.GetTraceByID(t.Context(), "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case trace.TTFT == nil || *trace.TTFT != 0:
		t.Error("a zero number is lost")
	case trace.Duration != nil || trace.SpanCount != nil:
		t.Error("an absent number is set")
	case trace.Tags == nil:
		t.Error("an empty list is lost")
	case trace.Comments != nil || !trace.EndTime.IsZero():
		t.Error("something absent is set")
	}
}

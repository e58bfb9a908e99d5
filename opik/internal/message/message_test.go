package message_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/message"
)

const (
	traceID = "019c8f1e-7a55-7c3e-9b1a-0f2d3c4b5a68"
	spanID  = "019c8f1e-7a55-7c3e-9b1a-0f2d3c4b5a69"
)

var at = time.Date(2026, 7, 24, 12, 0, 0, 5_000_000, time.UTC)

func ptr[T any](v T) *T { return &v }

// TestAppendJSON shows what is sent: required members always, others if they are
// set, where empty lists and objects are set and nil ones are not.
func TestAppendJSON(t *testing.T) {
	for _, test := range []struct {
		name   string
		record message.Message
		want   string
	}{
		{"zero trace", message.Trace{}, `{"start_time":"1970-01-01T00:00:00Z"}`},
		{"zero span", message.Span{}, `{"start_time":"1970-01-01T00:00:00Z","trace_id":""}`},
		{"zero update", message.TraceUpdate{}, `{}`},
		{"the path's parameter is not in the body", message.TraceUpdate{ID: traceID, Name: "n"}, `{"name":"n"}`},
		{"empty is sent", message.TraceUpdate{Tags: []string{}, Input: map[string]any{}, Output: []any{}},
			`{"input":{},"output":[],"tags":[]}`},
		{"an explicit null is sent", message.TraceUpdate{Input: jsonenc.Raw("null")}, `{"input":null}`},
		{"zero numbers are sent", message.Span{StartTime: at, TraceID: "t", TTFT: ptr(0.0), TotalEstimatedCost: ptr(0.0), Usage: map[string]int{"total_tokens": 0}},
			`{"start_time":"2026-07-24T12:00:00.005Z","total_estimated_cost":0,"trace_id":"t","ttft":0,"usage":{"total_tokens":0}}`},
		{"objects", message.SpanUpdate{TraceID: "t", ErrorInfo: &rest.ErrorInfo{ExceptionType: "E"}},
			`{"error_info":{"exception_type":"E","traceback":""},"trace_id":"t"}`},
		{"numbers without JSON are left out", message.Span{StartTime: at, TraceID: "t", TTFT: ptr(math.NaN()), TotalEstimatedCost: ptr(math.Inf(1))},
			`{"start_time":"2026-07-24T12:00:00.005Z","trace_id":"t"}`},
		{"required numbers without JSON are named", message.TraceScore{ID: "i", Name: "n", Value: math.NaN()},
			`{"id":"i","name":"n","value":"<opik: NaN>","source":"sdk"}`},
		{"constants", message.ThreadScore{ThreadID: "th", Name: "n", Value: 1},
			`{"name":"n","thread_id":"th","value":1,"source":"sdk"}`},
	} {
		if got := string(test.record.AppendJSON(nil)); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, test := range []struct {
		name       string
		a, b       message.Message
		same, none bool
	}{
		{"traces by id", message.Trace{ID: "1", Name: "a"}, message.Trace{ID: "1", Name: "b"}, true, false},
		{"other traces", message.Trace{ID: "1"}, message.Trace{ID: "2"}, false, false},
		{"without an id", message.Trace{}, message.Trace{}, true, true},
		{"scores by id and name", message.TraceScore{ID: "1", Name: "a", Value: 1}, message.TraceScore{ID: "1", Name: "a", Value: 2}, true, false},
		{"scores of other names", message.TraceScore{ID: "1", Name: "a"}, message.TraceScore{ID: "1", Name: "b"}, false, false},
		{"scores of other projects", message.TraceScore{ID: "1", Name: "a"}, message.TraceScore{ID: "1", Name: "a", ProjectName: "p"}, false, false},
		{"values do not run together", message.TraceScore{ID: "1", Name: "ab"}, message.TraceScore{ID: "1", Name: "a", ProjectName: "b"}, false, false},
		{"scores of nothing", message.TraceScore{Name: "a"}, message.TraceScore{Name: "a"}, true, true},
		{"updates of other projects", message.TraceUpdate{ID: "1", ProjectName: "a"}, message.TraceUpdate{ID: "1", ProjectName: "b"}, false, false},
		{"a project is no id of a project", message.TraceUpdate{ID: "1", ProjectName: "a"}, message.TraceUpdate{ID: "1", ProjectID: "a"}, false, false},
		{"updates that contradict each other", message.SpanUpdate{ID: "1", TraceID: "t"}, message.SpanUpdate{ID: "1", TraceID: "u"}, false, false},
	} {
		a, b := test.a.Key(), test.b.Key()
		if (a == b) != test.same || (a == "") != test.none {
			t.Errorf("%s: keys %q and %q", test.name, a, b)
		}
	}
}

// The id in a key tells which entity a record is about, also where more than the id
// tells records apart.
func TestEntityID(t *testing.T) {
	for _, test := range []struct {
		record       message.Message
		key, id, grp string
	}{
		{message.Trace{ID: traceID}, traceID, traceID, traceID},
		{message.Span{ID: spanID, TraceID: traceID}, spanID, spanID, traceID},
		{message.TraceUpdate{ID: traceID}, traceID, traceID, traceID},
		{message.SpanUpdate{ID: spanID, TraceID: traceID, ProjectName: "p"}, spanID + "\x00" + traceID + "\x00\x00p", spanID, traceID},
		{message.SpanScore{ID: spanID, Name: "n"}, spanID + "\x00n", spanID, ""},
		{message.TraceScore{Name: "n"}, "", "", ""},
	} {
		if got := test.record.Key(); got != test.key {
			t.Errorf("%T: the key is %q, want %q", test.record, got, test.key)
		}
		if got := message.EntityID(test.record.Key()); got != test.id {
			t.Errorf("%T: the id is %q, want %q", test.record, got, test.id)
		}
		if got := test.record.Group(); got != test.grp {
			t.Errorf("%T: the group is %q, want %q", test.record, got, test.grp)
		}
	}
}

func TestPathValue(t *testing.T) {
	if got := (message.SpanUpdate{ID: spanID, TraceID: traceID}).PathValue(); got != spanID {
		t.Errorf("got %q", got)
	}
	if got := (message.Span{ID: spanID}).PathValue(); got != "" {
		t.Errorf("got %q", got)
	}
}

// TestKinds checks what the pipeline relies on, for all kinds.
func TestKinds(t *testing.T) {
	names := map[string]bool{}
	for _, k := range message.Kinds {
		if k.Name == "" || names[k.Name] {
			t.Errorf("the name %q is empty or not unique", k.Name)
		}
		names[k.Name] = true
		if k.Lane == "" || k.MaxItems < 1 || k.Items == "" && k.MaxItems != 1 {
			t.Errorf("%s: lane %q, %d items", k.Name, k.Lane, k.MaxItems)
		}
		if !strings.HasPrefix(k.Path, "/v1/") || strings.Contains(k.Path, "{") && k.Items != "" {
			t.Errorf("%s: path %s", k.Name, k.Path)
		}
	}
	for _, test := range []struct {
		record message.Message
		want   message.Kind
	}{
		{message.Trace{}, message.Kind{Name: "trace", Operation: "createTraces", Method: "POST", Path: "/v1/private/traces/batch",
			Items: "traces", MaxItems: 1000, Lane: "traces", Stage: 0, Merge: message.MergeReplace,
			Versioned: true, FreeForm: []string{"input", "metadata", "output"}, Group: "id", Attach: "trace"}},
		{message.SpanUpdate{}, message.Kind{Name: "span update", Operation: "updateSpan", Method: "PATCH", Path: "/v1/private/spans/{id}",
			MaxItems: 1, Lane: "spans", Stage: 1, Merge: message.MergeFields,
			FreeForm: []string{"input", "metadata", "output"}, Group: "trace_id", Attach: "span",
			Updates: message.KindSpan, Identity: []string{"trace_id", "parent_span_id", "project_name", "project_id"}}},
		{message.ThreadScore{}, message.Kind{Name: "thread score", Operation: "scoreBatchOfThreads", Method: "PUT", Path: "/v1/private/traces/threads/feedback-scores",
			Items: "scores", MaxItems: 1000, Lane: "traces", Stage: 2, Merge: message.MergeReplace}},
	} {
		if got := *test.record.Kind(); !reflect.DeepEqual(got, test.want) {
			t.Errorf("got %+v\nwant %+v", got, test.want)
		}
	}
}

func TestValidate(t *testing.T) {
	score := message.TraceScore{ID: traceID, Name: "quality", Value: 0.5}
	with := func(change func(*message.TraceScore)) message.TraceScore {
		s := score
		change(&s)
		return s
	}
	span := message.Span{ID: spanID, TraceID: traceID, StartTime: at}
	for _, test := range []struct {
		name   string
		record interface{ Validate() error }
		want   string
	}{
		{"good score", score, ""},
		{"good span", span, ""},
		{"all that is wrong", message.TraceScore{Value: math.Inf(-1)},
			"ID is missing\nName is missing\nValue is -Inf, which JSON does not have"},
		{"blank", with(func(s *message.TraceScore) { s.Name = " \t" }), "Name is blank"},
		{"no UUID", with(func(s *message.TraceScore) { s.ID = "trace-1" }), `ID is no UUID: "trace-1"`},
		{"a UUID with a wrong character", with(func(s *message.TraceScore) { s.ID = traceID[:35] + "g" }), `ID is no UUID: "` + traceID[:35] + `g"`},
		{"a UUID without hyphens", with(func(s *message.TraceScore) { s.ID = strings.ReplaceAll(traceID, "-", "0") }), `ID is no UUID: "` + strings.ReplaceAll(traceID, "-", "0") + `"`},
		{"upper case", with(func(s *message.TraceScore) { s.ID = strings.ToUpper(traceID) }), ""},
		{"largest value", with(func(s *message.TraceScore) { s.Value = math.Nextafter(1e9, 0) }), ""},
		{"too large", with(func(s *message.TraceScore) { s.Value = 1e9 }), "Value is 1e+09; it must be less than 1e+09"},
		{"too small", with(func(s *message.TraceScore) { s.Value = -1e9 }), "Value is -1e+09; it must be more than -1e+09"},
		{"NaN", with(func(s *message.TraceScore) { s.Value = math.NaN() }), "Value is NaN, which JSON does not have"},
		{"cost", message.Span{ID: spanID, TraceID: traceID, StartTime: at, TotalEstimatedCost: ptr(-1.0)}, "TotalEstimatedCost is -1; it must be at least 0"},
		{"no time", message.Span{ID: spanID, TraceID: traceID}, "StartTime is missing"},
		{"an update without an id", message.TraceUpdate{Name: "n"}, "ID is missing"},
		{"too many", message.TraceUpdate{ID: traceID, Tags: make([]string, 51)}, "Tags has 51 elements; at most 50 are allowed"},
		{"a thread's id is any text", message.ThreadScore{ThreadID: "thread 1", Name: "n"}, ""},
	} {
		got := ""
		if err := test.record.Validate(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestTwin checks that encoding/json gives a message the meaning that its encoder
// has, for one with everything set; the fuzz tests do it for anything.
func TestTwin(t *testing.T) {
	record := span(chat(), []any{"a"})
	var got, want any
	for _, side := range []struct {
		data []byte
		into *any
	}{{record.AppendJSON(nil), &got}, {marshal(t, record), &want}} {
		if err := json.Unmarshal(side.data, side.into); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

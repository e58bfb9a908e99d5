package prose_test

import (
	"testing"

	"github.com/opik-go/sdk/generator/internal/prose"
)

func TestGoNames(t *testing.T) {
	names := map[string]string{"start_time": "StartTime", "trace_id": "TraceID", "trace": "Trace"}
	for text, want := range map[string]string{
		"best with the time of start_time: ranges go by it": "best with the time of StartTime: ranges go by it",
		"trace_id, and start_time.":                         "TraceID, and StartTime.",
		"(trace_id)":                                        "(TraceID)",
		"a trace needs other_id":                            "a trace needs other_id",
		"usage.start_time, x_start_time, start_times":       "usage.start_time, x_start_time, start_times",
		"": "",
	} {
		if got := prose.GoNames(text, func(name string) string { return names[name] }); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	for phrase, want := range map[string]string{"at most 3 values": "At most 3 values.", "1 to 3 values": "1 to 3 values.", "": ""} {
		if got := prose.Sentence(phrase); got != want {
			t.Errorf("%q: got %q, want %q", phrase, got, want)
		}
	}
}

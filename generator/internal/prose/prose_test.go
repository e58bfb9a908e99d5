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

func TestLimits(t *testing.T) {
	n := func(v int) *int { return &v }
	f := func(v float64) *float64 { return &v }
	for got, want := range map[string]string{
		prose.Size(nil, nil, nil):            "",
		prose.Size(n(1), n(1000), nil):       "1 to 1,000 values",
		prose.Size(n(0), n(50), nil):         "at most 50 values",
		prose.Size(n(1), nil, nil):           "at least one value",
		prose.Size(n(2), nil, nil):           "at least 2 values",
		prose.Size(nil, nil, n(255)):         "at most 255 characters",
		prose.Between(f(1), f(200)):          "from 1 to 200",
		prose.Between(nil, f(2000)):          "at most 2,000",
		prose.Between(f(100), nil):           "at least 100",
		prose.Between(f(-1234567), f(0)):     "from -1,234,567 to 0",
		prose.Between(f(1), nil) + "nothing": "nothing",

		prose.Thousands(0) + " " + prose.Thousands(999) + " " + prose.Thousands(-1000): "0 999 -1,000",

		prose.WithLimits("Tags.", "at most 50 values"):                    "Tags. At most 50 values.",
		prose.WithLimits("At most 50 tags of text.", "at most 50 values"): "At most 50 tags of text.",
		prose.WithLimits("", "at most 5 characters", "", "from 1 to 2"):   "At most 5 characters. From 1 to 2.",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

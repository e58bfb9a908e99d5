package diag_test

import (
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
)

func TestNearest(t *testing.T) {
	names := []string{"createTrace", "createTraces", "getTraceById", "op", "field"}
	for _, tt := range []struct{ name, want string }{
		{"createTrace5", "createTrace"},
		{"creatTraces", "createTraces"},
		{"GetTraceByID", "getTraceById"},
		{"getTraecById", "getTraceById"}, // two letters swapped
		{"opp", "op"},
		{"filed", "field"},
		{"deleteDataset", ""}, // a hint must help, not puzzle
		{"", ""},
	} {
		if got := diag.Nearest(tt.name, names); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Among names that are equally near, the hint does not depend on their order.
func TestNearestIsStable(t *testing.T) {
	for _, names := range [][]string{{"cat", "car"}, {"car", "cat"}} {
		if got := diag.Nearest("cab", names); got != "car" {
			t.Errorf("Nearest of %q = %q, want car", names, got)
		}
	}
}

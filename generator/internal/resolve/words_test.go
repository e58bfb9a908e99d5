package resolve

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"threadModelID", []string{"thread", "model", "id"}},
		{"thread_model_id", []string{"thread", "model", "id"}},
		{"delete-batch", []string{"delete", "batch"}},
		{"traceIDs", []string{"trace", "ids"}},
		{"IDs", []string{"ids"}},
		{"CreateItemsFromCSV", []string{"create", "items", "from", "csv"}},
		{"KPICards", []string{"kpi", "cards"}},
		{"Annotation Queues", []string{"annotation", "queues"}},
		{"", nil},
	} {
		if got := words(tt.name); !slices.Equal(got, tt.want) {
			t.Errorf("words(%q) = %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for one, many := range map[string]string{
		"trace": "traces", "activity": "activities", "key": "keys", "class": "classes", "box": "boxes",
		"dataset item": "dataset items", "branch": "branches",
	} {
		if got := plural(one); got != many {
			t.Errorf("plural(%q) = %q, want %q", one, got, many)
		}
		if got := singular(many); got != one {
			t.Errorf("singular(%q) = %q, want %q", many, got, one)
		}
	}
}

func TestArgName(t *testing.T) {
	for wire, want := range map[string]string{
		"id": "id", "ids": "ids", "trace_id": "traceID", "bookId": "bookID", "span_ids": "spanIDs", "entity_type": "entityType",
	} {
		if got := argName(wire); got != want {
			t.Errorf("argName(%q) = %q, want %q", wire, got, want)
		}
	}
}

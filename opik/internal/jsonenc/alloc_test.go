//go:build !race

package jsonenc_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// TestNoAllocations holds for the types that need no reflection. (The race
// detector makes pools forget.)
func TestNoAllocations(t *testing.T) {
	dst := make([]byte, 0, 4096)
	at := time.Date(2026, 7, 24, 0, 0, 0, 0, time.UTC)
	for name, v := range map[string]any{
		"string": "text \" with \n escapes",
		"number": json.Number("1.5"),
		"time":   at,
		"bytes":  []byte("abc"),
		"raw":    jsonenc.Raw(`{"a":1}`),
		"lists":  []any{1, "a", 2.5, true, nil, []string{"b"}, []map[string]any{{"c": 1}}},
		"maps":   map[string]any{"a": map[string]any{"b": map[string]string{"c": "d"}}, "e": int64(1), "f": at},
	} {
		jsonenc.AppendValue(dst, v) // fills the pool
		if n := testing.AllocsPerRun(200, func() { jsonenc.AppendValue(dst, v) }); n != 0 {
			t.Errorf("%s: %g allocations", name, n)
		}
	}
	usage := map[string]int{"prompt_tokens": 1, "completion_tokens": 2}
	if n := testing.AllocsPerRun(200, func() {
		d := jsonenc.AppendMap(dst, usage, jsonenc.AppendInt[int])
		jsonenc.AppendTime(jsonenc.AppendFloat(d, 1.5), at)
	}); n != 0 {
		t.Errorf("typed fields: %g allocations", n)
	}
}

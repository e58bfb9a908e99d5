package jsonenc_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/fuzzvalue"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// BenchmarkAppendValue and BenchmarkMarshal encode the same values: a chat
// request of 1 KB as maps, and a struct, which needs reflection.
var benchValues = []struct {
	name  string
	value any
}{
	{"maps", map[string]any{
		"model": "gpt-4o", "temperature": 0.2, "max_tokens": 256,
		"messages": []any{
			map[string]any{"role": "system", "content": strings.Repeat("You are helpful. ", 25)},
			map[string]any{"role": "user", "content": strings.Repeat("What is the answer? ", 25)},
		},
	}},
	{"struct", &fuzzvalue.Record{
		Base: fuzzvalue.Base{Kind: "kind"}, Plain: "plain", List: []string{"a", "b"},
		Numbers: map[string]int{"one": 1, "two": 2}, Free: []any{1, "two"},
	}},
}

func BenchmarkAppendValue(b *testing.B) {
	for _, bench := range benchValues {
		b.Run(bench.name, func(b *testing.B) {
			dst := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				dst = jsonenc.AppendValue(dst[:0], bench.value)
			}
		})
	}
}

func BenchmarkMarshal(b *testing.B) {
	for _, bench := range benchValues {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(bench.value); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

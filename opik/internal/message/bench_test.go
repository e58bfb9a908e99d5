package message_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/message"
)

var text = strings.Repeat("The quick brown fox jumps over the lazy dog. ", 23)[:1024]

// chat is a request to a language model of about 1 KB, as an application has it.
func chat() any {
	return map[string]any{
		"model":       "gpt-4o",
		"temperature": 0.2,
		"max_tokens":  256,
		"messages": []any{
			map[string]any{"role": "system", "content": text[:400]},
			map[string]any{"role": "user", "content": text[:500]},
		},
	}
}

func span(input, output any) message.Span {
	at := time.Date(2026, 7, 24, 12, 0, 0, 123456789, time.UTC)
	return message.Span{
		ID: "019c8f1e-7a55-7c3e-9b1a-0f2d3c4b5a69", TraceID: "019c8f1e-7a55-7c3e-9b1a-0f2d3c4b5a68",
		ProjectName: "project", Name: "answer", Type: rest.SpanTypeLLM, Source: rest.SourceSDK,
		StartTime: at, EndTime: at.Add(time.Second), LastUpdatedAt: at.Add(time.Second),
		Model: "gpt-4o", Provider: "openai", Tags: []string{"production"},
		Usage: map[string]int{"prompt_tokens": 200, "completion_tokens": 90, "total_tokens": 290},
		Input: input, Output: output,
	}
}

var spans = []struct {
	name string
	span message.Span
}{
	{"text", span(text, text)},
	{"chat", span(chat(), chat())},
	{"encoded", span(jsonenc.Raw(jsonenc.AppendValue(nil, chat())), jsonenc.Raw(jsonenc.AppendValue(nil, chat())))},
}

// BenchmarkAppendSpan is the cost of one span with input and output of 1 KB each.
func BenchmarkAppendSpan(b *testing.B) {
	for _, bench := range spans {
		b.Run(bench.name, func(b *testing.B) {
			dst := make([]byte, 0, 8<<10)
			b.ReportAllocs()
			for b.Loop() {
				dst = bench.span.AppendJSON(dst[:0])
			}
			b.SetBytes(int64(len(dst)))
		})
	}
}

// BenchmarkMarshalSpan is encoding/json for the same, for comparison.
func BenchmarkMarshalSpan(b *testing.B) {
	for _, bench := range spans {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(bench.span); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package opik

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

func TestNormalizeUsage(t *testing.T) {
	type counts = map[string]int
	type object = map[string]any
	tests := []struct {
		name  string
		usage any
		want  counts
	}{
		{"nil", nil, nil},
		{"nil pointer", (*Usage)(nil), nil},
		{"no object", "12 tokens", nil},
		{"a list", []int{1, 2}, nil},
		{"empty map", counts{}, nil},
		{"zero Usage", Usage{}, nil},
		{"Usage computes the total", Usage{PromptTokens: 3, CompletionTokens: 4},
			counts{"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}},
		{"Usage with its own total", &Usage{PromptTokens: 3, TotalTokens: 9},
			counts{"prompt_tokens": 3, "total_tokens": 9}},
		{"Usage with others", Usage{CompletionTokens: 1, Other: counts{"original_usage.cached": 2}},
			counts{"completion_tokens": 1, "total_tokens": 1, "original_usage.cached": 2}},
		{"Usage beyond 32 bits", Usage{PromptTokens: 2e9, CompletionTokens: 1e9, Other: counts{"big": 3e9, "small": 1}},
			counts{"prompt_tokens": 2e9, "completion_tokens": 1e9, "small": 1}},
		{"a sum beyond 32 bits", counts{"prompt_tokens": 2e9, "completion_tokens": 1e9},
			counts{"prompt_tokens": 2e9, "completion_tokens": 1e9,
				"original_usage.prompt_tokens": 2e9, "original_usage.completion_tokens": 1e9}},
		{"another sum beyond 32 bits", counts{"input_tokens": 2e9, "output_tokens": 1, "cache_read_input_tokens": 1e9},
			counts{"completion_tokens": 1, "original_usage.input_tokens": 2e9,
				"original_usage.output_tokens": 1, "original_usage.cache_read_input_tokens": 1e9}},
		{"OpenAI", counts{"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
			counts{"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
				"original_usage.prompt_tokens": 3, "original_usage.completion_tokens": 4, "original_usage.total_tokens": 7}},
		{"without a total", object{"prompt_tokens": 1, "completion_tokens": 2},
			counts{"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3,
				"original_usage.prompt_tokens": 1, "original_usage.completion_tokens": 2}},
		{"only the total", counts{"total_tokens": 5},
			counts{"total_tokens": 5, "original_usage.total_tokens": 5}},
		{"OpenAI Responses, nested",
			object{"input_tokens": 10, "output_tokens": 4, "total_tokens": 14, "input_tokens_details": object{"cached_tokens": 6}},
			counts{"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14,
				"original_usage.input_tokens": 10, "original_usage.output_tokens": 4, "original_usage.total_tokens": 14,
				"original_usage.input_tokens_details.cached_tokens": 6}},
		{"Anthropic", counts{"input_tokens": 10, "output_tokens": 4, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2},
			counts{"prompt_tokens": 15, "completion_tokens": 4, "total_tokens": 19,
				"original_usage.input_tokens": 10, "original_usage.output_tokens": 4,
				"original_usage.cache_read_input_tokens": 3, "original_usage.cache_creation_input_tokens": 2}},
		{"Google, thoughts apart", counts{"prompt_token_count": 10, "candidates_token_count": 3, "thoughts_token_count": 2, "total_token_count": 15},
			counts{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
				"original_usage.prompt_token_count": 10, "original_usage.candidates_token_count": 3,
				"original_usage.thoughts_token_count": 2, "original_usage.total_token_count": 15}},
		{"Google, thoughts included", counts{"prompt_token_count": 10, "candidates_token_count": 5, "thoughts_token_count": 2, "total_token_count": 15},
			counts{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
				"original_usage.prompt_token_count": 10, "original_usage.candidates_token_count": 5,
				"original_usage.thoughts_token_count": 2, "original_usage.total_token_count": 15}},
		{"Google without candidates", object{"prompt_token_count": 10, "candidates_token_count": nil, "total_token_count": 10},
			counts{"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10,
				"original_usage.prompt_token_count": 10, "original_usage.total_token_count": 10}},
		{"Bedrock", counts{"inputTokens": 1, "outputTokens": 2},
			counts{"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3,
				"original_usage.inputTokens": 1, "original_usage.outputTokens": 2}},
		{"unknown", object{"foo": 1, "nest": object{"z": 2}, "bar": "x", "half": 0.5, "yes": true},
			counts{"original_usage.foo": 1, "original_usage.nest.z": 2}},
		{"already normalised", object{"prompt_tokens": 1, "original_usage.x": 2, "name": "y"},
			counts{"prompt_tokens": 1, "original_usage.x": 2}},
		{"a struct", struct {
			Prompt int `json:"prompt_tokens"`
		}{4}, counts{"prompt_tokens": 4, "total_tokens": 4, "original_usage.prompt_tokens": 4}},
		{"encoded JSON", json.RawMessage(`{"prompt_tokens":4}`),
			counts{"prompt_tokens": 4, "total_tokens": 4, "original_usage.prompt_tokens": 4}},
		{"beyond 32 bits", object{"prompt_tokens": math.MaxInt64, "completion_tokens": 1},
			counts{"completion_tokens": 1, "total_tokens": 1, "original_usage.completion_tokens": 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := normalizeUsage(tt.usage); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

func TestNormalizeUsageDoesNotKeepTheMap(t *testing.T) {
	usage := Usage{PromptTokens: 1, Other: map[string]int{"a": 1}}
	got := normalizeUsage(usage)
	got["a"] = 2
	if usage.Other["a"] != 1 || len(usage.Other) != 1 {
		t.Errorf("the caller's map became %v", usage.Other)
	}
}

func FuzzNormalizeUsage(f *testing.F) {
	f.Add(`{"prompt_tokens":1}`)
	f.Add(`{"a":{"b":{"c":1e3}},"input_tokens":-1,"output_tokens":99999999999}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		for name, n := range normalizeUsage(json.RawMessage(text)) {
			if n > math.MaxInt32 || n < math.MinInt32 {
				t.Errorf("%s is %d", name, n)
			}
		}
	})
}

package opik

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// Usage counts the tokens that a call of a model took. Its counts are sent as they
// are; fields that are zero are left out.
type Usage struct {
	// PromptTokens is what the model read, cached tokens included.
	PromptTokens int
	// CompletionTokens is what the model wrote, reasoning included.
	CompletionTokens int
	// TotalTokens is the sum of both unless it is set.
	TotalTokens int
	// Other holds further counts under the names that they are sent with, for
	// example "original_usage.cache_read_input_tokens", which the server uses to
	// compute the cost.
	Other map[string]int
}

// Names under which the server expects counts.
const (
	usagePrompt     = "prompt_tokens"
	usageCompletion = "completion_tokens"
	usageTotal      = "total_tokens"
	usageOriginal   = "original_usage."
)

// maxUsageDepth bounds how deep nested counts are followed.
const maxUsageDepth = 10

// normalizeUsage returns the counts to send: the three that every provider can be
// brought to, and those of the provider under original_usage with dots between the
// levels. Nothing but whole numbers survives. It returns nil if nothing is left.
func normalizeUsage(v any) map[string]int {
	var flat map[string]int
	switch v := v.(type) {
	case nil:
		return nil
	case Usage:
		return v.counts()
	case *Usage:
		if v == nil {
			return nil
		}
		return v.counts()
	case map[string]int:
		flat = make(map[string]int, len(v))
		for name, n := range v {
			addCount(flat, name, int64(n))
		}
	default:
		flat = flattenUsage(v)
	}
	for name := range flat {
		if strings.HasPrefix(name, usageOriginal) {
			return flat // somebody has brought it into this form before
		}
	}
	out := make(map[string]int, len(flat)+3)
	for name, n := range flat {
		out[usageOriginal+name] = n
	}
	addTotals(out, flat)
	if len(out) == 0 {
		return nil
	}
	return out
}

func (u Usage) counts() map[string]int {
	out := make(map[string]int, len(u.Other)+3)
	for name, n := range u.Other {
		addCount(out, name, int64(n))
	}
	set := func(name string, n int) {
		if n != 0 {
			addCount(out, name, int64(n))
		}
	}
	set(usagePrompt, u.PromptTokens)
	set(usageCompletion, u.CompletionTokens)
	set(usageTotal, u.TotalTokens)
	if u.TotalTokens == 0 {
		set(usageTotal, u.PromptTokens+u.CompletionTokens)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// addCount keeps what the server takes: its counts are 32 bits wide, and one that
// is wider would make it refuse the span.
func addCount(counts map[string]int, name string, n int64) {
	if n >= math.MinInt32 && n <= math.MaxInt32 {
		counts[name] = int(n)
	}
}

// flattenUsage reads any value that encodes as a JSON object, such as the usage
// struct of a provider's own library.
func flattenUsage(v any) map[string]int {
	decoder := json.NewDecoder(bytes.NewReader(jsonenc.AppendValue(nil, v)))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		return nil // a text, a number, a list: nothing that counts tokens
	}
	flat := make(map[string]int, len(members))
	flatten(flat, "", members, maxUsageDepth)
	return flat
}

func flatten(flat map[string]int, prefix string, members map[string]any, depth int) {
	for name, member := range members {
		switch member := member.(type) {
		case json.Number:
			if n, err := member.Int64(); err == nil {
				addCount(flat, prefix+name, n)
			}
		case map[string]any:
			if depth > 1 {
				flatten(flat, prefix+name+".", member, depth-1)
			}
		}
	}
}

// usageShapes tells the ways apart in which providers count, by the names they use.
// The first that fits is taken.
var usageShapes = []struct {
	requires                  []string
	prompt, completion, total func(map[string]int) int
}{
	{ // OpenAI, and everybody who follows it
		requires:   []string{usagePrompt, usageCompletion, usageTotal},
		prompt:     sumOf(usagePrompt),
		completion: sumOf(usageCompletion),
		total:      sumOf(usageTotal),
	},
	{ // OpenAI's Responses
		requires:   []string{"input_tokens", "output_tokens", usageTotal},
		prompt:     sumOf("input_tokens"),
		completion: sumOf("output_tokens"),
		total:      sumOf(usageTotal),
	},
	{ // Google
		requires:   []string{"prompt_token_count", "total_token_count"},
		prompt:     sumOf("prompt_token_count"),
		completion: googleCompletion,
		total:      sumOf("total_token_count"),
	},
	{ // Anthropic counts what its cache held apart
		requires:   []string{"input_tokens", "output_tokens"},
		prompt:     sumOf("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
		completion: sumOf("output_tokens"),
	},
	{ // Bedrock
		requires:   []string{"inputTokens", "outputTokens"},
		prompt:     sumOf("inputTokens"),
		completion: sumOf("outputTokens"),
	},
}

// googleCompletion adds the tokens of thoughts unless the candidates include them.
func googleCompletion(counts map[string]int) int {
	candidates := counts["candidates_token_count"]
	if counts["prompt_token_count"]+candidates == counts["total_token_count"] {
		return candidates
	}
	return candidates + counts["thoughts_token_count"]
}

func sumOf(names ...string) func(map[string]int) int {
	return func(counts map[string]int) int {
		sum := 0
		for _, name := range names {
			sum += counts[name]
		}
		return sum
	}
}

// addTotals adds prompt_tokens, completion_tokens and total_tokens as far as the
// counts tell them.
func addTotals(out, counts map[string]int) {
	for _, shape := range usageShapes {
		if !hasAll(counts, shape.requires) {
			continue
		}
		prompt, completion := shape.prompt(counts), shape.completion(counts)
		total := prompt + completion
		if shape.total != nil {
			total = shape.total(counts)
		}
		addCount(out, usagePrompt, int64(prompt))
		addCount(out, usageCompletion, int64(completion))
		addCount(out, usageTotal, int64(total))
		return
	}
	prompt, hasPrompt := counts[usagePrompt]
	completion, hasCompletion := counts[usageCompletion]
	if hasPrompt {
		out[usagePrompt] = prompt
	}
	if hasCompletion {
		out[usageCompletion] = completion
	}
	if total, ok := counts[usageTotal]; ok {
		out[usageTotal] = total
	} else if hasPrompt || hasCompletion {
		addCount(out, usageTotal, int64(prompt)+int64(completion))
	}
}

func hasAll(counts map[string]int, names []string) bool {
	for _, name := range names {
		if _, ok := counts[name]; !ok {
			return false
		}
	}
	return true
}

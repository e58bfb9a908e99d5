package store

import (
	"cmp"
	"slices"

	"github.com/opik-go/sdk/opik/opiktest/internal/apierr"
	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/uuid7"
)

// guardrailKey identifies what a guardrail said about a span of a trace.
type guardrailKey struct{ Project, Trace, Span, Name string }

// AddGuardrails stores what guardrails said: all or nothing. The traces and spans
// need not exist.
func (s *Store) AddGuardrails(items []doc.Object, user string) error {
	for _, item := range items {
		for _, name := range []string{"entity_id", "secondary_id"} {
			if !uuid7.IsV7(lower(doc.String(item, name))) {
				return apierr.NotVersion7("guardrail " + name)
			}
		}
	}
	for _, item := range items {
		p := s.projectForWrite(doc.String(item, "project_name"), user)
		key := guardrailKey{p.ID, lower(doc.String(item, "entity_id")), lower(doc.String(item, "secondary_id")), doc.String(item, "name")}
		s.guardrails[key] = doc.String(item, "result")
	}
	return nil
}

// guardrailViews returns what guardrails said about a trace, by span.
func (s *Store) guardrailViews(trace *Row) []any {
	var keys []guardrailKey
	for k := range s.guardrails {
		if k.Trace == trace.ID && k.Project == trace.Project {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b guardrailKey) int { return cmp.Or(cmp.Compare(a.Span, b.Span), cmp.Compare(a.Name, b.Name)) })
	var out []any
	for i, k := range keys {
		check := doc.Object{"name": k.Name, "result": s.guardrails[k]}
		if i > 0 && keys[i-1].Span == k.Span {
			last := out[len(out)-1].(doc.Object)
			last["checks"] = append(last["checks"].([]any), check)
			continue
		}
		out = append(out, doc.Object{"span_id": k.Span, "checks": []any{check}})
	}
	return out
}

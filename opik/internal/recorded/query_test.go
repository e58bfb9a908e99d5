package recorded

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik"
)

// Why this SDK reads a text of the query language in another way.
const (
	dottedKey  = "a second dot can only go on with the key"
	singleText = "single quotes are around keys, and can be around texts"
	escapes    = "a backslash before a quote is the only sense of it"
	exponent   = "a number with an exponent is a number; it is sent without one"
	plainPoint = "the server reads no number that ends with a point"
	unknown    = "the server refuses the whole request for a field that it does not know"
	needsKey   = "the server refuses such a field without a key"
	openAnd    = "something is missing behind AND"
	known      = "the server knows the field"
)

// typescriptQueries has the reasons by the number of the case.
var typescriptQueries = map[int]string{
	17: dottedKey,  // traces: metadata.a.b = "x"
	35: known,      // traces: source = "sdk"
	40: known,      // traces: ttft > 1
	45: openAnd,    // traces: name = "a" AND
	47: singleText, // traces: name = 'a'
	54: escapes,    // traces: name = "a\"b"
	62: needsKey,   // traces: feedback_scores > 1
	64: exponent,   // traces: duration > 1e3
	66: plainPoint, // traces: duration > 1.
	75: known,      // spans: source = "sdk"
}

// pythonQueries is the same for the Python SDK.
var pythonQueries = map[int]string{
	17: dottedKey,                  // traces: metadata.a.b = "x"
	24: unknown,                    // traces: usage > 1
	25: "a number may be negative", // traces: duration = -2
	39: unknown,                    // traces: span_count > 1
	47: singleText,                 // traces: name = 'a'
	51: unknown,                    // traces: unknown_field = "a"
	54: escapes,                    // traces: name = "a\"b"
	62: needsKey,                   // traces: feedback_scores > 1
	64: exponent,                   // traces: duration > 1e3
	66: plainPoint,                 // traces: duration > 1.
	72: unknown,                    // spans: llm_span_count = 1
	83: unknown,                    // threads: name = "x"
}

// query reads a text. The type of a field, which the official SDKs send with each
// filter, is no property of filters in the contract, and is not compared.
func query(t *testing.T, recorded json.RawMessage) string {
	t.Helper()
	var c struct {
		Entity, Query string
		Output        []rest.Filter
		Error         bool
	}
	if err := json.Unmarshal(recorded, &c); err != nil {
		t.Fatal(err)
	}
	got, err := parseQuery(t, c.Entity, c.Query)
	switch {
	case err != nil && c.Error:
		return ""
	case err != nil:
		return err.Error()
	case c.Error || !slices.Equal(got, c.Output):
		return fmt.Sprintf("%+v", got)
	}
	return ""
}

// parseQuery reads a text as a filter of an entity.
func parseQuery(t *testing.T, entity, text string) ([]rest.Filter, error) {
	t.Helper()
	switch entity {
	case "traces":
		list, err := opik.TraceFilter(text).Parse()
		return filtersOf(list), err
	case "spans":
		list, err := opik.SpanFilter(text).Parse()
		return filtersOf(list), err
	case "threads":
		list, err := opik.ThreadFilter(text).Parse()
		return filtersOf(list), err
	case "prompts":
		return opik.PromptFilter(text).Parse()
	}
	t.Fatalf("the entity %q", entity)
	return nil, nil
}

// filtersOf drops the entity from the type of filters.
func filtersOf[T rest.TraceFilter | rest.SpanFilter | rest.TraceThreadFilter](list []T) (all []rest.Filter) {
	for _, f := range list {
		all = append(all, rest.Filter(f))
	}
	return all
}

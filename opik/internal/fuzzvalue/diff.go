package fuzzvalue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Decode decodes JSON, with numbers as json.Number, and fails the test if it is not
// exactly one value.
func Decode(t *testing.T, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %q", err, data)
	}
	if d.More() {
		t.Fatalf("more than one value in %q", data)
	}
	return v
}

// Diff compares two values that were decoded with numbers as json.Number: it
// describes the first difference, or returns "". Numbers are equal if they have
// the same value, however they are written.
func Diff(got, want any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(w)) {
			v, ok := g[name]
			if !ok {
				return fmt.Sprintf("%q: missing, want %v", name, w[name])
			}
			if d := Diff(v, w[name]); d != "" {
				return fmt.Sprintf("%q.%s", name, d)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(g)) {
			if _, ok := w[name]; !ok {
				return fmt.Sprintf("%q: unexpected, %v", name, g[name])
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if d := Diff(g[i], w[i]); d != "" {
				return fmt.Sprintf("[%d].%s", i, d)
			}
		}
		return ""
	case json.Number:
		if g, ok := got.(json.Number); ok && (g == w || fraction(g) && fraction(w) && float(g) == float(w)) {
			return ""
		}
	default:
		if got == want {
			return ""
		}
	}
	return fmt.Sprintf("value: got %#v, want %#v", got, want)
}

// fraction reports whether a number is written as a float.
func fraction(n json.Number) bool { return strings.ContainsAny(string(n), ".eE") }

func float(n json.Number) float64 {
	v, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return 0
	}
	return v
}

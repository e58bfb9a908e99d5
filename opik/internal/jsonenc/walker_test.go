package jsonenc

import (
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// TestSize checks that a small graph which spells out to 2^40 leaves is cut.
func TestSize(t *testing.T) {
	type pair struct{ A, B any }
	for name, wrap := range map[string]func(v any) any{
		"list":   func(v any) any { return []any{v, v} },
		"object": func(v any) any { return map[string]any{"a": v, "b": v} },
		"struct": func(v any) any { return &pair{v, v} },
		"map":    func(v any) any { return map[int]any{1: v, 2: v} },
		"array":  func(v any) any { return &[2]any{v, v} },
	} {
		v := any("leaf")
		for range 40 {
			v = wrap(v)
		}
		w := &walker{limit: 10_000}
		got := w.value(nil, v)
		if !json.Valid(got) || len(got) > 20_000 || !strings.Contains(string(got), "<opik: value exceeds 64 MiB>") {
			t.Errorf("%s: %d bytes, valid %t", name, len(got), json.Valid(got))
		}
		if len(w.path) != 0 || len(w.members) != 0 {
			t.Errorf("%s: the walker still holds %d containers and %d members", name, len(w.path), len(w.members))
		}
	}
}

// TestRest checks that a walker at rest keeps nothing of the user's alive.
func TestRest(t *testing.T) {
	w := &walker{limit: maxSize}
	w.value(nil, map[string]any{"a": []any{map[string]any{"b": 1}}, "c": map[string]string{"d": "e"}})
	for _, c := range w.path[:cap(w.path)] {
		if c != (container{}) {
			t.Errorf("a container is kept: %v", c.typ)
		}
	}
	for _, m := range w.members[:cap(w.members)] {
		if m != (member{}) {
			t.Errorf("the member %v is kept", m)
		}
	}
}

// TestLastResort checks that a panic inside the encoder itself stays there.
func TestLastResort(t *testing.T) {
	got := new(walker).run([]byte("x"), broken{})
	if string(got) != `x"<opik: panic while encoding jsonenc.broken: boom>"` {
		t.Errorf("got %s", got)
	}
}

// broken makes its field encoder panic outside of any guarded method.
type broken struct{ A any }

func init() {
	infoOf(reflect.TypeFor[broken]()).fields = func() []field { panic("boom") }
}

// leaving ends the goroutine that encodes it, as a failing check in a test does.
type leaving struct{}

func (leaving) MarshalJSON() ([]byte, error) { runtime.Goexit(); return nil, nil }

func TestGoexitSpoilsNoWalker(t *testing.T) {
	value := map[string]any{"a": []any{leaving{}}}
	for range 100 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			AppendValue(nil, value)
		}()
		<-done
	}
	delete(value, "a")
	value["b"] = 1
	for range 100 {
		if got := string(AppendValue(nil, value)); got != `{"b":1}` {
			t.Fatalf("got %s", got)
		}
	}
}

package fuzzvalue

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Level is a number that encodes itself as text, as a value and as a key.
type Level uint8

// MarshalText returns a name for the level.
func (l Level) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "level %d", l), nil }

// Failing cannot be encoded.
type Failing struct{}

// MarshalJSON fails.
func (Failing) MarshalJSON() ([]byte, error) { return nil, errors.New("no way") }

// Panicking cannot be encoded either.
type Panicking struct{}

// MarshalJSON panics.
func (Panicking) MarshalJSON() ([]byte, error) { panic("ouch") }

// Lying returns what is no JSON.
type Lying struct{}

// MarshalJSON returns half an object.
func (Lying) MarshalJSON() ([]byte, error) { return []byte(`{"a":`), nil }

// Node can be part of a cycle.
type Node struct {
	Name string
	Next *Node `json:",omitempty"`
}

// odd returns a value that JSON cannot hold.
func odd(s *Source, _ int) (value, meaning any) {
	switch s.Intn(10) {
	case 0:
		return make(chan int), "<opik: unsupported type chan int>"
	case 1:
		return func() {}, "<opik: unsupported type func()>"
	case 2:
		return complex(1, 2), "<opik: unsupported type complex128>"
	case 3:
		return Failing{}, "<opik: fuzzvalue.Failing.MarshalJSON failed: no way>"
	case 4:
		return &Panicking{}, "<opik: *fuzzvalue.Panicking.MarshalJSON panicked: ouch>"
	case 5:
		return Lying{}, "<opik: fuzzvalue.Lying.MarshalJSON returned invalid JSON>"
	case 6:
		m := map[string]any{"one": 1}
		m["self"] = m
		return m, map[string]any{"one": 1, "self": "<opik: cycle in map[string]interface {}>"}
	case 7:
		n := &Node{Name: "a"}
		n.Next = &Node{Name: "b", Next: n}
		return n, map[string]any{"Name": "a", "Next": map[string]any{"Name": "b", "Next": "<opik: cycle in *fuzzvalue.Node>"}}
	case 8:
		list := []any{1, nil}
		list[1] = list
		return list, []any{1, "<opik: cycle in []interface {}>"}
	}
	return json.Number("1_000"), `<opik: invalid json.Number "1_000">`
}

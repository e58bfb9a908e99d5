package jsonenc_test

//lint:file-ignore SA5008 odd tags are what is tested here

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/fuzzvalue"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

// TestStructs compares the rules for structs with those of encoding/json.
func TestStructs(t *testing.T) {
	type Deep struct{ A, B, Only int }
	type Left struct {
		Deep
		A int
		C int
		X int
	}
	type Right struct {
		Deep
		B int
		D int `json:"C"`
		X int
	}
	type both struct {
		Left
		*Right
		E int `json:"e,omitempty"`
	}
	type lower struct{ F int }
	type withLower struct {
		lower
		G int
	}
	type named struct {
		Deep `json:"deep"`
		Odd  int `json:"a\"b"`
		Dash int `json:"-,"`
		None int `json:"-"`
		Punc int `json:"%$-/.:"`
	}
	type twice struct {
		Left
		Right
	}
	type options struct {
		Bool    bool        `json:",string"`
		Pointer *int        `json:",string"`
		Nil     *int        `json:",string"`
		Text    string      `json:",string"`
		Ignored []int       `json:",string"`
		Float   float64     `json:",string"`
		Number  json.Number `json:",string"`
		Array   [0]int      `json:",omitempty"`
		Struct  struct{}    `json:",omitempty"`
		Time    time.Time   `json:",omitzero"`
		Zero    *time.Time  `json:",omitzero"`
		Iface   any         `json:",omitempty"`
	}
	five := 5
	for _, v := range []any{
		Deep{1, 2, 3}, Left{Deep: Deep{1, 2, 3}, A: 4, C: 5},
		both{Left: Left{A: 1, C: 2, X: 3}, Right: &Right{B: 3, D: 4, X: 5}, E: 6}, both{Left: Left{A: 1}},
		twice{Left: Left{A: 1, C: 2}, Right: Right{B: 2, D: 3}},
		withLower{lower{1}, 2}, &withLower{lower{1}, 2}, named{Deep{1, 2, 3}, 4, 5, 6, 7},
		options{Pointer: &five, Text: "t", Number: "12"}, &options{Time: time.Unix(1, 0).UTC(), Float: 2},
		struct {
			*both
			H map[int]string
		}{nil, map[int]string{2: "b", 10: "a", -1: "c"}},
		[]any{map[fuzzvalue.Level]int{2: 1, 10: 2}, [3]bool{true}, []byte{}, new(any)},
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got := jsonenc.AppendValue(nil, v)
		if diff := fuzzvalue.Diff(fuzzvalue.Decode(t, got), fuzzvalue.Decode(t, want)); diff != "" {
			t.Errorf("%T differs at %s\n got %s\nwant %s", v, diff, got, want)
		}
	}
}

// counter has its IsZero, MarshalText and MarshalJSON on the pointer.
type counter struct{ n int }

func (c *counter) IsZero() bool                 { return c.n == 7 }
func (c *counter) MarshalText() ([]byte, error) { return []byte("counter"), nil }

type addressed struct{ n int }

func (a *addressed) MarshalJSON() ([]byte, error) { return []byte(`"by pointer"`), nil }

func TestPointerMethods(t *testing.T) {
	type holder struct {
		C counter   `json:"c,omitzero"`
		A addressed `json:"a"`
	}
	for _, v := range []any{
		holder{}, &holder{}, holder{C: counter{7}}, &holder{C: counter{7}},
		[]addressed{{1}}, [1]addressed{{1}}, map[string]addressed{"a": {1}}, map[string]*addressed{"a": {1}, "b": nil},
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got := jsonenc.AppendValue(nil, v); string(got) != string(want) {
			t.Errorf("%T: got %s, want %s", v, got, want)
		}
	}
}

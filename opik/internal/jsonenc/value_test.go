package jsonenc_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/opik-go/sdk/opik/internal/fuzzvalue"
	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

type status int

type failure struct{ Code int }

func (f failure) Error() string { return "failure" }

// jsonFailure is an error that says how it is encoded.
type jsonFailure struct{}

func (jsonFailure) Error() string                { return "text" }
func (jsonFailure) MarshalJSON() ([]byte, error) { return []byte(`{ "code" : 1 }`), nil }

// silent panics when asked for its text.
type silent struct{}

func (*silent) Error() string { panic("no text") }

func TestAppendValue(t *testing.T) {
	var nilMap map[string]any
	var nilSlice []any
	var nilPointer *failure
	at := time.Date(2026, 7, 24, 12, 0, 0, 0, time.FixedZone("", 7200))
	for _, test := range []struct {
		name string
		in   any
		want string
	}{
		{"nil", nil, "null"},
		{"nil map", nilMap, "null"},
		{"nil slice", nilSlice, "null"},
		{"nil pointer", nilPointer, "null"},
		{"nil bytes", []byte(nil), "null"},
		{"bytes", []byte("hi?"), `"aGk/"`},
		{"empty containers", []any{map[string]any{}, []any{}, []string{}, map[string]string{}}, "[{},[],[],{}]"},
		{"sorted", map[string]any{"b": 1, "a": map[string]any{"d": nil, "c": true}}, `{"a":{"c":true,"d":null},"b":1}`},
		{"named type", status(3), "3"},
		{"free time keeps its zone", at, `"2026-07-24T12:00:00+02:00"`},
		{"free time has no range", time.Date(1815, 12, 10, 0, 0, 0, 0, time.UTC), `"1815-12-10T00:00:00Z"`},
		{"time beyond RFC 3339", time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), `"<opik: time.Time outside RFC 3339>"`},
		{"NaN among others", map[string]any{"a": math.NaN(), "b": 1}, `{"a":"<opik: NaN>","b":1}`},
		{"float32", float32(0.1), "0.1"},
		{"float32 infinity", []float32{float32(math.Inf(-1)), 1}, `["<opik: -Inf>",1]`},
		{"error", errors.New("boom"), `"boom"`},
		{"error with fields", []any{failure{1}, &failure{2}}, `["failure","failure"]`},
		{"error in a field", struct{ Err error }{errors.New("boom")}, `{"Err":"boom"}`},
		{"nil error in a field", struct{ Err error }{}, `{"Err":null}`},
		{"error with MarshalJSON", struct{ Err error }{jsonFailure{}}, `{"Err":{"code":1}}`},
		{"error that panics", &silent{}, `"<opik: *jsonenc_test.silent.Error panicked: no text>"`},
		{"raw message", json.RawMessage(" { \"a\" : [ 1 , 2 ] , \"b c\" : \"d  e\\\" f\" } "), `{"a":[1,2],"b c":"d  e\" f"}`},
		{"invalid raw message", map[string]any{"a": json.RawMessage("{"), "b": 1}, `{"a":"<opik: invalid JSON in json.RawMessage>","b":1}`},
		{"two raw values", json.RawMessage("1 2"), `"<opik: invalid JSON in json.RawMessage>"`},
		{"raw message with bad UTF-8", json.RawMessage("\"a\xff\""), "\"a\ufffd\""},
		{"nil raw message", json.RawMessage(nil), "null"},
		{"raw is trusted", []any{jsonenc.Raw(`{"a": 1}`), jsonenc.Raw(nil)}, `[{"a": 1},null]`},
		{"raw in a struct", struct{ R jsonenc.Raw }{jsonenc.Raw(`[1]`)}, `{"R":[1]}`},
		{"number", json.Number("1.50"), "1.50"},
		{"empty number", json.Number(""), "0"},
		{"invalid number", json.Number("1.5 "), `"<opik: invalid json.Number \"1.5 \">"`},
		{"keys of any type", map[any]any{1: "int", "s": "string", true: "bool", 1.5: "float", nil: "nil"},
			`{"1":"int","1.5":"float","null":"nil","s":"string","true":"bool"}`},
		{"keys without text", map[any]int{struct{}{}: 1}, `{"<opik: unsupported key type struct {}>":1}`},
		{"key that fails", map[fuzzvalue.Level]int{4: 1}, `{"level 4":1}`},
		{"channel among others", struct {
			C chan int
			D int
		}{make(chan int), 1}, `{"C":"<opik: unsupported type chan int>","D":1}`},
		{"no Stringer", []any{status(1), time.Second}, "[1,1000000000]"},
		{"quotes in a type", map[string]any{"f": (func(struct {
			A int `json:"a"`
		}))(nil)}, `{"f":"<opik: unsupported type func(struct { A int \"json:\\\"a\\\"\" })>"}`},
		{"array of bytes", [2]byte{1, 2}, "[1,2]"},
		{"named bytes", []status{1}, "[1]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := string(jsonenc.AppendValue([]byte("x"), test.in))
			if got != "x"+test.want {
				t.Errorf("got %s, want %s", got[1:], test.want)
			}
		})
	}
}

func TestCycles(t *testing.T) {
	self := map[string]any{}
	self["self"] = self
	self["more"] = []any{self, 1}

	var pointer any
	pointer = &pointer

	type node struct {
		Left, Right *node
		List        []*node
	}
	shared := &node{}
	tree := &node{Left: shared, Right: shared}
	tree.List = []*node{tree, shared}

	ring := make([]any, 2)
	ring[0] = ring[:1]

	byName := map[string]*node{}
	byName["n"] = &node{Left: tree}

	for _, test := range []struct {
		name string
		in   any
		want string
	}{
		{"map", self, `{"more":["<opik: cycle in map[string]interface {}>",1],"self":"<opik: cycle in map[string]interface {}>"}`},
		{"pointer", pointer, `"<opik: cycle in *interface {}>"`},
		{"shared is no cycle", tree, `{"Left":{"Left":null,"Right":null,"List":null},"Right":{"Left":null,"Right":null,"List":null},` +
			`"List":["<opik: cycle in *jsonenc_test.node>",{"Left":null,"Right":null,"List":null}]}`},
		{"slice", ring, `[["<opik: cycle in []interface {}>"],null]`},
		{"many empty", []any{[]any{}, []any{}, map[string]any{}}, `[[],[],{}]`},
	} {
		if got := string(jsonenc.AppendValue(nil, test.in)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// twin and its field have one address, which must not look like a cycle.
type twin struct{ Inner inner }
type inner struct{ Self *inner }

func TestFirstFieldIsNoCycle(t *testing.T) {
	v := &twin{}
	if got := string(jsonenc.AppendValue(nil, []any{v, &v.Inner, &struct{ T *twin }{v}})); strings.Contains(got, "cycle") {
		t.Error(got)
	}
}

func TestDepth(t *testing.T) {
	nested := func(levels int) any {
		v := any("end")
		for range levels {
			v = []any{v}
		}
		return v
	}
	if got := string(jsonenc.AppendValue(nil, nested(500))); !strings.Contains(got, `"end"`) {
		t.Errorf("500 levels were cut: %s", got)
	}
	got := jsonenc.AppendValue(nil, map[string]any{"deep": nested(1_000_000), "flat": 1})
	if !json.Valid(got) || !strings.Contains(string(got), "<opik: nesting deeper than 500 at []interface {}>") || !strings.HasSuffix(string(got), `"flat":1}`) {
		t.Errorf("deep nesting: %d bytes", len(got))
	}
	raw := json.RawMessage(strings.Repeat("[", 600) + strings.Repeat("]", 600))
	if got := string(jsonenc.AppendValue(nil, raw)); got != `"<opik: invalid JSON in json.RawMessage>"` {
		t.Errorf("deep raw message: %s", got)
	}
	list := &fuzzvalue.Node{}
	for range 1000 {
		list = &fuzzvalue.Node{Next: list}
	}
	if got := jsonenc.AppendValue(nil, list); !json.Valid(got) || !strings.Contains(string(got), "nesting deeper") {
		t.Errorf("long list: %s", got)
	}
}

// badZero panics when asked whether it is zero.
type badZero struct{ N int }

func (badZero) IsZero() bool { panic("no") }

func TestForeignMethodsCannotHurt(t *testing.T) {
	long := strings.Repeat("é", 300)
	for _, test := range []struct {
		in   any
		want string
	}{
		{struct {
			B badZero `json:"b,omitzero"`
		}{}, `{"b":{"N":0}}`},
		{marshalFunc(func() ([]byte, error) { return nil, errors.New(long) }), "failed: " + strings.Repeat("é", 100) + "...>"},
		{marshalFunc(func() ([]byte, error) { panic(errors.New("inner")) }), "panicked: inner>"},
		{marshalFunc(func() ([]byte, error) { return []byte("{}")[5:], nil }), "panicked: runtime error: slice bounds out of range [5:2]>"},
		{marshalFunc(func() ([]byte, error) { return nil, nil }), "returned invalid JSON>"},
		{marshalFunc(func() ([]byte, error) { return []byte(" {} "), nil }), "{}"},
	} {
		got := jsonenc.AppendValue(nil, map[string]any{"a": test.in, "b": 1})
		if !json.Valid(got) || !strings.Contains(string(got), test.want) || !strings.HasSuffix(string(got), `"b":1}`) {
			t.Errorf("got %s, want %s in it", got, test.want)
		}
	}
}

type marshalFunc func() ([]byte, error)

func (f marshalFunc) MarshalJSON() ([]byte, error) { return f() }

func TestConcurrentUse(t *testing.T) {
	v := map[string]any{"a": []any{1, "b", map[string]any{"c": fuzzvalue.Record{}}}, "d": map[string]string{"e": "f"}}
	want := string(jsonenc.AppendValue(nil, v))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if got := string(jsonenc.AppendValue(nil, v)); got != want {
					t.Errorf("got %s, want %s", got, want)
					return
				}
			}
		})
	}
	group.Wait()
}

func FuzzAppendValue(f *testing.F) {
	for seed := range 32 {
		f.Add([]byte{1, byte(seed), 3, 1, byte(seed * 7), 'a', 'b', 'c', 1, 2, 3, 0, 1, 5, 3, 2, 1, 6, 7, 8, 9})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		value, meaning := fuzzvalue.New(data).Value()
		got := jsonenc.AppendValue(nil, value)
		if !utf8.Valid(got) {
			t.Fatalf("not valid UTF-8: %q", got)
		}
		want, err := json.Marshal(meaning)
		if err != nil {
			t.Fatal(err)
		}
		if diff := fuzzvalue.Diff(fuzzvalue.Decode(t, got), fuzzvalue.Decode(t, want)); diff != "" {
			t.Fatalf("differs at %s", diff)
		}
	})
}

// FuzzRawMessage compares what is made of encoded JSON with encoding/json.
func FuzzRawMessage(f *testing.F) {
	f.Add([]byte(` { "a" : [ 1 , "\" \\" , null ] } `))
	f.Add([]byte("\"\xff\xfe\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		got := jsonenc.AppendValue(nil, json.RawMessage(data))
		if !utf8.Valid(got) || !json.Valid(got) {
			t.Fatalf("invalid: %q", got)
		}
		if !json.Valid(data) || strings.Contains(string(got), "<opik") {
			return
		}
		if diff := fuzzvalue.Diff(fuzzvalue.Decode(t, got), fuzzvalue.Decode(t, data)); diff != "" {
			t.Fatalf("differs at %s", diff)
		}
	})
}

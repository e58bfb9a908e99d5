package agentconf

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

type commit string

func (commit) ConfigType() string { return PromptCommit }

type prompt struct{ hash string }

func (p *prompt) Commit() string { return p.hash }

type base struct {
	Seed uint8 `json:"seed"`
}

type settings struct {
	base2
	base
	Model       string          `json:"model"`
	Temperature float64         `json:"temperature"`
	Small       float32         `json:"small"`
	MaxTokens   int             `json:"max_tokens"`
	Stream      bool            `json:"stream"`
	Tools       []string        `json:"tools"`
	Extra       map[string]any  `json:"extra"`
	Limit       *int            `json:"limit"`
	Prompt      *prompt         `json:"prompt,omitempty"`
	Version     commit          `json:"version"`
	Raw         json.RawMessage `json:"raw"`
	Since       time.Time       `json:"since"`
	Number      json.Number     `json:"number"`
	Skipped     string          `json:"-"`
	Absent      string          `json:"absent,omitempty"`
	Untagged    string
	hidden      string
}

// base2 is embedded and not exported; its fields are.
type base2 struct {
	Inner string `json:"inner"`
}

func TestEncodeStruct(t *testing.T) {
	limit := 3
	got, err := Encode(&settings{
		base: base{7}, base2: base2{"in"}, Model: "m1", Temperature: 0.5, Small: 0.25, MaxTokens: 100, Stream: true, Tools: []string{"a<b"}, Extra: map[string]any{"k": 1},
		Limit: &limit, Prompt: &prompt{"abcd1234"}, Version: "ef", Raw: json.RawMessage(`{"x":1}`), Since: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC),
		Number: "12", Untagged: "u", hidden: "h",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []Value{
		{Key: "inner", Type: String, Text: "in"}, {Key: "seed", Type: Integer, Text: "7"},
		{Key: "model", Type: String, Text: "m1"}, {Key: "temperature", Type: Float, Text: "0.5"}, {Key: "small", Type: Float, Text: "0.25"},
		{Key: "max_tokens", Type: Integer, Text: "100"}, {Key: "stream", Type: Boolean, Text: "true"},
		{Key: "tools", Type: String, Text: `["a<b"]`}, {Key: "extra", Type: String, Text: `{"k":1}`}, {Key: "limit", Type: Integer, Text: "3"},
		{Key: "prompt", Type: Prompt, Text: "abcd1234"}, {Key: "version", Type: PromptCommit, Text: "ef"}, {Key: "raw", Type: String, Text: `{"x":1}`},
		{Key: "since", Type: String, Text: "2025-01-02T03:04:05Z"}, {Key: "number", Type: Integer, Text: "12"}, {Key: "Untagged", Type: String, Text: "u"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestEncodeMap(t *testing.T) {
	got, err := Encode(map[string]any{"b": 1.5, "a": nil, "c": json.Number("1.25"), "d": int64(-1), "e": (*int)(nil), "f": ""})
	want := []Value{
		{Key: "a", Type: String, Null: true}, {Key: "b", Type: Float, Text: "1.5"}, {Key: "c", Type: Float, Text: "1.25"},
		{Key: "d", Type: Integer, Text: "-1"}, {Key: "e", Type: String, Null: true}, {Key: "f", Type: String},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%+v", err, got)
	}
}

func TestEncodeRefuses(t *testing.T) {
	for name, v := range map[string]any{
		"nothing": nil, "number": 1, "list": []int{1}, "keys": map[int]string{1: "x"}, "nil pointer": (*settings)(nil),
	} {
		if got, err := Encode(v); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for name, v := range map[string]any{
		"channel": make(chan int), "function": func() {}, "infinite": math.Inf(1), "no number": math.NaN(), "complex": 1i,
		"inside": []any{make(chan int)}, "bad number": json.Number("x"),
	} {
		var field *FieldError
		if got, err := Encode(map[string]any{"k": v}); !errors.As(err, &field) || field.Key != "k" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestDecodeIsTheReverse(t *testing.T) {
	limit := 3
	want := settings{
		base: base{7}, base2: base2{"in"}, Model: "m1", Temperature: 0.5, Small: 0.25, MaxTokens: 100, Stream: true, Tools: []string{"a"}, Extra: map[string]any{"k": 1.0},
		Limit: &limit, Version: "ef", Raw: json.RawMessage(`{"x":1}`), Since: time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC), Number: "12", Untagged: "u", Skipped: "kept", hidden: "kept",
	}
	values, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got := settings{Skipped: "kept", hidden: "kept"}
	read, err := Decode(append(values, Value{Key: "other", Type: String}), &got)
	if err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(read, values) {
		t.Errorf("%v\n%+v\n%+v", err, got, want)
	}
}

func TestDecodeMap(t *testing.T) {
	got := map[string]any{"old": true}
	_, err := Decode([]Value{
		{Key: "s", Type: String, Text: "x"}, {Key: "i", Type: Integer, Text: "1"}, {Key: "f", Type: Float, Text: "1"},
		{Key: "b", Type: Boolean, Text: "false"}, {Key: "p", Type: Prompt, Text: "c"}, {Key: "n", Type: Integer, Null: true},
	}, &got)
	want := map[string]any{"s": "x", "i": int64(1), "f": 1.0, "b": false, "p": "c", "n": nil}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	texts := map[string]string{}
	if _, err := Decode([]Value{{Key: "i", Type: Integer, Text: "1"}}, &texts); err != nil || texts["i"] != "1" {
		t.Errorf("%v, %v", texts, err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	type one struct {
		Model string `json:"model"`
		N     int8   `json:"n"`
	}
	into := one{Model: "before"}
	var missing *MissingError
	if _, err := Decode(nil, &into); !errors.As(err, &missing) || !reflect.DeepEqual(missing.Keys, []string{"model", "n"}) {
		t.Errorf("error %v", err)
	}
	for _, text := range []string{"x", "1.5", "300", ""} {
		var field *FieldError
		_, err := Decode([]Value{{Key: "model", Type: String, Text: "secret"}, {Key: "n", Type: String, Text: text + "secret"}}, &into)
		if !errors.As(err, &field) || field.Key != "n" || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: error %v", text, err)
		}
	}
	if into.Model != "before" {
		t.Errorf("half a result: %+v", into)
	}
	for name, target := range map[string]any{"value": one{}, "nil": nil, "nil pointer": (*one)(nil), "text": new(string), "keys": &map[int]any{}} {
		if _, err := Decode(nil, target); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for _, v := range []Value{{Type: Integer, Text: "x"}, {Type: Float, Text: "x"}, {Type: Boolean, Text: "x"}} {
		if got, err := Typed(v); err == nil {
			t.Errorf("%+v: %v", v, got)
		}
		if _, err := Decode([]Value{v}, &map[string]any{}); err == nil {
			t.Errorf("%+v was accepted", v)
		}
	}
	if _, err := Decode([]Value{{Type: String, Text: "x"}}, &map[string][]int{}); err == nil {
		t.Error("a text was read as a list")
	}
	if _, err := Decode([]Value{{Type: String, Text: "x"}}, &map[string]error{}); err == nil {
		t.Error("a text was read as an error")
	}
}

package jsonenc

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var texts = []string{
	``, ` `, `1`, ` 1 `, `-`, `-0`, `01`, `1.`, `.5`, `1.5e`, `1e+`, `1E-7`, `0.0e00`, `1 2`, `tru`, `true`, `truefalse`, `nul`, `nullx`, `+1`, `--1`,
	`"`, `"a`, `"a"b`, `"\`, `"\u12`, `"\u12G4"`, `"\uD83D\uDE00"`, `"\x"`, "\"\x01\"", "\"\x7f\"", "\"\xff\xfe \xf0\x9f\x98\x80\"", `"\"\\\/\b\f\n\r\t"`,
	`{`, `{}`, `{ }`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 , "b" : [ ] }`, `{a:1}`, `{"a":1]`, `[1}`, `[`, `[]`, `[,]`, `[1,]`, `[1 2]`, `[[[]]]`, `]`, `}`, `:`, `,`,
	"\ufeff1", "[1]\x00", "\v1", `[{"a":[{"b":[1,2,{"c":"d"}]}]},"x"]`, `{"a":{"b":{}},"c":[[],{}]}`,
	strings.Repeat(`[`, 70) + strings.Repeat(`]`, 70), strings.Repeat(`{"a":`, 70) + `1` + strings.Repeat(`}`, 70),
}

// checkRaw compares appendRaw with encoding/json.
func checkRaw(t *testing.T, data []byte) {
	t.Helper()
	before := slices.Clone(data)
	got, ok := appendRaw([]byte("x"), data, maxDepth)
	if !bytes.Equal(data, before) {
		t.Fatalf("%q was changed", before)
	}
	if ok != json.Valid(data) {
		if !json.Valid(data) || depthOf(data) <= maxDepth {
			t.Fatalf("appendRaw(%q) = %t", data, ok)
		}
	}
	if !ok {
		if string(got) != "x" {
			t.Fatalf("appendRaw(%q) left %q", data, got)
		}
		return
	}
	var want bytes.Buffer
	if err := json.Compact(&want, data); err != nil {
		t.Fatal(err)
	}
	if text := strings.ToValidUTF8(string(got[1:]), "?"); got[0] != 'x' || !utf8.Valid(got) || text != replaceInvalid(want.String()) {
		t.Fatalf("appendRaw(%q) = %q, want %q", data, got[1:], want.Bytes())
	}
}

// replaceInvalid replaces each invalid byte by U+FFFD.
func replaceInvalid(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

func depthOf(data []byte) (deepest int) {
	open := 0
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open++
			deepest = max(deepest, open)
		case json.Delim('}'), json.Delim(']'):
			open--
		}
	}
}

func TestAppendRaw(t *testing.T) {
	for _, text := range texts {
		checkRaw(t, []byte(text))
		for _, embedded := range []string{"[" + text + "]", `{"a":` + text + `}`, " \t\r\n" + text + " \t\r\n"} {
			checkRaw(t, []byte(embedded))
		}
		for cut := range len(text) {
			checkRaw(t, []byte(text[:cut]))
		}
	}
}

func TestAppendRawDepth(t *testing.T) {
	for _, depth := range []int{3, 63, 64, 65, 128, maxDepth} {
		for _, nested := range []string{
			strings.Repeat("[", depth) + strings.Repeat("]", depth),
			strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth),
			strings.Repeat(`[{"a":`, depth/2) + "1" + strings.Repeat("}]", depth/2),
		} {
			if got, ok := appendRaw(nil, []byte(nested), depth); !ok || string(got) != nested {
				t.Errorf("depth %d: %t, %q", depth, ok, got)
			}
			if _, ok := appendRaw(nil, []byte(nested), depth-2); ok {
				t.Errorf("depth %d is taken where %d is allowed", depth, depth-2)
			}
		}
	}
}

func TestIsNumber(t *testing.T) {
	for _, text := range append(texts, "1.25", "-12e+5", " 1", "1 ") {
		var n json.Number
		want := json.Unmarshal([]byte(text), &n) == nil && strings.TrimSpace(text) == text && text != "null" && text[0] != '"'
		if got := isNumber(text); got != want {
			t.Errorf("isNumber(%q) = %t", text, got)
		}
	}
}

func FuzzAppendRaw(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRaw(t, data) })
}

func BenchmarkAppendRaw(b *testing.B) {
	raw := []byte(`{"model":"gpt-4o","temperature":0.2,"messages":[{"role":"user","content":"` + strings.Repeat("The quick brown fox jumps over the lazy dog.\\n ", 40) + `"}]}`)
	b.SetBytes(int64(len(raw)))
	dst := make([]byte, 0, 2*len(raw))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = appendRaw(dst[:0], raw, maxDepth)
	}
}

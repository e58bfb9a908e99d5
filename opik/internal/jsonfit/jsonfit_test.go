package jsonfit

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestValue(t *testing.T) {
	long := strings.Repeat("abcdefghij", 100)
	many := make([]int, 500)
	for _, tt := range []struct {
		name  string
		value any
		limit int
		want  string // in the result
	}{
		{"small", map[string]any{"a": 1}, 200, `{"a":1}`},
		{"text", long, 200, `bytes kept]"`},
		{"text of signs that are escaped", strings.Repeat("\x01", 300), 200, `bytes kept]"`},
		{"text of runes", strings.Repeat("日本語", 300), 200, `日本語`},
		{"the longest text of an object", map[string]any{"a": long, "b": "short", "n": 12.5}, 400, `"b":"short","n":12.5}`},
		{"texts in a list", []any{long, long, true}, 500, `,true]`},
		{"a name is not cut", map[string]any{long: long}, 1300, long + `":"abc`},
		{"more members than fit", many, 200, `"[0,0,0,`},
		{"a name that does not fit", map[string]any{long: 1}, 200, `"{\"abc`},
	} {
		raw, err := json.Marshal(tt.value)
		if err != nil {
			t.Fatal(err)
		}
		got := Value(raw, tt.limit)
		if len(got) > tt.limit || !json.Valid(got) || !utf8.Valid(got) || !strings.Contains(string(got), tt.want) {
			t.Errorf("%s: %d bytes of %d: %s", tt.name, len(got), len(raw), got)
		}
		if len(raw) > tt.limit && !strings.Contains(string(got), "[cut by the SDK: ") {
			t.Errorf("%s: the cut does not show: %s", tt.name, got)
		}
	}
}

func TestLevel(t *testing.T) {
	for _, tt := range []struct {
		sizes  []int
		budget int
		want   int
		ok     bool
	}{
		{nil, 10, 0, false},
		{[]int{3, 4}, 7, 0, false},
		{[]int{3, 4}, 6, 3, true},
		{[]int{100, 1, 100}, 101, 50, true},
		{[]int{5}, -1, 0, true},
	} {
		if got, ok := Level(tt.sizes, tt.budget); got != tt.want || ok != tt.ok {
			t.Errorf("Level(%v, %d) = %d, %v; want %d, %v", tt.sizes, tt.budget, got, ok, tt.want, tt.ok)
		}
	}
}

func FuzzValue(f *testing.F) {
	for _, s := range []string{`"x"`, `{"a":"` + strings.Repeat("é", 300) + `","b":[1,2,"y"]}`, fmt.Sprint(make([]int, 10)), `{"a\"":"\u0001\\"}`} {
		f.Add([]byte(s), 200)
	}
	f.Fuzz(func(t *testing.T, raw []byte, limit int) {
		if !json.Valid(raw) {
			return
		}
		limit = max(limit, MinBytes)
		got := Value(raw, limit)
		if len(got) > limit || !json.Valid(got) {
			t.Fatalf("%d bytes, limit %d: %q of %q", len(got), limit, got, raw)
		}
	})
}

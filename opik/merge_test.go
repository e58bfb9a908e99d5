package opik

import (
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
)

func TestMergeJSON(t *testing.T) {
	tests := []struct{ name, earlier, later, want string }{
		{"union", `{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		{"the later wins", `{"a":1,"b":2}`, `{"a":3}`, `{"a":3,"b":2}`},
		{"deep", `{"a":{"b":1}}`, `{"a":{"c":2}}`, `{"a":{"b":1,"c":2}}`},
		{"lists are replaced", `{"a":[1,2]}`, `{"a":[3]}`, `{"a":[3]}`},
		{"object by scalar", `{"a":{"b":1}}`, `{"a":2}`, `{"a":2}`},
		{"scalar by object", `{"a":2}`, `{"a":{"b":1}}`, `{"a":{"b":1}}`},
		{"null wins", `{"a":2}`, `{"a":null}`, `{"a":null}`},
		{"empty object", `{"a":1}`, `{}`, `{"a":1}`},
		{"text replaces", `{"a":1}`, `"x"`, `"x"`},
		{"text is replaced", `"x"`, `{"a":1}`, `{"a":1}`},
		{"numbers keep their digits", `{"a":12345678901234567890}`, `{"b":0.10}`, `{"a":12345678901234567890,"b":0.10}`},
		{"escaped names", `{"\u0061":1}`, `{"a":2}`, `{"a":2}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			earlier, later := jsonenc.Raw(tt.earlier), jsonenc.Raw(tt.later)
			if got := string(mergeJSON(earlier, later)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if string(earlier) != tt.earlier || string(later) != tt.later {
				t.Errorf("the arguments became %s and %s", earlier, later)
			}
		})
	}
}

func TestMergeJSONReplacesBelowTenLevels(t *testing.T) {
	nest := func(depth int, inner string) jsonenc.Raw {
		return jsonenc.Raw(strings.Repeat(`{"k":`, depth) + inner + strings.Repeat("}", depth))
	}
	if got, want := mergeJSON(nest(9, `{"a":1}`), nest(9, `{"b":2}`)), nest(9, `{"a":1,"b":2}`); string(got) != string(want) {
		t.Errorf("ten levels: got %s, want %s", got, want)
	}
	if got, want := mergeJSON(nest(10, `{"a":1}`), nest(10, `{"b":2}`)), nest(10, `{"b":2}`); string(got) != string(want) {
		t.Errorf("eleven levels: got %s, want %s", got, want)
	}
}

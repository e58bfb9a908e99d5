package exampletest

import (
	"slices"
	"testing"
)

func TestDifferences(t *testing.T) {
	for _, test := range []struct {
		name, got, want string
		zeros           bool
		differ          []string
	}{
		{"same", `{"a":[1,{"b":"c"}],"n":null}`, `{"n":null,"a":[1,{"b":"c"}]}`, false, nil},
		{"value", `{"a":[1,{"b":"d"}]}`, `{"a":[1,{"b":"c"}]}`, false, []string{"x.a[1].b is d, want c"}},
		{"missing", `{}`, `{"a":null}`, false, []string{"x.a is missing, want <nil>"}},
		{"more", `{"a":0}`, `{}`, false, []string{"x.a is 0, want nothing"}},
		{"zeros", `{"a":0,"b":"","c":[],"d":{"e":false},"f":"0001-01-01T00:00:00Z"}`, `{}`, true, nil},
		{"more than zeros", `{"a":1,"b":{"c":true}}`, `{}`, true, []string{"x.a is 1, want nothing", "x.b is map[c:true], want nothing"}},
		{"zero for a value", `{"a":0}`, `{"a":1}`, true, []string{"x.a is 0, want 1"}},
		{"length", `[1]`, `[1,2]`, false, []string{"x is [1], want [1 2]"}},
		{"no object", `1`, `{"a":1}`, false, []string{"x is 1, want map[a:1]"}},
		{"no empty object", `1`, `{}`, true, []string{"x is 1, want map[]"}},
		{"no list", `{"a":1}`, `[]`, false, []string{"x is map[a:1], want []"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := differences("x", tree(t, test.got), tree(t, test.want), test.zeros)
			if !slices.Equal(got, test.differ) {
				t.Errorf("%q, want %q", got, test.differ)
			}
		})
	}
}

// Blanks in JSON that travels as a text make no difference; its value does.
func TestEmbedded(t *testing.T) {
	same := differences("x", embedded(tree(t, `{"a":"[1, 2]"}`)), embedded(tree(t, `{"a":"[1,2]"}`)), false)
	other := differences("x", embedded(tree(t, `{"a":"[1,2]"}`)), embedded(tree(t, `{"a":"[1,3]"}`)), false)
	list := differences("x", embedded(tree(t, `{"a":[1,2]}`)), embedded(tree(t, `{"a":"[1,2]"}`)), false)
	if len(same) != 0 || len(other) == 0 || len(list) == 0 {
		t.Errorf("%q, %q, %q", same, other, list)
	}
}

package promptfmt_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/opik-go/sdk/opik/internal/promptfmt"
)

type object = map[string]any

func mustache(t *testing.T, text string) *promptfmt.Template {
	t.Helper()
	parsed, err := promptfmt.Mustache(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return parsed
}

func TestMustache(t *testing.T) {
	for _, c := range []struct {
		template string
		values   object
		want     string
	}{
		// Variables.
		{"", nil, ""},
		{"plain { } }} text", nil, "plain { } }} text"},
		{"Hi {{name}}, {{ name }}, {{{name}}}, {{& name }}.", object{"name": "Ann"}, "Hi Ann, Ann, Ann, Ann."},
		{"{{x}}", object{"x": `<b>&"'</b>`}, `<b>&"'</b>`},
		{"{{ user name }}", object{"user name": "sp"}, "sp"},
		{"{{a.b.c}}", object{"a": object{"b": object{"c": 1}}}, "1"},
		{"{{a.b}}", object{"a.b": "whole", "a": object{"b": "path"}}, "whole"},
		{"{{a..b}}{{.c}}", object{"a..b": 1, ".c": 2}, "12"},
		{"{{a}} {{b}}", object{"a": "{{b}}", "b": "B"}, "{{b}} B"},
		{"{{{a}}}", object{"a": "{x}"}, "{x}"},

		// Sections.
		{"{{#items}}[{{.}}]{{/items}}", object{"items": []string{"a", "b"}}, "[a][b]"},
		{"{{#items}}{{n}}{{m}};{{/items}}", object{"items": []object{{"n": 1}, {"n": 2, "m": "own"}}, "m": "root"}, "1root;2own;"},
		{"{{#a}}{{b.c}}{{/a}}", object{"a": object{"b": object{"c": "x"}}}, "x"},
		{"{{#a}}{{#b}}{{.}}{{c}}{{/b}}{{/a}}", object{"a": object{"b": []int{1, 2}, "c": "-"}}, "1-2-"},
		{"{{#a.b}}yes{{/a.b}}", object{"a": object{"b": true}}, "yes"},
		{"{{#on}}on{{/on}}{{^on}}off{{/on}}", object{"on": false}, "off"},
		{"{{#on}}on{{/on}}{{^on}}off{{/on}}", object{"on": "x"}, "on"},
		{"{{#on}}on{{/on}}{{^on}}off{{/on}}", nil, "off"},
		{"{{#s}}{{.}}{{/s}}", object{"s": "text"}, "text"},
		{"{{#l}}{{#.}}{{.}}{{/.}};{{/l}}", object{"l": [][]int{{1, 2}, {3}}}, "12;3;"},

		// What counts as false.
		{"{{^a}}a{{/a}}{{^b}}b{{/b}}{{^c}}c{{/c}}{{^d}}d{{/d}}{{^e}}e{{/e}}{{^f}}f{{/f}}", object{"a": nil, "b": "", "c": []int{}, "d": 0, "e": json.Number("-0.0"), "f": false}, "abcdef"},
		{"{{#a}}a{{/a}}{{#b}}b{{/b}}{{#c}}c{{/c}}", object{"a": object{}, "b": 0.1, "c": []any{nil}}, "abc"},

		// Comments and delimiters.
		{"{{! not {shown} }}x", nil, "x"},
		{"{{!\n two\n lines\n}}x", nil, "x"},
		{"{{!}}x", nil, "x"},
		{"{{=<% %>=}}<% x %>{{x}}<%={{ }}=%>{{x}}", object{"x": 1}, "1{{x}}1"},
		{"{{= | | =}}|#a||.||/a|", object{"a": []int{1, 2}}, "12"},

		// Lines.
		{"a\n{{#s}}\nb\n{{/s}}\nc", object{"s": true}, "a\nb\nc"},
		{"a\r\n  {{#s}}  \r\nb\r\n\t{{/s}}", object{"s": true}, "a\r\nb\r\n"},
		{"{{! c }}\nx\n  {{=<% %>=}}\n<%x%>", object{"x": 1}, "x\n1"},
		{" {{#s}} x {{/s}} \n", object{"s": true}, "  x  \n"},
		{"{{#s}}\n{{#s}}\nx\n{{/s}}\n{{/s}}\n", object{"s": true}, "x\n"},
		{"  {{x}}\n", object{"x": 1}, "  1\n"},
		{"{{#s}}{{/s}}\nx", object{"s": true}, "\nx"},
	} {
		got, err := mustache(t, c.template).Render(c.values, promptfmt.MissingFails)
		if err != nil || got != c.want {
			t.Errorf("%q with %v: %q, %v; want %q", c.template, c.values, got, err, c.want)
		}
	}
}

func TestMustacheMistakesHavePlaces(t *testing.T) {
	for template, want := range map[string]string{
		"{{x":                                  `line 1, column 1: the tag has no end, which is "}}"`,
		"é\nüx {{{x}}":                         `line 2, column 4: the tag has no end, which is "}}}"`,
		"{{=<% %>}}":                           `line 1, column 1: the tag has no end, which is "=}}"`,
		"a {{}}":                               "line 1, column 3: the tag is empty",
		"a {{# }}":                             "line 1, column 3: the tag is empty",
		"\n\n {{#a}}{{#b}}{{/b}}":              `line 3, column 2: section "a" is not closed`,
		"{{#a}}\n{{#b}}\n{{/a}}":               `line 3, column 1: section "a" ends where section "b" should`,
		"x{{/a}}":                              `line 1, column 2: section "a" was not opened`,
		"{{> other }}":                         `line 1, column 1: partials are not supported: "other"`,
		"{{=<%=}}":                             "line 1, column 1: delimiters are two words without an equals sign",
		"{{=a = b=}}":                          "line 1, column 1: delimiters are two words without an equals sign",
		strings.Repeat("{{#a}}", 101):          "line 1, column 601: sections are nested more than 100 deep",
		"{{#" + strings.Repeat("n", 50) + "}}": `line 1, column 1: section "` + strings.Repeat("n", 40) + `..." is not closed`,
	} {
		_, err := promptfmt.Mustache(template)
		var syntax *promptfmt.SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%q: %v, want %s", template, err, want)
		}
	}
	if _, err := promptfmt.Mustache(strings.Repeat("{{#a}}", 100) + strings.Repeat("{{/a}}", 100)); err != nil {
		t.Errorf("100 sections: %v", err)
	}
}

func TestNames(t *testing.T) {
	parsed := mustache(t, "{{b}}{{a.x}}{{#list}}{{.}}{{inner}}{{/list}}{{^none}}{{b}}{{/none}}{{! c }}")
	if got := strings.Join(parsed.Names(), " "); got != "b a list inner none" {
		t.Errorf("names: %s", got)
	}
	if got := strings.Join(parsed.Unused(object{"z": 1, "a": 1, "a.x": 1, "c": 1, "x": 1}), " "); got != "c x z" {
		t.Errorf("unused: %s", got)
	}
}

func TestMissingValues(t *testing.T) {
	const template = "{{a}} {{b.c}} {{a}} {{#s}}{{in}}{{/s}}{{^s}}{{d}}{{/s}} {{.}}"
	values := object{"b": object{"x": 1}, "typo": 1, "also": nil}
	parsed := mustache(t, template)
	_, err := parsed.Render(values, promptfmt.MissingFails)
	var missing *promptfmt.MissingError
	if !errors.As(err, &missing) {
		t.Fatalf("no error about missing values: %v", err)
	}
	if want := "no value for a, b.c, d, .; not used: also, typo"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if got, err := parsed.Render(values, promptfmt.MissingEmpty); err != nil || got != "    " {
		t.Errorf("empty: %q, %v", got, err)
	}
	if got, err := parsed.Render(values, promptfmt.MissingStays); err != nil || got != template {
		t.Errorf("stays: %q, %v", got, err)
	}
	// A second rendering completes the first.
	const lines = "{{a}}\n{{#s}}\n {{b}}\n{{/s}}\nend {{c}}"
	first, err := mustache(t, lines).Render(object{"c": "C"}, promptfmt.MissingStays)
	if err != nil {
		t.Fatal(err)
	}
	all := object{"a": "A", "s": true, "b": "B", "c": "C"}
	second, err := mustache(t, first).Render(all, promptfmt.MissingFails)
	if whole, _ := mustache(t, lines).Render(all, promptfmt.MissingFails); err != nil || second != whole {
		t.Errorf("in two steps %q, %v; in one %q", second, err, whole)
	}
}

func TestRenderingIsBounded(t *testing.T) {
	long := make([]int, 1000)
	for name, c := range map[string]struct {
		template string
		values   object
	}{
		"output": {"{{#l}}{{#l}}{{#t}}{{t}}{{/t}}{{/l}}{{/l}}", object{"l": long, "t": strings.Repeat("x", 1000)}},
		"time":   {"{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}", object{"l": long}},
	} {
		if _, err := mustache(t, c.template).Render(c.values, promptfmt.MissingFails); !errors.Is(err, promptfmt.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBraces(t *testing.T) {
	for template, want := range map[string]string{
		"":                              "",
		"Hi {name}, {a_1}!":             "Hi Ann, 1!",
		"{name}{a_1}":                   "Ann1",
		"{{name}} {{{name}}} {name}} }": "{{name}} {{{name}}} {name}} }",
		"{other} { name } {} {na me} {": "{other} { name } {} {na me} {",
		`{"a": {name}, "b": {`:          `{"a": Ann, "b": {`,
		"{é}":                           "{é}",
	} {
		got, err := promptfmt.Braces(template).Render(object{"name": "Ann", "a_1": 1, "é": 2}, promptfmt.MissingFails)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", template, got, err, want)
		}
	}
	if got := promptfmt.Braces("{b} {a} {b} {{c}}").Names(); strings.Join(got, " ") != "b a" {
		t.Errorf("names: %v", got)
	}
}

func FuzzMustache(f *testing.F) {
	for _, seed := range []string{
		"{{a}}", "{{#a}}{{.}}{{/a}}", "{{^a}}\n{{/a}}\n", "{{=<% %>=}}<%a%>", "{{{a}}}", "{{a.b}}", "{{! c", " {{#a}} \r\n{{b}}{{/a}}", "{a}{{a}",
	} {
		f.Add(seed, "x")
	}
	f.Fuzz(func(t *testing.T, template, text string) {
		values := object{"a": []any{text, object{"b": text}}, "b": text}
		for _, parse := range []func(string) (*promptfmt.Template, error){
			promptfmt.Mustache,
			func(s string) (*promptfmt.Template, error) { return promptfmt.Braces(s), nil },
		} {
			parsed, err := parse(template)
			if err != nil {
				var syntax *promptfmt.SyntaxError
				if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
					t.Fatalf("%q: %v", template, err)
				}
				continue
			}
			if _, err := parsed.Render(values, promptfmt.MissingEmpty); err != nil && !errors.Is(err, promptfmt.ErrTooLarge) {
				t.Fatalf("%q: %v", template, err)
			}
			got, err := parsed.Render(values, promptfmt.MissingFails)
			if err == nil && !strings.Contains(template, "{") && got != template {
				t.Fatalf("%q became %q", template, got)
			}
		}
	})
}

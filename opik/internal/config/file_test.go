package config

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestParseINI(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", ""},
		"plain":             {"[opik]\na = 1\nb=2\nc: 3\n", "a=1 b=2 c=3"},
		"no final newline":  {"[opik]\na=1", "a=1"},
		"CRLF":              {"[opik]\r\na=1\r\n\r\nb=2\r\n", "a=1 b=2"},
		"CR":                {"[opik]\ra=1\rb=2", "a=1 b=2"},
		"BOM":               {"\ufeff[opik]\na=1", "a=1"},
		"comments":          {"# x\n; y\n[opik]\n# a=0\na=1 # kept\n;b=2", "a=1 # kept"},
		"keys in any case":  {"[opik]\nAPI_Key = X", "api_key=X"},
		"first separator":   {"[opik]\na = x=y:z\nb: http://h:1/?q=2", "a=x=y:z b=http://h:1/?q=2"},
		"percent":           {"[opik]\na=50%\nb=50%%\nc=%(a)s", "a=50% b=50% c=%(a)s"},
		"other sections":    {"[other]\na=0\n[opik]\na=1\n[DEFAULT]\na=2", "a=1"},
		"section twice":     {"[opik]\na=1\n[x]\nb=0\n[opik]\nb=2", "a=1 b=2"},
		"section's case":    {"[ Opik ]\na=1", "a=1"},
		"after the section": {"[opik] # here\na=1", "a=1"},
		"no section":        {"a=1", ""},
		"empty value":       {"[opik]\na=\nb = ", "a= b="},
		"repeated":          {"[opik]\na=1\na=2", "a=2"},
		"continued":         {"[opik]\na=1\n  2\n\t3\nb=4", "a=1\n2\n3 b=4"},
		"indented":          {"[opik]\n  a=1\n  b=2", "a=1 b=2"},
		"continued comment": {"[opik]\na=1\n  # no\nb=2", "a=1 b=2"},
		"quotes stay":       {"[opik]\na=\"x\"", `a="x"`},
		"blanks around":     {"[opik]\n a \t=  x y  ", "a=x y"},
		"no key":            {"[opik]\n= 1\na=1", "a=1"},
		"unclosed section":  {"[opik\na=1\n[opik]\nb=2", "b=2"},
		"other's lines":     {"[x]\nnonsense\na=1\n 2\n[opik]\nb=2", "b=2"},
	} {
		entries, _, err := parseINI([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			got = append(got, key+"="+entries[key].value)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s: got %q, want %q", name, text, c.want)
		}
	}
}

func TestParseINILines(t *testing.T) {
	entries, _, err := parseINI([]byte("# x\r\n\r\n[opik]\r\na=1\r\n\r\nb=2"))
	if err != nil || entries["a"].line != 4 || entries["b"].line != 6 {
		t.Errorf("got %+v, %v", entries, err)
	}
}

// No file makes the reader panic or lose count of lines, and no warning repeats
// what is in the file.
func FuzzParseINI(f *testing.F) {
	f.Add("[opik]\napi_key = secret\n  more\n\ufeff;\r=:\n[")
	f.Fuzz(func(t *testing.T, text string) {
		entries, warnings, err := parseINI([]byte(text))
		if err != nil {
			return
		}
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
		for key, e := range entries {
			if e.line < 1 || e.line > lines || key != strings.ToLower(key) {
				t.Errorf("%q: %+v of %d lines", key, e, lines)
			}
		}
		if len(warnings) > lines {
			t.Errorf("%d warnings for %d lines", len(warnings), lines)
		}
	})
}

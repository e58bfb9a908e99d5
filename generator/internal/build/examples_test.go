package build_test

import (
	"cmp"
	"regexp"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/output"
)

// Every generated method that makes requests is tested: the tables of examples have
// a call of it.
func TestEveryMethodHasExample(t *testing.T) {
	result := generateTree(t)
	var tables strings.Builder
	for _, f := range result.Files {
		if strings.HasPrefix(f.Path, "opik/") && strings.HasSuffix(f.Path, "_gen_test.go") && output.Ours(f.Data) {
			tables.Write(f.Data)
		}
	}
	tested := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\t\tMethod: +"([\w.]+)",$`).FindAllStringSubmatch(tables.String(), -1) {
		tested[m[1]] = true
	}
	n := 0
	check := func(method string) {
		if n++; !tested[method] {
			t.Errorf("%s has no example", method)
		}
	}
	for _, g := range result.Model.Groups {
		for _, m := range g.Methods {
			check(cmp.Or(g.Field, "Client") + "." + m.Name)
			if m.Page != nil {
				check(cmp.Or(g.Field, "Client") + "." + m.Page.Method)
			}
		}
	}
	for _, h := range result.Model.Handles {
		if h.Refresh != nil {
			check(h.Name + ".Refresh")
		}
		for _, m := range h.Methods {
			check(h.Name + "." + m.Name)
			if m.Calls.Page != nil {
				check(h.Name + "." + m.Name + "Page")
			}
		}
	}
	if n < 250 {
		t.Errorf("%d methods; are there no more?", n)
	}
}

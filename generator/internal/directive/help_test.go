package directive_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/directive"
)

// The help is made from comments, so a directive without one would have none.
func TestEveryDirectiveIsDocumented(t *testing.T) {
	all, err := directive.All()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, h := range all {
		names = append(names, h.Name)
		if h.Doc == "" || len(h.Places) == 0 {
			t.Errorf("//opik:%s has no documentation, or no place", h.Name)
		}
		if !strings.HasPrefix(h.Usage, "//opik:"+h.Name) {
			t.Errorf("//opik:%s has the usage %q", h.Name, h.Usage)
		}
		for _, a := range h.Arguments {
			if a.Doc == "" {
				t.Errorf("//opik:%s: %s has no documentation", h.Name, a.Name)
			}
			if !slices.Contains([]string{"arg", "key", "flag", "text"}, a.Sort) {
				t.Errorf("//opik:%s: %s is of the unknown sort %q", h.Name, a.Name, a.Sort)
			}
		}
	}
	if !slices.Equal(names, directive.Names()) {
		t.Errorf("help for %q, but the directives are %q", names, directive.Names())
	}
}

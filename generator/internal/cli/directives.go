package cli

import (
	"flag"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/directive"
)

// directivesVerb prints the help of the directives.
func directivesVerb(*flag.FlagSet) func(*run) int {
	return func(r *run) int {
		all, err := directive.All()
		if err != nil {
			return r.trouble(err)
		}
		var text strings.Builder
		for i, d := range all {
			if i > 0 {
				text.WriteString("\n")
			}
			fmt.Fprintf(&text, "%s\n\n%s\n", d.Usage, indent(d.Doc, "    "))
			for _, a := range d.Arguments {
				fmt.Fprintf(&text, "\n    %s\n%s\n", a.Name, indent(a.Doc, "        "))
			}
		}
		return r.finish(InStep, diag.List{}, all, text.String())
	}
}

func indent(s, by string) string {
	return by + strings.ReplaceAll(s, "\n", "\n"+by)
}

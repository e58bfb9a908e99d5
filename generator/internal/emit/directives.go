package emit

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/generator/internal/directive"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// directives emits the reference of the directives.
func directives(*ir.Model) ([]output.File, error) {
	all, err := directive.All()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Directives\n\nThe comments that templates are annotated with. `opikgen directives` prints the same. There are no others:\nwhat looks like a directive and is none is an error. Arguments in brackets are optional; text is quoted.\n", output.MarkdownHeader)
	for _, d := range all {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n\n%s\n\nIt stands in %s", d.Name, d.Usage, d.Doc, places(d.Places))
		if d.Repeat {
			b.WriteString(", as often as needed")
		}
		b.WriteString(".\n")
		if len(d.Arguments) > 0 {
			b.WriteString("\n| Argument | |\n|---|---|\n")
		}
		for _, a := range d.Arguments {
			fmt.Fprintf(&b, "| %s | %s |\n", a.Name, strings.Join(strings.Fields(a.Doc), " "))
		}
	}
	return []output.File{{Path: "docs/directives.md", Data: b.Bytes()}}, nil
}

// places says where a directive stands.
func places(list []directive.Place) string {
	var s []string
	for _, p := range list {
		if p == directive.OnNothing {
			s = append(s, string(p))
		} else {
			s = append(s, "the comment of "+string(p))
		}
	}
	return strings.Join(s, " or ")
}

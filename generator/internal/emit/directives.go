package emit

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// directives emits the reference of the directives.
func directives(m *ir.Model) ([]output.File, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Directives\n\nThe comments that templates are annotated with. `opikgen directives` prints the same. There are no others:\nwhat looks like a directive and is none is an error. Arguments in brackets are optional; text is quoted.\n", output.MarkdownHeader)
	for _, d := range m.Directives {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n\n%s\n\nIt stands in %s", d.Name, d.Usage, d.Doc, strings.Join(d.Places, " or "))
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

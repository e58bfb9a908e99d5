package emit

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// otherSDK is how the document speaks of another SDK.
type otherSDK struct{ key, title, client string }

var otherSDKs = []otherSDK{{"python", "Python", "Opik"}, {"typescript", "TypeScript", "OpikClient"}}

// parity emits the comparison with other SDKs.
func parity(m *ir.Model) ([]output.File, error) {
	if len(m.Parity) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Parity\n\nWhere package opik has what Opik's SDKs for Python and TypeScript offer: methods of the client, methods of\nits traces, datasets and so on, and functions of the module.\n\n", output.MarkdownHeader)
	b.WriteString("| SDK | Names | Here | Not here |\n|---|---:|---:|---:|\n")
	for _, sdk := range otherSDKs {
		all, here := 0, 0
		for _, line := range m.Parity {
			if line.SDK == sdk.key {
				all++
				here += min(len(line.Symbols), 1)
			}
		}
		if all > 0 {
			fmt.Fprintf(&b, "| %s | %d | %d | %d |\n", sdk.title, all, here, all-here)
		}
	}
	for _, sdk := range otherSDKs {
		sdk.write(&b, m.Parity)
	}
	return []output.File{{Path: "docs/parity.md", Data: b.Bytes()}}, nil
}

// mentioned matches symbols in a note.
var mentioned = regexp.MustCompile(`\[([\w.]+)\]`)

// write emits the section of one SDK: a table for each class, in the order in which
// they are first named.
func (sdk otherSDK) write(b *bytes.Buffer, lines []*ir.Parity) {
	var owners []string
	tables := map[string]*bytes.Buffer{}
	for _, line := range lines {
		if line.SDK != sdk.key {
			continue
		}
		table := tables[line.Owner]
		if table == nil {
			table = &bytes.Buffer{}
			tables[line.Owner] = table
			owners = append(owners, line.Owner)
		}
		fmt.Fprintf(table, "| `%s` | %s | %s |\n", line.Name, codes(line.Symbols), mentioned.ReplaceAllString(strings.ReplaceAll(line.Note, "|", `\|`), "`$1`"))
	}
	if len(owners) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", sdk.title)
	for _, owner := range owners {
		heading := owner
		switch owner {
		case "":
			heading = "The client, " + sdk.client
		case "opik":
			heading = "The module"
		}
		fmt.Fprintf(b, "\n### %s\n\n| %s | Go | |\n|---|---|---|\n%s", heading, sdk.title, tables[owner])
	}
}

// codes writes names as code.
func codes(names []string) string {
	if len(names) == 0 {
		return "—"
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

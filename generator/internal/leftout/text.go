package leftout

import (
	"fmt"
	"strings"
)

// section is one list of a report. One and many say what its elements are.
type section struct {
	one, many string
	names     []string
}

func (r *Report) sections() []section {
	return []section{
		{"operation", "operations", r.Operations},
		{"method", "methods", r.Methods},
		{"handle", "handles", r.Handles},
		{"message", "messages", r.Messages},
		{"field of a params struct, page or message", "fields of params structs, pages and messages", r.Fields},
		{"schema", "schemas", r.Schemas},
		{"property of a schema", "properties of schemas", r.Properties},
		{"file written by hand", "files written by hand", r.Files},
	}
}

// title has the number of elements.
func (s section) title() string {
	if len(s.names) == 1 {
		return "1 " + s.one
	}
	return fmt.Sprintf("%d %s", len(s.names), s.many)
}

// Text is the report for a terminal.
func (r *Report) Text() string {
	var b strings.Builder
	for _, s := range r.sections() {
		if len(s.names) > 0 {
			fmt.Fprintf(&b, "  %s\n%s", s.title(), wrapped(s.names))
		}
	}
	text := "nothing is left out of what this tree's SDK has\n"
	if b.Len() > 0 {
		text = "left out of what this tree's SDK has:\n" + b.String()
	}
	if n := len(r.Unknown); n > 0 {
		text += "in the REST layer alone, as no template knows them:\n" + wrapped(r.Unknown)
	}
	return text
}

// Markdown is the report as a document.
func (r *Report) Markdown() string {
	var b strings.Builder
	b.WriteString("# Left out\n\nWhat this SDK lacks of what the templates describe, because its contract lacks what it needs.\n")
	nothing := true
	for _, s := range r.sections() {
		if len(s.names) == 0 {
			continue
		}
		nothing = false
		fmt.Fprintf(&b, "\n## %s\n\n", strings.ToUpper(s.many[:1])+s.many[1:])
		list(&b, s.names)
	}
	if nothing {
		b.WriteString("\nNothing is left out.\n")
	}
	if len(r.Unknown) > 0 {
		b.WriteString("\n## Not in the templates\n\nThese operations have a method of the REST layer alone.\n\n")
		list(&b, r.Unknown)
	}
	return b.String()
}

func list(b *strings.Builder, names []string) {
	for _, name := range names {
		fmt.Fprintf(b, "- `%s`\n", name)
	}
}

// width is how long a line of names may be.
const width = 100

// wrapped breaks a list of names into lines.
func wrapped(names []string) string {
	const indent = "    "
	text, line := "", indent
	for i, name := range names {
		if i < len(names)-1 {
			name += ", "
		}
		if len(line)+len(name) > width && line != indent {
			text += strings.TrimRight(line, " ") + "\n"
			line = indent
		}
		line += name
	}
	return text + line + "\n"
}

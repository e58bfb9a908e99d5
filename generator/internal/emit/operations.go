package emit

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// operations emits the table of what becomes of each operation of the contract.
func operations(m *ir.Model) ([]output.File, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Operations\n\n", output.MarkdownHeader)
	fmt.Fprintf(&b, "What becomes of each operation of the contract. The kind is inferred from the shape of the\noperation; a change here that nobody meant is a mistake in an inference.\n\n")
	counts := map[ir.State]int{}
	for _, op := range m.Operations {
		counts[op.State]++
	}
	b.WriteString("| State | Operations |\n|---|---:|\n")
	for _, s := range []ir.State{ir.StateMethod, ir.StateMessage, ir.StateSkipped, ir.StatePending, ir.StateUndecided} {
		if counts[s] > 0 {
			fmt.Fprintf(&b, "| %s | %d |\n", s, counts[s])
		}
	}
	fmt.Fprintf(&b, "| all | %d |\n", len(m.Operations))
	tag := "\x00"
	for _, op := range m.Operations {
		if op.Tag != tag {
			tag = op.Tag
			fmt.Fprintf(&b, "\n## %s\n\n| Operation | Kind | Request | Go | Template |\n|---|---|---|---|---|\n", cmp.Or(tag, "Without a tag"))
		}
		fmt.Fprintf(&b, "| %s | %s | %s `%s` | %s | %s |\n", op.ID, op.Kind, op.Method, op.Path, symbol(op), place(op))
	}
	handleTable(&b, m.Handles)
	return []output.File{{Path: "docs/operations.md", Data: b.Bytes()}}, nil
}

// handleTable lists what the methods of handles call.
func handleTable(b *bytes.Buffer, all []*ir.Handle) {
	if len(all) == 0 {
		return
	}
	b.WriteString("\n## Handles\n\nA handle is a type for one record of the server. Its methods call those of a service for that record.\n\n" +
		"| Method | Calls | Template |\n|---|---|---|\n")
	for _, h := range all {
		if h.Refresh != nil {
			fmt.Fprintf(b, "| `%s.Refresh` | `rest.Client.%s` | %s:%d |\n", h.Name, h.Refresh.Method, h.Pos.File, h.Pos.Line)
		}
		for _, m := range h.Methods {
			fmt.Fprintf(b, "| `%s.%s` | `%s.%s` | %s:%d |\n", h.Name, m.Name, h.Service, m.Calls.Name, m.Pos.File, m.Pos.Line)
		}
	}
}

// symbol says what serves an operation.
func symbol(op *ir.Operation) string {
	switch op.State {
	case ir.StateMethod, ir.StateMessage:
		return "`" + op.Symbol + "`"
	case ir.StateSkipped:
		return "skipped: " + strings.ReplaceAll(op.Reason, "|", `\|`)
	}
	return string(op.State)
}

// place says where a template decides on an operation.
func place(op *ir.Operation) string {
	if op.Pos.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", op.Pos.File, op.Pos.Line)
}

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
	return []output.File{{Path: "docs/operations.md", Data: b.Bytes()}}, nil
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

package emit

import (
	"bytes"
	"fmt"
	"go/format"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// backend emits what the embedded backend knows of the contract: which operations
// a server of this version has. The backend depends on nothing of the SDK, so this
// file does not refer to the SDK's version as others do.
func backend(m *ir.Model) ([]output.File, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\npackage contract\n\n// operations are all operations of the contract.\nvar operations = []Operation{\n", output.GoHeader)
	for _, op := range m.Operations {
		fmt.Fprintf(&b, "{%q, %q, %q},\n", op.ID, op.Method, op.Path)
	}
	b.WriteString("}\n")
	data, err := format.Source(b.Bytes())
	return []output.File{{Path: "opik/opiktest/internal/contract/operations_gen.go", Data: data}}, err
}

package build

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// PendingFile is the template that sync keeps: the operations that nobody has
// decided on.
const PendingFile = TemplatesDir + "/pending.go"

// PendingChange is what sync did.
type PendingChange struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	// Data is the content of the file.
	Data []byte `json:"-"`
}

// Pending returns the content that the file of pending operations ought to have: a
// line for each operation that no other template mentions. Problems in what the
// templates say about operations are no hindrance, for a new contract is the usual
// reason for both; templates that cannot be read are.
func Pending(in *Inputs) (*PendingChange, diag.List) {
	var before *tmpl.Set
	others := *in
	others.Templates = nil
	for _, f := range in.Templates {
		if f.Name == PendingFile {
			// It is written anew: what cannot be read in it is only missing from
			// the report of what has changed.
			before, _ = tmpl.Parse([]tmpl.File{f})
		} else {
			others.Templates = append(others.Templates, f)
		}
	}
	if _, problems := tmpl.Parse(others.Templates); problems.Failed() {
		return nil, problems
	}
	result, problems := Generate(&others)
	if result.Model == nil {
		return nil, problems
	}
	change := &PendingChange{Data: pendingFile(result.Model.Operations)}
	var now, then []string
	for _, op := range result.Model.Operations {
		if op.State == ir.StateUndecided {
			now = append(now, op.ID)
		}
	}
	if before != nil {
		for _, p := range before.Pendings {
			then = append(then, p.Operation)
		}
	}
	change.Added, change.Removed = without(now, then), without(then, now)
	return change, diag.List{}
}

// pendingFile writes the lines, by tag. The operations are sorted by tag.
func pendingFile(operations []*ir.Operation) []byte {
	var b bytes.Buffer
	b.WriteString("package templates\n\n// The operations that nobody has decided on. opikgen sync keeps this file in step\n// with the contract.\n")
	tag := "\x00"
	for _, op := range operations {
		if op.State != ir.StateUndecided {
			continue
		}
		if op.Tag != tag {
			tag = op.Tag
			heading := tag
			if heading == "" {
				heading = "Without a tag"
			}
			fmt.Fprintf(&b, "\n// %s\n\n", heading)
		}
		fmt.Fprintf(&b, "//opik:pending %s\n", op.ID)
	}
	return b.Bytes()
}

// without returns what is in a and not in b.
func without(a, b []string) []string {
	out := []string{}
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

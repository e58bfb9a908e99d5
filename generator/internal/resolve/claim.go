package resolve

import (
	"fmt"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/spec"
)

// claim is what a template says about an operation.
type claim struct {
	State ir.State
	// Symbol is the Go symbol, for methods and messages.
	Symbol   string
	Reason   string
	Inferred string
	// Events says that a method wants the answer as server-sent events, which
	// another method may want as JSON.
	Events bool
	// Path is what the template says the operation's path is; empty if nothing.
	Path string
	Pos  diag.Position
}

// take records what a template says about an operation. It reports an operation
// that the contract lacks, and one that has been spoken for, and then returns nil.
func (r *resolver) take(id string, c claim) *spec.Operation {
	row, op := r.rows[id], r.Contract.Operation(id)
	switch {
	case op == nil && r.OmitMissing && (c.State == ir.StateSkipped || c.State == ir.StatePending):
		return nil // what was not wanted is not missed
	case op == nil:
		r.missing(diag.Diagnostic{
			Code: "unknown-operation", Pos: c.Pos,
			Message: fmt.Sprintf("unknown operation %q", id),
			Hint:    diag.DidYouMean(id, r.operationIDs()),
			Related: r.nearestOperation(id),
		})
		return nil
	case row.State == ir.StateMethod && c.State == ir.StateMethod && r.eventsOf[id] != c.Events:
		if !r.samePath(op, c) {
			return nil
		}
		row.Symbol += ", " + c.Symbol
		return op
	case row.State != ir.StateUndecided:
		r.diags.Add(diag.Diagnostic{
			Code: "operation-taken", Pos: c.Pos,
			Message: fmt.Sprintf("operation %q is already %s", id, describe(row)),
			Hint:    "each operation has one state: a method, a message, skipped, or pending",
			Related: row.Pos,
		})
		return nil
	}
	r.eventsOf[id] = c.Events
	row.State, row.Symbol, row.Reason, row.Inferred, row.Pos = c.State, c.Symbol, c.Reason, c.Inferred, c.Pos
	if !r.samePath(op, c) {
		return nil
	}
	return op
}

// samePath checks the path that a template gives. Ids that end in a number are
// numbered by the tool that published the document, and may be swapped: such an
// operation is only safe with its path.
func (r *resolver) samePath(op *spec.Operation, c claim) bool {
	switch {
	case c.Path == "" && (c.State == ir.StateMethod || c.State == ir.StateMessage) && numbered.MatchString(op.ID):
		r.diags.Add(diag.Diagnostic{
			Code: "path-required", Pos: c.Pos,
			Message: fmt.Sprintf("operation %q has a numbered id, which may come to mean another operation; it needs its path", op.ID),
			Hint:    "add path=" + op.Path,
			Related: op.Pos,
		})
		return false
	case c.Path != "" && c.Path != op.Path:
		r.diags.Add(diag.Diagnostic{
			Code: "path-differs", Pos: c.Pos,
			Message: fmt.Sprintf("operation %q has the path %s, not %s", op.ID, op.Path, c.Path),
			Related: op.Pos,
		})
		return false
	}
	return true
}

// describe says what became of an operation, for messages.
func describe(row *ir.Operation) string {
	switch row.State {
	case ir.StateMethod:
		return "served by " + row.Symbol
	case ir.StateMessage:
		return "carried by the message " + row.Symbol
	}
	return string(row.State)
}

// missing reports something that the contract lacks: an error, or a warning if
// such things are left out.
func (r *resolver) missing(d diag.Diagnostic) {
	if r.OmitMissing {
		d.Severity = diag.Warning
		d.Message += "; left out"
	}
	r.diags.Add(d)
}

func (r *resolver) operationIDs() []string {
	var ids []string
	for _, op := range r.Contract.Operations {
		ids = append(ids, op.ID)
	}
	return ids
}

// nearestOperation returns the position of the operation whose name is nearest.
func (r *resolver) nearestOperation(id string) diag.Position {
	if op := r.Contract.Operation(diag.Nearest(id, r.operationIDs())); op != nil {
		return op.Pos
	}
	return diag.Position{}
}

// skips resolves //opik:skip.
func (r *resolver) skips() {
	for _, s := range r.Templates.Skips {
		r.take(s.Operation, claim{State: ir.StateSkipped, Reason: s.Reason, Pos: s.Pos})
	}
}

// pendings resolves //opik:pending.
func (r *resolver) pendings() {
	for _, p := range r.Templates.Pendings {
		r.take(p.Operation, claim{State: ir.StatePending, Pos: p.Pos})
	}
}

// undecided warns of operations that no template mentions.
func (r *resolver) undecided() {
	for _, row := range r.model.Operations {
		if row.State != ir.StateUndecided || row.Reason != "" {
			continue // decided, or reported as left out
		}
		d := diag.Diagnostic{
			Severity: diag.Warning, Code: "undecided-operation", Pos: row.Contract,
			Message: fmt.Sprintf("no template mentions operation %q", row.ID),
		}
		if !r.OmitMissing { // the templates are for this contract, so they can be brought in step
			d.Hint = "opikgen sync adds a pending line for it"
		}
		r.diags.Add(d)
	}
}

// Package resolve makes every decision of the generator: it joins what the
// templates say with what the contract and the REST layer have, and yields a
// plain model. It knows nothing of how code is written down.
package resolve

import (
	"cmp"
	"slices"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// Input is what decisions are made from.
type Input struct {
	Contract  *spec.Contract
	REST      *restgen.Index
	Templates *tmpl.Set
	// Module is the import path of the root module.
	Module string
	// OmitMissing leaves out what the contract lacks, with a warning, instead of
	// failing: the templates were written for another version of it.
	OmitMissing bool
	// KeepParams holds methods, as Service.Method, that have a params struct even
	// when no field is left for it: so that their signature is the same for all
	// versions of the contract.
	KeepParams map[string]bool
}

// Resolve returns the model, and every problem that it met. The model is
// complete only if the list has no error.
func Resolve(in Input) (*ir.Model, diag.List) {
	r := &resolver{
		Input: in,
		model: &ir.Model{Module: in.Module, Imports: imports(in)},
		rows:  map[string]*ir.Operation{},

		handleOf: map[string]*ir.Handle{},
		eventsOf: map[string]bool{},
		declared: map[string]diag.Position{},
	}
	r.table()
	for _, resolve := range declarations {
		resolve(r)
	}
	r.undecided()
	r.model.Places = r.declared
	return r.model, r.diags
}

// declarations has a function for each kind of declaration in a template. They
// run in this order.
var declarations = []func(*resolver){
	(*resolver).skips,
	(*resolver).pendings,
	(*resolver).handles,
	(*resolver).filters,
	(*resolver).groups,
	(*resolver).handleMethods,
	(*resolver).messages,
}

// imports maps the package names that generated code is written with to paths.
func imports(in Input) map[string]string {
	return map[string]string{
		"rest":       in.REST.Package,
		"clone":      in.Module + "/opik/internal/clone",
		"context":    "context",
		"io":         "io",
		"iter":       "iter",
		"json":       "encoding/json",
		"time":       "time",
		"genversion": in.Module + "/opik/internal/genversion",
		"paging":     in.Module + "/opik/internal/paging",
		"oql":        in.Module + "/opik/internal/oql",
	}
}

// resolver carries one run.
type resolver struct {
	Input
	diags diag.List
	model *ir.Model
	rows  map[string]*ir.Operation // by operationId
	// handleOf holds the handles by name.
	handleOf map[string]*ir.Handle
	// eventsOf says of the operations with a method whether that wants events.
	eventsOf map[string]bool
	// declared holds the names of the generated package that are taken.
	declared map[string]diag.Position
	// views is what families has found.
	views map[string][]string
}

// table starts the operation table: a row for each operation, undecided.
func (r *resolver) table() {
	for _, op := range r.Contract.Operations {
		kind, why := r.kind(op)
		row := &ir.Operation{
			ID: op.ID, Tag: op.Tag, Kind: kind, Why: why, Method: op.Method, Path: op.Path,
			State: ir.StateUndecided, Contract: op.Pos,
		}
		r.rows[op.ID] = row
		r.model.Operations = append(r.model.Operations, row)
	}
	slices.SortStableFunc(r.model.Operations, func(a, b *ir.Operation) int {
		return cmp.Or(cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
}

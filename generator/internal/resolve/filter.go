package resolve

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// filters resolves filters and the kinds of their fields.
func (r *resolver) filters() {
	for _, k := range r.Templates.Kinds {
		r.filterKind(k)
	}
	for _, f := range r.Templates.Filters {
		b := &filterBuilder{resolver: r, from: f}
		b.build()
	}
	r.operatorsKnown()
	r.dropKinds()
}

// filterKind adds a kind.
func (r *resolver) filterKind(k *tmpl.Kind) {
	kind := &ir.FilterKind{
		Name: k.Name, Doc: k.Doc, Operators: slices.Clone(k.Operators), Value: ir.FilterValue(orElse(k.Value, string(ir.FilterText))),
		Key: k.Key, Column: k.Column, Columns: k.Columns, Decodes: k.Decodes, Generic: k.Generic,
	}
	bad := func(format string, args ...any) { r.diags.Errorf(k.Pos, "bad-kind", format, args...) }
	switch {
	case r.kindNamed(k.Name) != nil:
		bad("there is a kind %s already", k.Name)
		return
	case k.Key != "" && (!token.IsIdentifier(k.Key) || !token.IsExported(k.Key)):
		bad("key=%s is no exported Go name", k.Key)
	case len(k.Columns) > 0 && (len(k.Operators) > 0 || k.Key != ""):
		bad("the kind %s is of columns, which have operators and keys of their own", k.Name)
	case len(k.Columns) == 0 && len(k.Operators) == 0:
		bad("the kind %s has no operators", k.Name)
	case k.Generic && kind.Value != ir.FilterIdent && kind.Value != ir.FilterText:
		bad("the kind %s has values of a type of its own, which are text", k.Name)
	}
	for _, name := range k.Columns {
		if c := r.kindNamed(name); c == nil || c.Column == "" {
			bad("the kind %s has columns of the kind %s, which is none of those before it that have column=", k.Name, name)
		}
	}
	for _, o := range k.Operators {
		if ir.OperatorNames[o] == "" {
			r.diags.Add(diag.Diagnostic{
				Code: "unknown-operator", Pos: k.Pos, Message: fmt.Sprintf("there is no operator %q", o),
				Hint: diag.DidYouMean(o, ir.Operators()),
			})
		}
	}
	r.declare(ir.KindType(k.Name), k.Pos)
	if k.Key != "" {
		r.declare(ir.KeyedType(k.Name), k.Pos)
	}
	r.model.FilterKinds = append(r.model.FilterKinds, kind)
}

func (r *resolver) kindNamed(name string) *ir.FilterKind {
	i := slices.IndexFunc(r.model.FilterKinds, func(k *ir.FilterKind) bool { return k.Name == name })
	if i < 0 {
		return nil
	}
	return r.model.FilterKinds[i]
}

// filterBuilder makes one filter.
type filterBuilder struct {
	*resolver
	from *tmpl.Filter
	out  *ir.Filter
}

func (b *filterBuilder) build() {
	f := b.from
	noun := strings.TrimSuffix(f.Name, "Filter")
	if noun == f.Name || noun == "" {
		b.diags.Errorf(f.Pos, "bad-filter", "the name of the filter %s does not end in Filter", f.Name)
		return
	}
	b.out = &ir.Filter{
		Name: f.Name, Builder: noun + "Fields", Table: camelPlural(noun), Doc: f.Doc, Entity: f.Entity, Pos: f.Pos,
	}
	record := b.users()
	if record == nil || !b.record(record) {
		return // reported
	}
	for i := range f.Fields {
		b.field(&f.Fields[i])
	}
	free := b.declare(b.out.Name, f.Pos)
	if b.declare(b.out.Builder, f.Pos) && free {
		b.model.Filters = append(b.model.Filters, b.out)
	}
}

// camelPlural is the name of a table: Trace becomes Traces, Query Queries.
func camelPlural(noun string) string {
	p := plural(noun)
	return strings.ToUpper(p[:1]) + p[1:]
}

// users finds the operations that take the filter, and returns the schema of one
// element; nil if there are none, which is reported.
func (b *filterBuilder) users() *spec.Schema {
	f := b.from
	var record *spec.Schema
	take := func(op *spec.Operation) bool {
		found := filtersOf(b.Contract, op, f.Schema)
		if len(found) == 0 {
			return false
		}
		b.out.Operations = append(b.out.Operations, op.ID)
		record = found[0]
		return true
	}
	if f.Schema != "" {
		for _, op := range b.Contract.Operations {
			take(op)
		}
		if record == nil {
			b.missing(diag.Diagnostic{
				Code: "unknown-schema", Pos: f.DirectivePos,
				Message: fmt.Sprintf("no operation takes a list of %s", f.Schema),
				Hint:    diag.DidYouMean(f.Schema, filterSchemas(b.Contract)),
			})
		}
		return record
	}
	for _, id := range f.Operations {
		op := b.Contract.Operation(id)
		switch {
		case op == nil:
			b.missing(diag.Diagnostic{
				Code: "unknown-operation", Pos: f.DirectivePos, Message: fmt.Sprintf("unknown operation %q", id),
				Hint: diag.DidYouMean(id, b.operationIDs()), Related: b.nearestOperation(id),
			})
		case !take(op):
			b.missing(diag.Diagnostic{
				Code: "no-filters", Pos: f.DirectivePos, Related: op.Pos,
				Message: fmt.Sprintf("operation %q takes no filters", id),
			})
		}
	}
	return record
}

// record finds the REST layer's type of one filter.
func (b *filterBuilder) record(s *spec.Schema) bool {
	name := b.REST.Schemas[s.Ref]
	t := b.REST.Types[name]
	field, operator, value := fieldByWire(t, "field"), fieldByWire(t, "operator"), fieldByWire(t, "value")
	if field == nil || operator == nil || value == nil || fieldByWire(t, "key") == nil {
		b.missing(diag.Diagnostic{
			Code: "no-filters", Pos: b.from.DirectivePos, Message: fmt.Sprintf("the schema %s is no filter: it has field, key, operator and value", s.Ref),
			Related: s.Pos,
		})
		return false
	}
	b.out.Record, b.out.OperatorType = "rest."+name, b.qualify(operator.Type)
	if column := fieldByWire(t, "type"); column != nil {
		b.out.ColumnType = b.qualify(column.Type)
	}
	return true
}

// field adds one field.
func (b *filterBuilder) field(f *tmpl.FilterField) {
	kind := b.kindNamed(f.Kind)
	out := ir.FilterField{Name: f.Name, Wire: orElse(f.Wire, strings.Join(words(f.Name), "_")), Doc: f.Doc, Kind: f.Kind, Value: f.Value}
	problem := diag.Diagnostic{Code: "bad-field", Pos: f.Pos}
	switch {
	case kind == nil:
		var names []string
		for _, k := range b.model.FilterKinds {
			names = append(names, k.Name)
		}
		problem.Message, problem.Hint = fmt.Sprintf("there is no kind %s", f.Kind), diag.DidYouMean(f.Kind, names)
		b.diags.Add(problem)
		return
	case kind.Generic != (f.Value != ""):
		problem.Message = fmt.Sprintf("the kind %s has no type parameter", f.Kind)
		if kind.Generic {
			problem.Message = fmt.Sprintf("the kind %s needs the type of its values", f.Kind)
		}
		b.diags.Add(problem)
		return
	case len(kind.Columns) > 0 && b.out.ColumnType == "":
		problem.Message = fmt.Sprintf("%s has no type, which columns need", b.out.Record)
		b.missing(problem)
		return
	}
	keyed := func(k *ir.FilterKind) bool { return k.Key != "" || len(k.Columns) > 0 }
	for _, other := range b.out.Fields {
		if other.Wire == out.Wire && keyed(b.kindNamed(other.Kind)) == keyed(kind) {
			problem.Message = fmt.Sprintf("the filter has %s already", out.Wire)
			b.diags.Add(problem)
			return
		}
	}
	if b.absent(f) {
		return
	}
	b.out.Fields = append(b.out.Fields, out)
}

// absent tells whether the contract lacks what a field depends on, which is reported.
func (b *filterBuilder) absent(f *tmpl.FilterField) bool {
	if f.Property != "" {
		schema, name, _ := strings.Cut(f.Property, ".")
		members := b.properties(b.Contract.Schemas[schema])
		if !slices.ContainsFunc(members, func(p property) bool { return p.Name == name }) {
			b.missing(diag.Diagnostic{
				Code: "unknown-property", Pos: f.Pos, Message: fmt.Sprintf("the contract has no %s, on which the field %s depends", f.Property, f.Name),
			})
			return true
		}
	}
	if name, ok := strings.CutPrefix(f.Value, "rest."); ok && b.REST.Types[name] == nil {
		b.missing(diag.Diagnostic{
			Code: "unknown-type", Pos: f.Pos, Message: fmt.Sprintf("the REST layer has no type %s, which the field %s has", name, f.Name),
		})
		return true
	}
	return false
}

// operatorsKnown checks that the contract has the operators of each kind, in the
// schemas of all filters that use it.
func (r *resolver) operatorsKnown() {
	reported := map[string]bool{}
	for _, f := range r.model.Filters {
		known := r.operatorsOf(f)
		if len(known) == 0 {
			continue // any text
		}
		for _, kind := range r.model.FilterKinds {
			if !r.uses(f, kind) {
				continue
			}
			kind.Operators = slices.DeleteFunc(kind.Operators, func(o string) bool {
				if slices.Contains(known, o) {
					return false
				}
				if k := r.templateKind(kind.Name); !reported[kind.Name+o] {
					reported[kind.Name+o] = true
					r.missing(diag.Diagnostic{
						Code: "unknown-operator", Pos: k.Pos,
						Message: fmt.Sprintf("the contract's filters have no operator %q, which the kind %s has", o, kind.Name),
						Hint:    diag.DidYouMean(o, known),
					})
				}
				return true
			})
		}
	}
}

// uses tells whether a filter has a field, or a column, of a kind.
func (r *resolver) uses(f *ir.Filter, kind *ir.FilterKind) bool {
	return slices.ContainsFunc(f.Fields, func(field ir.FilterField) bool {
		k := r.kindNamed(field.Kind)
		return k == kind || slices.Contains(k.Columns, kind.Name)
	})
}

func (r *resolver) templateKind(name string) *tmpl.Kind {
	i := slices.IndexFunc(r.Templates.Kinds, func(k *tmpl.Kind) bool { return k.Name == name })
	return r.Templates.Kinds[i]
}

// operatorsOf returns the operators that the contract has for a filter.
func (r *resolver) operatorsOf(f *ir.Filter) []string {
	for _, op := range r.Contract.Operations {
		if !slices.Contains(f.Operations, op.ID) {
			continue
		}
		for _, s := range filtersOf(r.Contract, op, "") {
			if "rest."+r.REST.Schemas[s.Ref] != f.Record {
				continue
			}
			for _, p := range r.properties(s) {
				if p.Name == "operator" {
					return r.Contract.Resolve(p.Schema).Enum
				}
			}
		}
	}
	return nil
}

// dropKinds leaves out kinds without operators, and what has them: the contract may
// lack all of theirs.
func (r *resolver) dropKinds() {
	gone := func(name string) bool {
		k := r.kindNamed(name)
		return k == nil || len(k.Operators) == 0 && len(k.Columns) == 0
	}
	for _, f := range r.model.Filters {
		f.Fields = slices.DeleteFunc(f.Fields, func(field ir.FilterField) bool {
			if gone(field.Kind) {
				r.missing(diag.Diagnostic{
					Code: "no-operators", Pos: f.Pos, Message: fmt.Sprintf("the contract has no operator for the field %s of %s", field.Wire, f.Name),
				})
				return true
			}
			return false
		})
	}
	for _, k := range r.model.FilterKinds {
		k.Columns = slices.DeleteFunc(slices.Clone(k.Columns), gone)
	}
	r.model.Filters = slices.DeleteFunc(r.model.Filters, func(f *ir.Filter) bool { return len(f.Fields) == 0 })
	r.model.FilterKinds = slices.DeleteFunc(r.model.FilterKinds, func(k *ir.FilterKind) bool {
		return gone(k.Name) || !slices.ContainsFunc(r.model.Filters, func(f *ir.Filter) bool { return r.uses(f, k) })
	})
}

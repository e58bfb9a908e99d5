package resolve

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// handles resolves //opik:handle, all but the methods: those need the methods of
// services, which in turn may return handles.
func (r *resolver) handles() {
	for _, t := range r.Templates.Handles {
		if !r.declare(t.Name, t.Pos) {
			continue
		}
		if h := r.handle(t); h != nil {
			r.handleOf[t.Name] = h
			r.model.Handles = append(r.model.Handles, h)
		}
	}
}

// handle returns a handle without its methods, or nil if something was wrong.
func (r *resolver) handle(t *tmpl.Handle) *ir.Handle {
	name, inREST := strings.CutPrefix(t.Record, "rest.")
	record := r.REST.Types[name]
	if !inREST || record == nil || record.Kind != restgen.KindStruct {
		var structs []string
		for name, of := range r.REST.Types {
			if of.Kind == restgen.KindStruct {
				structs = append(structs, "rest."+name)
			}
		}
		r.missing(diag.Diagnostic{
			Code: "unknown-record", Pos: t.DirectivePos,
			Message: fmt.Sprintf("the REST layer has no struct %s for the records of %s", t.Record, t.Name),
			Hint:    diag.DidYouMean(t.Record, structs),
		})
		return nil
	}
	h := &ir.Handle{
		Name: t.Name, Noun: strings.Join(words(t.Name), " "), Record: t.Record, Service: t.Service + "Service", Field: t.Service,
		State: t.State, Pos: t.Pos,
	}
	id := r.recordField(t, t.DirectivePos, record, orElse(t.ID, "id"))
	if id == nil {
		return nil
	}
	h.ID = *id
	if f := fieldByWire(record, "name"); f != nil && f.Type == "string" {
		h.Title = &ir.RecordField{Name: f.Name, Type: "string"}
	}
	return h
}

// recordField returns a text of a record, or reports that there is none.
func (r *resolver) recordField(t *tmpl.Handle, pos diag.Position, record *restgen.Type, wire string) *ir.RecordField {
	f := fieldByWire(record, wire)
	if f == nil {
		var all []string
		for _, f := range record.Fields {
			all = append(all, f.Wire)
		}
		r.missing(diag.Diagnostic{
			Code: "unknown-property", Pos: pos,
			Message: fmt.Sprintf("%s has no property %q", t.Record, wire),
			Hint:    orHint(diag.DidYouMean(wire, all), "it has "+orNothing(all)),
		})
		return nil
	}
	base := strings.TrimPrefix(f.Type, "*")
	if base != "string" {
		r.diags.Errorf(pos, "no-text", "the property %q of %s is %s, not string", wire, t.Record, r.qualify(base))
		return nil
	}
	return &ir.RecordField{Name: f.Name, Type: base, Pointer: base != f.Type}
}

// oneParameter matches the paths that name one record and nothing else.
var oneParameter = regexp.MustCompile(`^[^{}]*/\{[^{}/]+\}$`)

// refresh finds the operation that reads the handle's record by its id: a GET whose
// path has one parameter at its end, which answers with the record. If several do,
// it is the one that the handle's service has a method for.
func (r *resolver) refresh(t *tmpl.Handle, h *ir.Handle) {
	var found, served []*spec.Operation
	for _, op := range r.Contract.Operations {
		if t.Refresh != "" && t.Refresh != op.ID || !r.reads(op, strings.TrimPrefix(h.Record, "rest.")) {
			continue
		}
		found = append(found, op)
		if strings.HasPrefix(r.rows[op.ID].Symbol, h.Service+".") {
			served = append(served, op)
		}
	}
	if len(served) == 1 {
		found = served
	}
	switch {
	case len(found) == 1:
		rest := r.REST.Operations[found[0].ID]
		h.Refresh = &ir.Call{Method: rest.Method, Path: []ir.Value{{Kind: ir.ValueResult}}}
		if rest.Params != "" {
			h.Refresh.Query = &ir.Literal{Type: rest.Params}
		}
		h.RefreshDoc = refreshDoc(h)
		h.RefreshExample = r.readExample(found[0])
	case len(found) > 1:
		var ids []string
		for _, op := range found {
			ids = append(ids, op.ID)
		}
		r.diags.Add(diag.Diagnostic{
			Code: "ambiguous", Pos: t.DirectivePos, Related: found[0].Pos,
			Message: fmt.Sprintf("%s can be refreshed by %d operations", t.Name, len(found)),
			Hint:    "say refresh= and one of " + strings.Join(ids, ", "),
		})
	case t.Refresh != "" && r.rows[t.Refresh] == nil:
		r.missing(diag.Diagnostic{
			Code: "unknown-operation", Pos: t.DirectivePos,
			Message: fmt.Sprintf("unknown operation %q", t.Refresh),
			Hint:    diag.DidYouMean(t.Refresh, r.operationIDs()),
		})
	case t.Refresh != "":
		r.diags.Add(diag.Diagnostic{
			Code: "no-refresh", Pos: t.DirectivePos, Related: r.Contract.Operation(t.Refresh).Pos,
			Message: fmt.Sprintf("operation %q does not read one %s by its id alone", t.Refresh, t.Record),
		})
	}
}

// reads reports whether an operation reads a record of the type by its id alone.
func (r *resolver) reads(op *spec.Operation, record string) bool {
	rest := r.REST.Operations[op.ID]
	return r.rows[op.ID].Kind == ir.KindGet && op.Method == "GET" && oneParameter.MatchString(op.Path) &&
		rest != nil && rest.ResultType == record && rest.Result == restgen.ResultJSON && !needsMore(op)
}

// needsMore reports whether an operation requires more than what its path holds.
func needsMore(op *spec.Operation) bool {
	for _, p := range op.Parameters {
		if p.Required && p.In != "path" {
			return true
		}
	}
	return false
}

// handleNames matches results that speak of a type without a package: *Dataset,
// iter.Seq2[*Dataset, error].
var handleNames = regexp.MustCompile(`^(iter\.Seq2\[)?(\*?)([A-Z]\w*)(, error\])?$`)

// handleResult replaces the handle in a declared result by its record, and returns
// its name. It reports a type that is no handle.
func (b *binder) handleResult(declared string) (record, handle string, ok bool) {
	m := handleNames.FindStringSubmatch(declared)
	if m == nil {
		return declared, "", true
	}
	h := b.handleOf[m[3]]
	switch {
	case h == nil && b.inTemplate(m[3]):
		b.failed = true // what is wrong with the handle is reported
		if b.OmitMissing {
			b.failf(b.tmpl.ResultPos, "unknown-handle", "", "it returns %s, which is left out", declared)
		}
		return "", "", false
	case h == nil:
		var names []string
		for _, h := range b.model.Handles {
			names = append(names, h.Name)
		}
		b.diags.Add(diag.Diagnostic{
			Code: "unknown-handle", Pos: b.tmpl.ResultPos,
			Message: fmt.Sprintf("%s returns %s, but no handle has the name %s", b.tmpl.Name, declared, m[3]),
			Hint:    orHint(diag.DidYouMean(m[3], names), "declare it with //opik:handle, or return a type of the REST layer"),
		})
		b.failed = true
		return "", "", false
	case m[2] == "":
		b.failf(b.tmpl.ResultPos, "result-type", "", "%s returns %s; a handle is returned as *%s", b.tmpl.Name, declared, m[3])
		return "", "", false
	case m[1] == "":
		return "*" + h.Record, h.Name, true
	}
	return iterator(h.Record), h.Name, true
}

// inTemplate reports whether a template declares a handle.
func (r *resolver) inTemplate(name string) bool {
	for _, t := range r.Templates.Handles {
		if t.Name == name {
			return true
		}
	}
	return false
}

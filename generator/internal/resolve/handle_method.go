package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// handleMethods settles what handles do: how they are read again, and what their
// methods call.
func (r *resolver) handleMethods() {
	for _, t := range r.Templates.Handles {
		h, service := r.handleOf[t.Name], r.serviceOf(t)
		if h == nil || h.Pos != t.Pos || service == nil {
			continue // reported
		}
		r.refresh(t, h)
		h.Example = r.recordExample(h)
		h.Doc = handleDoc(t, h)
		for _, own := range h.Own() {
			r.declare(t.Name+"."+own, t.Pos)
		}
		for _, m := range t.Methods {
			b := handleBinder{resolver: r, from: t, handle: h, service: service, tmpl: m}
			b.bind()
		}
	}
}

// serviceOf returns the service of a handle as the template has it.
func (r *resolver) serviceOf(t *tmpl.Handle) *tmpl.Group {
	var names []string
	for _, g := range r.Templates.Groups {
		if !g.Client && g.Name == t.Service {
			return g
		}
		if !g.Client {
			names = append(names, g.Name)
		}
	}
	r.diags.Add(diag.Diagnostic{
		Code: "unknown-service", Pos: t.DirectivePos,
		Message: fmt.Sprintf("no template has the service %s, whose methods %s is to call", t.Service, t.Name),
		Hint:    diag.DidYouMean(t.Service, names),
	})
	return nil
}

// handleBinder binds one method of a handle.
type handleBinder struct {
	*resolver
	from    *tmpl.Handle
	handle  *ir.Handle
	service *tmpl.Group
	tmpl    *tmpl.Method

	target *tmpl.Method // the service's
}

func (b handleBinder) bind() {
	name := orElse(b.tmpl.Target, b.tmpl.Name)
	at := slices.IndexFunc(b.service.Methods, func(m *tmpl.Method) bool { return m.Name == name })
	if at < 0 {
		var names []string
		for _, m := range b.service.Methods {
			names = append(names, m.Name)
		}
		b.diags.Add(diag.Diagnostic{
			Code: "unknown-method", Pos: b.tmpl.OperationPos,
			Message: fmt.Sprintf("the service %s has no method %s", b.service.Name, name),
			Hint:    orHint(diag.DidYouMean(name, names), "it has "+orNothing(names)),
			Related: b.service.Pos,
		})
		return
	}
	b.target = b.service.Methods[at]
	from := b.first()
	if from == nil || !b.sameSignature() {
		return
	}
	calls := b.resolved()
	if calls == nil {
		return
	}
	m := &ir.HandleMethod{Name: b.tmpl.Name, From: *from, Calls: calls, Pos: b.tmpl.Pos}
	for _, arg := range b.tmpl.Args {
		m.Args = append(m.Args, ir.Arg{Name: arg.Name, Type: arg.Type})
	}
	m.Changes = b.changes(calls)
	m.Doc, m.PageDoc = b.docs(calls)
	if len(m.Changes) > 0 {
		m.Doc += " Afterwards Record has what was written; what the server made of it, Refresh reads."
	}
	free := b.declare(b.handle.Name+"."+m.Name, m.Pos)
	if calls.Page != nil {
		free = b.declare(b.handle.Name+"."+m.Name+"Page", m.Pos) && free
	}
	if free {
		b.handle.Methods = append(b.handle.Methods, m)
	}
}

// first returns the field of the record that is the first argument of the service's
// method. An argument of another name would be given the wrong record's id.
func (b handleBinder) first() *ir.RecordField {
	wire := orElse(b.tmpl.From, orElse(b.from.ID, "id"))
	record := b.REST.Types[strings.TrimPrefix(b.handle.Record, "rest.")]
	from := b.recordField(b.from, b.tmpl.OperationPos, record, wire)
	if from == nil {
		return nil
	}
	problem := ""
	switch {
	case len(b.target.Args) == 0:
		problem = "no argument"
	case b.target.Args[0].Type != "string" || !b.names(b.target.Args[0].Name, wire):
		problem = b.target.Args[0].Name + " " + b.target.Args[0].Type
	default:
		return from
	}
	b.diags.Add(diag.Diagnostic{
		Code: "no-id-argument", Pos: b.tmpl.OperationPos, Related: b.target.Pos,
		Message: fmt.Sprintf("%s.%s takes %s first, not the %s of %s", b.service.Name, b.target.Name, problem, wire, article(b.handle.Noun)),
		Hint:    "a handle's method calls one that takes the record's property first; //opik:method from=property names another one",
	})
	return nil
}

// names reports whether an argument's name means a property of the handle's record:
// id, datasetID and, of annotation queues, queueID.
func (b handleBinder) names(arg, wire string) bool {
	of, ok := strings.CutSuffix(folded(arg), folded(wire))
	return ok && strings.HasSuffix(folded(b.handle.Noun), of)
}

// sameSignature compares the handle's method with the service's without its first
// argument.
func (b handleBinder) sameSignature() bool {
	want, have := b.target.Args[1:], b.tmpl.Args
	same := slices.EqualFunc(want, have, func(x, y tmpl.Arg) bool { return x.Type == y.Type })
	if same && slices.Equal(b.target.Results, b.tmpl.Results) {
		return true
	}
	b.diags.Add(diag.Diagnostic{
		Code: "signature-differs", Pos: b.tmpl.Pos, Related: b.target.Pos,
		Message: fmt.Sprintf("%s.%s differs from %s.%s, which it calls with the record's property before its own arguments",
			b.handle.Name, b.tmpl.Name, b.service.Name, b.target.Name),
		Hint: "write it as\n" + b.tmpl.Name + signature(want, b.target.Results),
	})
	return false
}

// signature writes arguments and results as a template does.
func signature(args []tmpl.Arg, results []string) string {
	parts := []string{"ctx context.Context"}
	for _, a := range args {
		parts = append(parts, a.Name+" "+a.Type)
	}
	text := "(" + strings.Join(parts, ", ") + ") "
	switch {
	case len(results) == 0:
		return text + "error"
	case strings.HasPrefix(results[0], "iter.Seq2["):
		return text + results[0]
	}
	return text + "(" + results[0] + ", error)"
}

// resolved returns the service's method; nil if it was left out or is reported.
func (b handleBinder) resolved() *ir.Method {
	for _, g := range b.model.Groups {
		if g.Field != b.service.Name {
			continue
		}
		for _, m := range g.Methods {
			if m.Name == b.target.Name {
				return m
			}
		}
	}
	if b.OmitMissing {
		b.missing(diag.Diagnostic{
			Code: "unknown-method", Pos: b.tmpl.Pos, Related: b.target.Pos,
			Message: fmt.Sprintf("%s.%s calls %s.%s, which is left out", b.handle.Name, b.tmpl.Name, b.service.Name, b.target.Name),
		})
	}
	return nil
}

// docs returns the comments of the method and of the one for a page.
func (b handleBinder) docs(calls *ir.Method) (doc, page string) {
	link := fmt.Sprintf("[%s.%s]", b.handle.Service, calls.Name)
	same := fmt.Sprintf("It is %s for this %s, which says more about requests and errors.", link, b.handle.Noun)
	if b.tmpl.Doc == "" {
		doc = fmt.Sprintf("%s is %s for this %s.", b.tmpl.Name, link, b.handle.Noun)
	} else {
		doc = b.tmpl.Doc + "\n\n" + same
	}
	if calls.Page != nil {
		page = fmt.Sprintf("%sPage returns one page of [%s.%s], the one that params.Page says. It blocks until the server has answered its request.",
			b.tmpl.Name, b.handle.Name, b.tmpl.Name)
	}
	return doc, page
}

// handleDoc is the comment of a handle's type.
func handleDoc(t *tmpl.Handle, h *ir.Handle) string {
	text := t.Doc
	if text == "" {
		text = fmt.Sprintf("%s is %s on the server.", t.Name, article(h.Noun))
	}
	again := ""
	if h.Refresh != nil {
		again = ", until Refresh reads it again"
	}
	return text + fmt.Sprintf("\n\nIt keeps what the server last said about the %s%s. It is safe for concurrent use. A nil %s has no id, "+
		"and its methods return [ErrNilHandle].", h.Noun, again, t.Name)
}

// refreshDoc is the comment of Refresh.
func refreshDoc(h *ir.Handle) string {
	return fmt.Sprintf("Refresh reads the %s again. It blocks until the server has answered its request. "+
		"Its error matches [ErrNotFound] if there is no such %s any more.", h.Noun, h.Noun)
}

package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/restgen"
	"github.com/opik-go/sdk/generator/internal/spec"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// messages resolves //opik:async.
func (r *resolver) messages() {
	first := map[string]diag.Position{}
	for _, m := range r.Templates.Messages {
		if pos, twice := first[m.Name]; twice {
			r.diags.Add(diag.Diagnostic{
				Code: "duplicate-message", Pos: m.Pos,
				Message: fmt.Sprintf("the message %s is declared twice", m.Name), Related: pos,
			})
			continue
		}
		first[m.Name] = m.Pos
		r.message(m)
	}
	r.updates()
}

// messageBuilder carries the resolution of one message.
type messageBuilder struct {
	*resolver
	from   *tmpl.Message
	op     *spec.Operation
	rest   *restgen.Operation
	out    *ir.Message
	failed bool

	// record is the schema of a record, recordType the REST layer's struct for it.
	record     *spec.Schema
	recordType string
	// list is the schema of the batch; nil if each record is a request.
	list *spec.Schema
}

func (r *resolver) message(m *tmpl.Message) {
	op := r.take(m.Operation, claim{State: ir.StateMessage, Symbol: m.Name, Path: m.Path, Pos: m.OperationPos})
	if op == nil {
		return
	}
	b := &messageBuilder{
		resolver: r, from: m, op: op, rest: r.REST.Operations[op.ID],
		out: &ir.Message{Name: m.Name, Doc: m.Doc, Pos: m.Pos},
	}
	// Each step builds on the ones before it, and reports all that it finds.
	for _, step := range []func(){b.request, b.source, b.pathField, b.fields, b.kind, b.key, b.facts, b.public} {
		if step(); b.failed {
			return
		}
	}
	r.model.Messages = append(r.model.Messages, b.out)
}

// problem reports an error of the template.
func (b *messageBuilder) problem(pos diag.Position, code, hint, format string, args ...any) {
	b.failed = true
	b.diags.Add(diag.Diagnostic{
		Code: code, Pos: pos, Message: fmt.Sprintf(format, args...), Hint: hint, Related: b.op.Pos,
	})
}

// request finds the schema of a record in the operation's body, and refuses
// operations that a queue cannot serve.
func (b *messageBuilder) request() {
	pos, id := b.from.OperationPos, b.op.ID
	if b.rest == nil || b.rest.Body != restgen.BodyJSON || !slices.Contains([]string{"POST", "PUT", "PATCH"}, b.op.Method) {
		b.problem(pos, "not-queueable", "a message is sent by POST, PUT or PATCH with a JSON body",
			"operation %q (%s %s) cannot carry a message", id, b.op.Method, b.op.Path)
		return
	}
	if b.rest.Result != restgen.ResultNone && b.rest.Result != restgen.ResultLocation {
		b.problem(pos, "result-lost", "declare a method for it instead",
			"operation %q answers with a result, which a queued message would lose", id)
		return
	}
	for _, p := range b.op.Parameters {
		if p.Required && p.In != "path" {
			b.problem(pos, "parameter-required", "", "operation %q needs the %s parameter %q, which a message cannot give", id, p.In, p.Name)
		}
	}
	body := b.Contract.Resolve(b.op.Body.Content[0].Schema)
	b.record, b.recordType = body, b.rest.BodyType
	if b.from.Items != "" {
		b.batch(body)
	}
}

// batch finds the records in the body of a batch.
func (b *messageBuilder) batch(body *spec.Schema) {
	pos, id, items := b.from.OperationPos, b.op.ID, b.from.Items
	members := b.properties(body)
	at := slices.IndexFunc(members, func(p property) bool { return p.Name == items })
	if at < 0 {
		b.failed = true
		b.missing(diag.Diagnostic{
			Code: "unknown-items", Pos: pos,
			Message: fmt.Sprintf("the body of operation %q has no property %q", id, items),
			Hint:    orElse(diag.DidYouMean(items, names(members)), "it has "+strings.Join(names(members), ", ")),
			Related: b.op.Pos,
		})
		return
	}
	b.list = b.Contract.Resolve(members[at].Schema)
	field := fieldByWire(b.REST.Types[b.rest.BodyType], items)
	if b.list == nil || b.list.Type != "array" || field == nil {
		b.problem(pos, "items-no-list", "", "property %q of operation %q is no list of records", items, id)
		return
	}
	for _, p := range members {
		if p.Required && p.Name != items {
			b.problem(pos, "batch-needs-more", "", "operation %q needs the property %q beside %q, which a batch of messages cannot give", id, p.Name, items)
		}
	}
	b.record = b.Contract.Resolve(b.list.Items)
	b.recordType = strings.TrimLeft(field.Type, "[]*")
}

// source checks the type that the template gives against the one that is sent.
func (b *messageBuilder) source() {
	name, ok := strings.CutPrefix(b.from.Source, "rest.")
	known := b.REST.Types[name]
	switch {
	case !ok:
		b.problem(b.from.Pos, "source-not-rest", "write type "+b.from.Name+" rest."+b.recordType,
			"the message %s must be defined by a type of package rest, not by %s", b.from.Name, b.from.Source)
	case known == nil:
		b.problem(b.from.Pos, "unknown-source", orElse(diag.DidYouMean(name, b.structs()), "operation "+b.op.ID+" takes rest."+b.recordType),
			"package rest has no type %s", name)
	case name != b.recordType:
		hint := "write rest." + b.recordType
		if found := b.listsOf(name); found != "" && b.from.Items == "" {
			hint = "add items=" + found
		}
		b.problem(b.from.Pos, "source-differs", hint,
			"operation %q takes rest.%s, not rest.%s", b.op.ID, b.recordType, name)
	case known.Kind != restgen.KindStruct:
		b.problem(b.from.Pos, "source-no-struct", "", "rest.%s is no struct, so that it cannot be a message", name)
	}
}

// listsOf returns the property of the request that lists values of a type.
func (b *messageBuilder) listsOf(name string) string {
	body := b.REST.Types[b.rest.BodyType]
	if body == nil {
		return ""
	}
	for _, f := range body.Fields {
		if strings.HasPrefix(f.Type, "[]") && strings.TrimLeft(f.Type, "[]*") == name {
			return f.Wire
		}
	}
	return ""
}

// structs returns the names of the REST layer's structs, sorted.
func (r *resolver) structs() []string {
	var all []string
	for name, t := range r.REST.Types {
		if t.Kind == restgen.KindStruct {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// public settles the counterpart in package opik.
func (b *messageBuilder) public() {
	if b.from.Method == "" {
		return
	}
	free := b.declare(b.from.Name, b.from.Pos)
	if !b.declare("Client."+b.from.Method, b.from.Pos) || !free {
		b.failed = true
		return
	}
	b.out.Public = &ir.PublicMessage{Method: b.from.Method, Many: b.list != nil}
	for i := range b.out.Fields {
		switch f := &b.out.Fields[i]; f.Wire {
		case "project_name":
			b.out.Public.ProjectName = f.Name
		case "project_id":
			b.out.Public.ProjectID = f.Name
		case "id":
			// The server makes an id for each arrival of a record without one.
			if f.Rules.UUID && !f.Rules.Present && slices.Contains(b.out.KeyFields, f.Name) {
				b.out.Public.MadeID = f.Name
			}
		}
	}
}

func names(ps []property) []string {
	var all []string
	for _, p := range ps {
		all = append(all, p.Name)
	}
	return all
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

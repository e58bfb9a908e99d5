package cli

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
)

// explanation is what explain prints with -json, for each match: an operation with
// what serves it, a handle, or a filter.
type explanation struct {
	Operation *ir.Operation `json:"operation,omitempty"`
	Method    *ir.Method    `json:"method,omitempty"`
	Message   *ir.Message   `json:"message,omitempty"`
	Handle    *ir.Handle    `json:"handle,omitempty"`
	Filter    *ir.Filter    `json:"filter,omitempty"`
}

// explainVerb says how a symbol and an operation belong together.
func explainVerb(*flag.FlagSet) func(*run) int {
	return func(r *run) int {
		g, problems := r.generate("", false)
		if g == nil || g.Model == nil {
			return r.finish(Trouble, problems, nil, "")
		}
		found, names := find(g.Model, r.args[0])
		if len(found) == 0 {
			var unknown diag.List
			unknown.Add(diag.Diagnostic{
				Code: "unknown-name", Message: fmt.Sprintf("neither an operation nor a generated symbol is called %q", r.args[0]),
				Hint: diag.DidYouMean(r.args[0], names),
			})
			return r.finish(Trouble, unknown, nil, "")
		}
		var text []string
		for _, e := range found {
			text = append(text, e.text())
		}
		// What is wrong elsewhere is the business of generate.
		return r.finish(InStep, diag.List{}, found, strings.Join(text, "\n"))
	}
}

// find returns what a name means, and all names there are. A symbol may be
// written with or without its type: TracesService.List, Traces.List, List.
func find(m *ir.Model, name string) (found []explanation, names []string) {
	methods := map[string][]*ir.Method{} // an operation can have one for JSON and one for events
	own := map[*ir.Method][]string{}     // names of the method alone
	symbols := map[string][]string{}     // names for each operation
	add := func(id string, all ...string) {
		symbols[id] = append(symbols[id], all...)
	}
	for _, g := range m.Groups {
		for _, method := range g.Methods {
			methods[method.Operation] = append(methods[method.Operation], method)
			all := []string{method.Call.Method}
			short := []string{method.Name}
			if method.Page != nil {
				short = append(short, method.Page.Method)
			}
			for _, name := range short {
				all = append(all, name, cmp.Or(g.Service, "Client")+"."+name)
				if g.Service != "" {
					all = append(all, g.Field+"."+name)
				}
			}
			if method.Params != nil {
				all = append(all, method.Params.Type)
			}
			own[method] = all
			add(method.Operation, all...)
		}
	}
	for _, h := range m.Handles {
		names = append(names, h.Name)
		if h.Name == name {
			found = append(found, explanation{Handle: h})
		}
		for _, method := range h.Methods {
			add(method.Calls.Operation, method.Name, h.Name+"."+method.Name)
			if method.PageDoc != "" {
				add(method.Calls.Operation, method.Name+"Page", h.Name+"."+method.Name+"Page")
			}
		}
	}
	for _, f := range m.Filters {
		names = append(names, f.Name, f.Builder)
		if f.Name == name || f.Builder == name {
			found = append(found, explanation{Filter: f})
		}
	}
	messages := map[string]*ir.Message{}
	for _, message := range m.Messages {
		messages[message.Kind.Operation] = message
		add(message.Kind.Operation, message.Name)
	}
	for _, op := range m.Operations {
		add(op.ID, op.ID)
		if op.Symbol != "" {
			add(op.ID, op.Symbol)
		}
		names = append(names, symbols[op.ID]...)
		if slices.Contains(symbols[op.ID], name) {
			found = append(found, explain(op, name, methods[op.ID], own, messages[op.ID])...)
		}
	}
	return found, names
}

// explain explains an operation: once for each of its methods that the name means,
// which are all if it is the name of something else.
func explain(op *ir.Operation, name string, methods []*ir.Method, own map[*ir.Method][]string, message *ir.Message) []explanation {
	meant := slices.DeleteFunc(slices.Clone(methods), func(m *ir.Method) bool { return !slices.Contains(own[m], name) })
	if len(meant) == 0 {
		meant = methods
	}
	if len(meant) == 0 {
		return []explanation{{Operation: op, Message: message}}
	}
	var all []explanation
	for _, m := range meant {
		all = append(all, explanation{Operation: op, Method: m, Message: message})
	}
	return all
}

// text explains one operation, handle or filter.
func (e explanation) text() string {
	op := e.Operation
	var b strings.Builder
	if e.Handle != nil {
		e.handle(&b)
		return b.String()
	}
	if e.Filter != nil {
		e.filter(&b)
		return b.String()
	}
	fmt.Fprintf(&b, "%s: %s %s\n", op.ID, op.Method, op.Path)
	fmt.Fprintf(&b, "  contract  %s, tag %q\n", op.Contract, op.Tag)
	fmt.Fprintf(&b, "  kind      %s: %s\n", op.Kind, op.Why)
	switch op.State {
	case ir.StateMethod, ir.StateMessage:
		fmt.Fprintf(&b, "  %-9s %s\n", op.State, op.Symbol)
	case ir.StateSkipped:
		fmt.Fprintf(&b, "  skipped   %s\n", op.Reason)
	default:
		fmt.Fprintf(&b, "  %s\n", op.State)
	}
	if op.Pos.File != "" {
		why := "the template names the operation"
		if op.Inferred != "" {
			why = "inferred: " + op.Inferred
		}
		if op.State != ir.StateMethod {
			why = ""
		}
		fmt.Fprintf(&b, "  template  %s\n", strings.TrimSuffix(op.Pos.String()+", "+why, ", "))
	}
	if e.Method != nil {
		e.inputs(&b)
	}
	if e.Message != nil {
		e.fields(&b)
	}
	return b.String()
}

// inputs says where the inputs of a method come from.
func (e explanation) inputs(b *strings.Builder) {
	m := e.Method
	fmt.Fprintf(b, "  calls     rest.Client.%s\n", m.Call.Method)
	for _, a := range m.Args {
		fmt.Fprintf(b, "  argument  %s %s\n", a.Name, a.Type)
	}
	if m.Params != nil {
		fmt.Fprintf(b, "  params    %s\n", m.Params.Type)
		for _, f := range m.Params.Fields {
			fmt.Fprintf(b, "    %s %s", f.Name, f.Type)
			if f.Wire != "" {
				fmt.Fprintf(b, ", sent as %s", f.Wire)
			}
			b.WriteString("\n")
		}
	}
	if m.Result.Type != "" {
		how, handle := "", ""
		if m.Result.Kind != ir.ResultPlain {
			how = string(m.Result.Kind) + " "
		}
		if m.Result.Handle != "" {
			handle = ", as the handle " + m.Result.Handle
		}
		fmt.Fprintf(b, "  returns   %s%s%s\n", how, m.Result.Type, handle)
	}
}

// handle says what a handle is made of.
func (e explanation) handle(b *strings.Builder) {
	h := e.Handle
	fmt.Fprintf(b, "%s: a handle of one %s, a type for one record of the server\n", h.Name, h.Noun)
	fmt.Fprintf(b, "  template  %s\n", h.Pos)
	fmt.Fprintf(b, "  record    %s, known by %s\n", h.Record, h.ID.Name)
	if h.State != "" {
		fmt.Fprintf(b, "  state     %s, written by hand\n", h.State)
	}
	if h.Refresh != nil {
		fmt.Fprintf(b, "  refresh   rest.Client.%s\n", h.Refresh.Method)
	}
	for _, m := range h.Methods {
		fmt.Fprintf(b, "  method    %s calls %s.%s with %s\n", m.Name, h.Service, m.Calls.Name, m.From.Name)
	}
}

// filter says what a filter chooses by, and where.
func (e explanation) filter(b *strings.Builder) {
	f := e.Filter
	fmt.Fprintf(b, "%s: what %s can be filtered by, with the fields in %s\n", f.Name, f.Entity, f.Builder)
	fmt.Fprintf(b, "  template  %s\n", f.Pos)
	fmt.Fprintf(b, "  sent as   %s\n", f.Record)
	for _, id := range f.Operations {
		fmt.Fprintf(b, "  taken by  %s\n", id)
	}
	for _, field := range f.Fields {
		fmt.Fprintf(b, "    %s %s, sent as %s\n", field.Name, field.Kind, field.Wire)
	}
}

// fields says what a message consists of.
func (e explanation) fields(b *strings.Builder) {
	m := e.Message
	if m.Kind.Items != "" {
		fmt.Fprintf(b, "  batches   %s, at most %d\n", m.Kind.Items, m.Kind.MaxItems)
	}
	fmt.Fprintf(b, "  key       %s\n", strings.Join(m.KeyFields, ", "))
	if m.Kind.Updates != "" {
		fmt.Fprintf(b, "  changes   %s\n", m.Kind.Updates)
	}
	if m.GroupField != "" {
		fmt.Fprintf(b, "  trace     %s\n", m.GroupField)
	}
	for _, f := range m.Fields {
		fmt.Fprintf(b, "    %s %s, sent as %s\n", f.Name, f.Type.Go, f.Wire)
	}
}

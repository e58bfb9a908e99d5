package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// handles emits a file for each handle. What handles have in common is in package
// opik, written by hand.
func handles(m *ir.Model) ([]output.File, error) {
	var out []output.File
	for _, h := range m.Handles {
		w := handleWriter{newGoFile(m, "opik/"+strings.ReplaceAll(h.Noun, " ", "_")+"_handle_gen.go"), h}
		w.structure()
		w.accessors()
		w.access()
		w.refresh()
		for _, method := range h.Methods {
			w.method(method)
		}
		file, err := w.render()
		if err != nil {
			return nil, err
		}
		out = append(out, file)
	}
	return out, nil
}

// handleWriter emits one handle.
type handleWriter struct {
	*goFile
	handle *ir.Handle
}

// self is the receiver. No argument of a template is called so.
const self = "h"

func (w handleWriter) receiver() *jen.Statement { return jen.Id(self).Op("*").Id(w.handle.Name) }

func (w handleWriter) record() *jen.Statement { return w.typ(w.handle.Record) }

// structure emits the type and its constructor.
func (w handleWriter) structure() {
	h := w.handle
	var fields []jen.Code
	if h.State != "" {
		fields = append(fields, jen.Id(h.State), jen.Line())
	}
	fields = append(fields,
		jen.Id("client").Op("*").Id("Client"),
		jen.Id("mu").Qual("sync", "RWMutex"),
		jen.Id("record").Add(w.record()))
	w.declare(h.Doc, jen.Type().Id(h.Name).Struct(fields...))
	w.declare(fmt.Sprintf("%s returns a handle of a record.", constructor(h.Name)),
		jen.Func().Id(constructor(h.Name)).Params(jen.Id("client").Op("*").Id("Client"), jen.Id("record").Add(w.record())).Op("*").Id(h.Name).Block(
			jen.Return(jen.Op("&").Id(h.Name).Values(jen.Id("client").Op(":").Id("client"), jen.Id("record").Op(":").Id("record")))))
}

// accessors emits the methods that tell what is known, without a request.
func (w handleWriter) accessors() {
	h := w.handle
	w.accessor("ID", fmt.Sprintf("ID returns the id of the %s.", h.Noun), jen.String(), w.property(h.ID))
	if h.Title != nil {
		w.accessor("Name", fmt.Sprintf("Name returns the name of the %s, as it was when it was last read.", h.Noun), jen.String(), w.property(*h.Title))
	}
	w.accessor("Record", fmt.Sprintf("Record returns what the server last said about the %s. It is a copy, which the caller may change.", h.Noun),
		w.record(), w.typ("clone.Of").Call(jen.Id(self).Dot("known").Call()))
}

func (w handleWriter) accessor(name, text string, result, value jen.Code) {
	w.declare(text, jen.Func().Params(w.receiver()).Id(name).Params().Add(result).Block(jen.Return(value)))
}

// property is the expression for a text of the record.
func (w handleWriter) property(f ir.RecordField) *jen.Statement {
	e := jen.Id(self).Dot("known").Call().Dot(f.Name)
	if f.Pointer {
		e = jen.Id("valueOf").Call(e)
	}
	return e
}

// access emits the three methods that everything else goes through.
func (w handleWriter) access() {
	h, lock := w.handle, jen.Id(self).Dot("mu")
	w.declare("known returns the record itself: what it points to is shared. It is the zero value for a nil handle.",
		jen.Func().Params(w.receiver()).Id("known").Params().Params(jen.Id("record").Add(w.record())).Block(
			jen.If(jen.Id(self).Op("==").Nil()).Block(jen.Return(jen.Id("record"))),
			lock.Clone().Dot("RLock").Call(),
			jen.Defer().Add(lock.Clone().Dot("RUnlock").Call()),
			jen.Return(jen.Id(self).Dot("record"))))
	w.declare("change lets f change the record. It must replace what the record points to, not change it.",
		jen.Func().Params(w.receiver()).Id("change").Params(jen.Id("f").Func().Params(jen.Id("record").Op("*").Add(w.record()))).Block(
			lock.Clone().Dot("Lock").Call(),
			jen.Defer().Add(lock.Clone().Dot("Unlock").Call()),
			jen.Id("f").Call(jen.Op("&").Id(self).Dot("record"))))
	w.declare(fmt.Sprintf("usable returns [ErrNilHandle] if no call returned the %s.", h.Noun),
		jen.Func().Params(w.receiver()).Id("usable").Params().Error().Block(
			jen.If(jen.Id(self).Op("==").Nil().Op("||").Id(self).Dot("client").Op("==").Nil()).Block(jen.Return(jen.Id("ErrNilHandle"))),
			jen.Return(jen.Nil())))
}

// fetcher is the function that reads a record by its id.
func fetcher(handle string) string { return "fetch" + handle }

// refresh emits the method that reads the record again, and the function that it
// shares with hand-written code: what else the operation takes differs between
// versions of the contract.
func (w handleWriter) refresh() {
	h := w.handle
	if h.Refresh == nil {
		return
	}
	call := []jen.Code{jen.Id("ctx"), jen.Id("id")}
	if h.Refresh.Query != nil {
		call = append(call, jen.Nil())
	}
	ctx, opts := jen.Id("ctx").Add(w.typ("context.Context")), jen.Id("opts").Op("...").Id("CallOption")
	w.declare(fmt.Sprintf("%s reads the record of one %s.", fetcher(h.Name), h.Noun),
		jen.Func().Id(fetcher(h.Name)).Params(ctx, jen.Id("client").Op("*").Id("Client"), jen.Id("id").String(), opts).
			Params(jen.Op("*").Add(w.record()), jen.Error()).Block(
			jen.Return(jen.Id("client").Dot("REST").Call().Dot(h.Refresh.Method).Call(append(call, jen.Id("opts").Op("..."))...))))
	w.declare(h.RefreshDoc, jen.Func().Params(w.receiver()).Id("Refresh").
		Params(ctx, opts).Error().Block(
		jen.If(jen.Err().Op(":=").Id(self).Dot("usable").Call(), jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Err())),
		jen.List(jen.Id("record"), jen.Err()).Op(":=").Id(fetcher(h.Name)).
			Call(jen.Id("ctx"), jen.Id(self).Dot("client"), jen.Id(self).Dot("ID").Call(), jen.Id("opts").Op("...")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Err())),
		jen.Id(self).Dot("change").Call(jen.Func().Params(jen.Id("current").Op("*").Add(w.record())).Block(jen.Op("*").Id("current").Op("=").Op("*").Id("record"))),
		jen.Return(jen.Nil())))
}

// method emits a method that calls the service's, and that for one page.
func (w handleWriter) method(m *ir.HandleMethod) {
	target := methodWriter{goFile: w.goFile, method: m.Calls, service: w.handle.Service}
	w.bound(m, m.Name, m.Calls.Name, m.Doc, target.results(), w.changes(m)...)
	if m.PageDoc != "" {
		w.bound(m, m.Name+"Page", m.Calls.Page.Method, m.PageDoc, jen.Params(jen.Op("*").Add(target.page()), jen.Error()))
	}
}

// changes are the statements that note in the record what was written.
func (w handleWriter) changes(m *ir.HandleMethod) []jen.Code {
	var all []jen.Code
	for _, c := range m.Changes {
		value := jen.Id("params")
		if c.Arg != "" {
			value = jen.Id(c.Arg)
		}
		if c.Member != "" {
			value.Dot(c.Member)
		}
		all = append(all, jen.Id("assign").Call(jen.Op("&").Id("record").Dot(c.Field), value))
	}
	return all
}

// bound emits one method with what it calls, and what it does to the record then.
func (w handleWriter) bound(m *ir.HandleMethod, name, calls, text string, results jen.Code, changes ...jen.Code) {
	params, args := []jen.Code{jen.Id("ctx").Add(w.typ("context.Context"))}, []jen.Code{jen.Id("ctx"), w.property(m.From)}
	for _, a := range m.Args {
		params, args = append(params, jen.Id(a.Name).Add(w.typ(a.Type))), append(args, jen.Id(a.Name))
	}
	if p := m.Calls.Params; p != nil {
		params, args = append(params, jen.Id("params").Id(p.Type)), append(args, jen.Id("params"))
	}
	params, args = append(params, jen.Id("opts").Op("...").Id("CallOption")), append(args, jen.Id("opts").Op("..."))

	target := methodWriter{goFile: w.goFile, method: m.Calls, service: w.handle.Service}
	failed := []jen.Code{jen.Err()}
	switch r := m.Calls.Result; {
	case name != m.Name: // the page
		failed = []jen.Code{jen.Nil(), jen.Err()}
	case r.Kind == ir.ResultIterator:
		failed = []jen.Code{jen.Id("failed").Types(target.item()).Call(jen.Err())}
	case r.Kind != ir.ResultNone:
		failed = []jen.Code{target.zero(), jen.Err()}
	}
	w.declare(text, jen.Func().Params(w.receiver()).Id(name).Params(params...).Add(results).Block(
		jen.If(jen.Err().Op(":=").Id(self).Dot("usable").Call(), jen.Err().Op("!=").Nil()).Block(jen.Return(failed...)),
		w.delegate(jen.Id(self).Dot("client").Dot(w.handle.Field).Dot(calls).Call(args...), changes)))
}

// delegate returns what a call returns, or makes changes if it has succeeded.
func (w handleWriter) delegate(call jen.Code, changes []jen.Code) *jen.Statement {
	if len(changes) == 0 {
		return jen.Return(call)
	}
	return jen.If(jen.Err().Op(":=").Add(call), jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Err())).Line().
		Id(self).Dot("change").Call(jen.Func().Params(jen.Id("record").Op("*").Add(w.record())).Block(changes...)).Line().
		Return(jen.Nil())
}

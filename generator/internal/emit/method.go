package emit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
)

// methodWriter emits one method. The bodies are calls of the REST layer; what
// they have in common is in the helpers of package opik, written by hand.
type methodWriter struct {
	*goFile
	method *ir.Method
	// service is the type that has the method; empty for the client.
	service string
}

// self is the name of the receiver.
func (w methodWriter) self() *jen.Statement {
	if w.service == "" {
		return jen.Id("c")
	}
	return jen.Id("s")
}

// receiver is the declaration of the receiver.
func (w methodWriter) receiver() *jen.Statement {
	return w.self().Op("*").Id(cmp.Or(w.service, "Client"))
}

// client is the expression for the client.
func (w methodWriter) client() *jen.Statement {
	if w.service == "" {
		return w.self()
	}
	return w.self().Dot("client")
}

// params emits the params struct.
func (w methodWriter) params() {
	p := w.method.Params
	if p == nil {
		return
	}
	var fields []jen.Code
	for _, field := range p.Fields {
		fields = append(fields, doc(field.Doc).Id(field.Name).Add(w.typ(field.Type)))
	}
	w.declare(p.Doc, jen.Type().Id(p.Type).Struct(fields...))
}

// write emits the method.
func (w methodWriter) write() {
	r := w.method.Result
	var body []jen.Code
	switch {
	case w.method.Page != nil:
		w.list()
		return
	case w.method.Search != nil:
		body = w.searchBody()
	case r.Kind == ir.ResultIterator && w.method.Kind == ir.KindEvents:
		body = []jen.Code{w.open(), jen.Return(w.each(jen.Id("followEvents").Types(w.typ(r.Type)).Call(jen.Id("ctx"), jen.Id("open"))))}
	case r.Kind == ir.ResultIterator:
		body = []jen.Code{w.open(), jen.Return(w.each(jen.Id("follow").Call(jen.Id("ctx"), jen.Id("open"))))}
	case r.Kind == ir.ResultNone:
		body = append(w.filters(), jen.Return(w.call(w.method.Call)))
	default:
		body = w.singleBody()
	}
	w.function(w.method.Name, w.method.Doc, w.results(), body...)
}

// results are what the method returns.
func (w methodWriter) results() *jen.Statement {
	switch w.method.Result.Kind {
	case ir.ResultIterator:
		return w.iterator()
	case ir.ResultNone:
		return jen.Error()
	}
	return jen.Params(w.single(), jen.Error())
}

// function emits a method with the template's arguments, the params and the options.
func (w methodWriter) function(name, text string, results jen.Code, body ...jen.Code) {
	args := []jen.Code{jen.Id("ctx").Add(w.typ("context.Context"))}
	for i, a := range w.method.Args {
		arg := jen.Id(a.Name)
		// Neighbours of one type share it.
		if i+1 == len(w.method.Args) || w.method.Args[i+1].Type != a.Type {
			arg.Add(w.typ(a.Type))
		}
		args = append(args, arg)
	}
	if w.method.Params != nil {
		args = append(args, jen.Id("params").Id(w.method.Params.Type))
	}
	args = append(args, jen.Id("opts").Op("...").Id("CallOption"))
	w.declare(text, jen.Func().Params(w.receiver()).Id(name).Params(args...).Add(results).Block(body...))
}

// singleBody is the body of a method with one result.
func (w methodWriter) singleBody() []jen.Code {
	r := w.method.Result
	failed := jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(w.zero(), jen.Err()))
	before := w.filters(w.zero())
	switch r.Kind {
	case ir.ResultCreated:
		return append(before,
			jen.List(jen.Id("id"), jen.Err()).Op(":=").Add(w.call(w.method.Call)),
			failed,
			w.returned(w.call(*w.method.Fetch)),
		)
	case ir.ResultMember:
		member := jen.Id("answer").Dot(r.Member)
		if r.MemberPointer {
			member = jen.Id("valueOf").Call(member)
		}
		return append(before,
			jen.List(jen.Id("answer"), jen.Err()).Op(":=").Add(w.call(w.method.Call)),
			failed,
			jen.Return(member, jen.Nil()),
		)
	}
	return append(before, w.returned(w.call(w.method.Call)))
}

// searchBody is the body of a search.
func (w methodWriter) searchBody() []jen.Code {
	s := w.method.Search
	ctx, open, most := jen.Id("ctx"), jen.Id("open"), jen.Id("params").Dot("MaxResults")
	if s.Cursor == "" {
		return []jen.Code{w.open(), jen.Return(w.each(jen.Id("searchOnce").Call(ctx, most, jen.Lit(s.Max), jen.Lit(s.Instead), open)))}
	}
	key := jen.Id("record").Dot(s.Key)
	if s.KeyPointer {
		key = jen.Id("valueOf").Call(key)
	}
	size := jen.Id("params").Dot("PageSize")
	if s.Max > 0 {
		size = jen.Id("atMost").Call(size, jen.Lit(s.Max))
	}
	id := jen.Func().Params(jen.Id("record").Add(w.typ(w.method.Result.Type))).String().Block(jen.Return(key))
	return []jen.Code{
		w.open(),
		jen.Id("id").Op(":=").Add(id),
		jen.Return(w.each(jen.Id("search").Call(ctx, most, size, open, jen.Id("id")))),
	}
}

// open declares the function that sends one request of a stream.
func (w methodWriter) open() jen.Code {
	args := []jen.Code{jen.Id("ctx").Add(w.typ("context.Context"))}
	if s := w.method.Search; s != nil {
		if s.Cursor != "" {
			args = append(args, jen.Id("after").String())
		}
		args = append(args, jen.Id("limit").Int())
	}
	stream := jen.Op("*").Add(w.typ("rest.Stream")).Types(w.typ(w.method.Result.Type))
	if w.method.Kind == ir.KindEvents {
		stream = jen.Op("*").Add(w.typ("rest.EventStream"))
	}
	return jen.Id("open").Op(":=").Func().Params(args...).Params(stream, jen.Error()).Block(
		append(w.filters(jen.Nil()), jen.Return(w.call(w.method.Call)))...)
}

// call emits a call of the REST layer.
func (w methodWriter) call(c ir.Call) *jen.Statement {
	args := []jen.Code{jen.Id("ctx")}
	for _, v := range c.Path {
		args = append(args, w.value(v))
	}
	if c.Query != nil {
		if len(c.Query.Fields) == 0 {
			args = append(args, jen.Nil())
		} else {
			args = append(args, jen.Op("&").Add(w.literal(c.Query)))
		}
	}
	if c.ContentType != nil {
		args = append(args, w.value(*c.ContentType))
	}
	if c.Body != nil {
		args = append(args, w.value(*c.Body))
	}
	return w.client().Dot("REST").Call().Dot(c.Method).Call(append(args, jen.Id("opts").Op("..."))...)
}

// filters emits what joins the filters that a call takes as text with those that it
// takes as a list, or returns the given results and the error.
func (w methodWriter) filters(results ...jen.Code) []jen.Code {
	var all []jen.Code
	for _, v := range w.method.Call.Filters() {
		field := func(name string) *jen.Statement { return jen.Id("params").Dot(name) }
		all = append(all,
			jen.List(jen.Id(localName(v.Name)), jen.Err()).Op(":=").Id("bothFilters").Call(field(v.Other).Dot("Parse"), field(v.Name)),
			jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(append(slices.Clone(results), jen.Err())...)))
	}
	return all
}

// localName is the variable for what a field becomes.
func localName(field string) string { return strings.ToLower(field[:1]) + field[1:] }

// literal emits a composite literal of the REST layer.
func (w methodWriter) literal(l *ir.Literal) *jen.Statement {
	var fields []jen.Code
	for _, a := range l.Fields {
		fields = append(fields, jen.Id(a.Field).Op(":").Add(w.value(a.Value)))
	}
	name := w.typ("rest." + l.Type)
	if len(fields) < 2 {
		return name.Values(fields...)
	}
	return name.Custom(lines, fields...)
}

// value emits an expression.
func (w methodWriter) value(v ir.Value) *jen.Statement {
	field := func(name string) *jen.Statement { return jen.Id("params").Dot(name) }
	var e *jen.Statement
	switch v.Kind {
	case ir.ValueArg:
		e = jen.Id(v.Name)
	case ir.ValueParam:
		if v.Default != "" {
			return jen.Id("orDefault").Call(field(v.Name), jen.Op(v.Default))
		}
		return field(v.Name)
	case ir.ValueProject:
		id := jen.Lit("")
		if v.Other != "" {
			id = field(v.Other)
		}
		return w.client().Dot("projectName").Call(field(v.Name), id)
	case ir.ValueConstant, ir.ValueClient:
		e = jen.Op(v.Name)
		if v.Kind == ir.ValueClient {
			e = w.client().Dot(v.Name).Call()
		}
		if v.Address {
			return jen.Id("Ptr").Call(e)
		}
		return e
	case ir.ValueLiteral:
		return w.literal(v.Literal)
	case ir.ValueFilter:
		return jen.Id(localName(v.Name))
	case ir.ValuePage:
		e = jen.Id("page")
	case ir.ValuePage0:
		e = jen.Id("page").Op("-").Lit(1)
		if v.Address {
			return jen.Id("Ptr").Call(e)
		}
	case ir.ValueSize:
		e = jen.Id("size")
	case ir.ValueCursor:
		e = jen.Id("after")
	case ir.ValueLimit:
		e = jen.Id("limit")
	case ir.ValueResult:
		e = jen.Id("id")
	}
	if v.Address {
		return jen.Op("&").Add(e)
	}
	return e
}

// iterator is the result type of lists and searches.
func (w methodWriter) iterator() *jen.Statement {
	return w.typ("iter.Seq2").Types(w.item(), jen.Error())
}

// zero emits the zero value of a result that is no iterator.
func (w methodWriter) zero() jen.Code {
	switch t := w.method.Result.Type; {
	case strings.HasPrefix(t, "*"), strings.HasPrefix(t, "[]"), strings.HasPrefix(t, "map["):
		return jen.Nil()
	case t == "string", strings.HasPrefix(t, "rest."): // a named string: other results of the REST layer are pointers
		return jen.Lit("")
	case t == "bool":
		return jen.False()
	}
	return jen.Lit(0)
}

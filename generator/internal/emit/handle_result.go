package emit

import "github.com/dave/jennifer/jen"

// item is the type of an element of an iterator or a page: the record, or the
// handle that is made of it.
func (w methodWriter) item() *jen.Statement {
	if h := w.method.Result.Handle; h != "" {
		return jen.Op("*").Id(h)
	}
	return w.typ(w.method.Result.Type)
}

// single is the type of a result that is no iterator. For a record this is a
// pointer already.
func (w methodWriter) single() *jen.Statement {
	if w.method.Result.Handle != "" {
		return w.item()
	}
	return w.typ(w.method.Result.Type)
}

// returned returns what a call of the REST layer returns, or a handle of it.
func (w methodWriter) returned(call jen.Code) *jen.Statement {
	h := w.method.Result.Handle
	if h == "" {
		return jen.Return(call)
	}
	return jen.List(jen.Id("record"), jen.Err()).Op(":=").Add(call).Line().
		If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())).Line().
		Return(jen.Id(constructor(h)).Call(w.client(), jen.Op("*").Id("record")), jen.Nil())
}

// each makes handles of what an iterator yields, where the method returns such.
func (w methodWriter) each(records *jen.Statement) *jen.Statement {
	if h := w.method.Result.Handle; h != "" {
		return jen.Id("eachHandle").Call(w.client(), jen.Id(constructor(h)), records)
	}
	return records
}

// all does the same for the records of a page.
func (w methodWriter) all(records *jen.Statement) *jen.Statement {
	if h := w.method.Result.Handle; h != "" {
		return jen.Id("allHandles").Call(w.client(), jen.Id(constructor(h)), records)
	}
	return records
}

// constructor is the function that makes a handle of a record.
func constructor(handle string) string { return "new" + handle }

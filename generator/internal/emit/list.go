package emit

import "github.com/dave/jennifer/jen"

// list emits the iterator over all pages and the method for one page.
func (w methodWriter) list() {
	w.function(w.method.Name, w.method.Doc, w.iterator(),
		jen.Return(jen.Id("pages").Call(jen.Id("ctx"), jen.Id("params").Dot("Page"), jen.Id("params").Dot("PageSize"),
			jen.Func().Params(jen.Id("ctx").Add(w.typ("context.Context")), jen.List(jen.Id("page"), jen.Id("size")).Int()).
				Params(jen.Op("*").Add(w.plainPage()), jen.Error()).Block(w.fetchBody()...))))

	if more := w.method.Page.More; more != nil {
		fields := []jen.Code{w.plainPage()}
		for _, f := range more.Fields {
			fields = append(fields, doc(f.Doc).Id(f.Name).Add(w.typ(f.Type)))
		}
		w.declare(more.Doc, jen.Type().Id(more.Type).Struct(fields...))
	}
	body := append(w.filters(jen.Nil()),
		jen.List(jen.Id("page"), jen.Id("size")).Op(":=").Id("pageOf").Call(jen.Id("params").Dot("Page"), jen.Id("params").Dot("PageSize")),
		jen.List(jen.Id("answer"), jen.Err()).Op(":=").Add(w.call(w.method.Call)),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Return(jen.Op("&").Add(w.pageValue()), jen.Nil()),
	)
	w.function(w.method.Page.Method, w.method.Page.Doc, jen.Params(jen.Op("*").Add(w.page()), jen.Error()), body...)
}

// page is the type of a page.
func (w methodWriter) page() *jen.Statement {
	if more := w.method.Page.More; more != nil {
		return jen.Id(more.Type)
	}
	return w.plainPage()
}

// plainPage is the type of a page that holds what every page does.
func (w methodWriter) plainPage() *jen.Statement {
	return jen.Id("Page").Types(w.item())
}

// fetchBody calls the method for one page, on behalf of the iterator.
func (w methodWriter) fetchBody() []jen.Code {
	params := jen.Id("params")
	args := []jen.Code{jen.Id("ctx")}
	for _, a := range w.method.Args {
		args = append(args, jen.Id(a.Name))
	}
	call := w.self().Dot(w.method.Page.Method).Call(append(args, params, jen.Id("opts").Op("..."))...)
	body := []jen.Code{
		jen.Id("params").Op(":=").Id("params"),
		jen.List(params.Clone().Dot("Page"), params.Clone().Dot("PageSize")).Op("=").List(jen.Id("page"), jen.Id("size")),
	}
	if w.method.Page.More == nil {
		return append(body, jen.Return(call))
	}
	return append(body,
		jen.List(jen.Id("more"), jen.Err()).Op(":=").Add(call),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Return(jen.Op("&").Id("more").Dot("Page"), jen.Nil()),
	)
}

// pageValue makes the page from the answer.
func (w methodWriter) pageValue() *jen.Statement {
	page, answer := w.method.Page, jen.Id("answer")
	values := []jen.Code{
		jen.Id("Number").Op(":").Id("page"),
		jen.Id("Size").Op(":").Id("size"),
		jen.Id("Items").Op(":").Add(w.all(answer.Clone().Dot(page.Items))),
	}
	if page.Total != "" {
		total := answer.Clone().Dot(page.Total)
		if page.TotalPointer {
			total = jen.Id("valueOf").Call(total)
		}
		values = append(values, jen.Id("Total").Op(":").Add(total))
	}
	if page.Sortable != "" {
		values = append(values, jen.Id("SortableBy").Op(":").Add(answer.Clone().Dot(page.Sortable)))
	}
	plain := w.plainPage().Custom(lines, values...)
	if page.More == nil {
		return plain
	}
	all := []jen.Code{jen.Id("Page").Op(":").Add(plain)}
	for _, f := range page.More.Fields {
		all = append(all, jen.Id(f.Name).Op(":").Add(answer.Clone().Dot(f.Name)))
	}
	return jen.Id(page.More.Type).Custom(lines, all...)
}

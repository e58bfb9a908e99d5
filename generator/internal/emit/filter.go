package emit

import (
	"fmt"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// filters emits the types of filters, the fields that build them, the tables of the
// query language, and a page about both.
func filters(m *ir.Model) ([]output.File, error) {
	if len(m.Filters) == 0 {
		return nil, nil
	}
	public := newGoFile(m, "opik/filters_gen.go")
	for _, f := range m.Filters {
		public.filter(f)
	}
	kinds := newGoFile(m, "opik/filter_fields_gen.go")
	for _, k := range m.FilterKinds {
		kinds.kind(m, k)
	}
	tables := newGoFile(m, "opik/internal/oql/tables_gen.go")
	tables.tables(m)
	files := []output.File{filterPage(m)}
	for _, f := range []*goFile{public, kinds, tables} {
		file, err := f.render()
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// filter emits the type of a filter's text, and the variable with its fields.
func (f *goFile) filter(filter *ir.Filter) {
	f.declare(fmt.Sprintf("%s\n\nIt is a text in Opik's query language, or what the fields of [%s] make; [And] joins several. "+
		"The empty text is no condition.", filter.Doc, filter.Builder),
		jen.Type().Id(filter.Name).String())

	record := jen.Index().Add(f.typ(filter.Record))
	values := []jen.Code{
		jen.Id("Field").Op(":").Id("c").Dot("Field"),
		jen.Id("Key").Op(":").Id("c").Dot("Key"),
		jen.Id("Operator").Op(":").Add(f.typ(filter.OperatorType)).Call(jen.Id("c").Dot("Operator")),
		jen.Id("Value").Op(":").Id("c").Dot("Value"),
	}
	if filter.ColumnType != "" {
		values = append(values, jen.Id("Type").Op(":").Add(f.typ(filter.ColumnType)).Call(jen.Id("c").Dot("Type")))
	}
	f.declare("Parse returns the conditions as the server takes them, nil for the empty text. The error is a [*FilterError].\n\n"+
		"Params structs take the text as it is. Parse is for checking one beforehand, and for requests that have room for a list only.",
		jen.Func().Params(jen.Id("f").Id(filter.Name)).Id("Parse").Params().Params(record, jen.Error()).Block(
			jen.Return(jen.Id("parseFilter").Call(
				jen.String().Call(jen.Id("f")),
				jen.Op("&").Add(f.typ("oql."+filter.Table)),
				jen.Func().Params(jen.Id("c").Add(f.typ("oql.Filter"))).Add(f.typ(filter.Record)).Block(
					jen.Return(f.typ(filter.Record).Values(values...)),
				),
			)),
		))

	var fields, inits []jen.Code
	for _, field := range filter.Fields {
		kind := kindOf(f.model, field.Kind)
		args := []jen.Code{jen.Id(filter.Name)}
		if kind.Generic {
			args = append(args, f.typ(field.Value))
		}
		name := fieldType(kind)
		fields = append(fields, doc(fieldDoc(field)).Id(field.Name).Id(name).Types(args...))
		inits = append(inits, jen.Id(field.Name).Op(":").Id(name).Types(args...).Values(jen.Lit(field.Wire)))
	}
	f.declare(fmt.Sprintf("%s are the fields that %s can be filtered by. %s", filter.Builder, filter.Entity, f.example(filter)),
		jen.Var().Id(filter.Builder).Op("=").Struct(fields...).Custom(lines, inits...))
}

// fieldDoc is the comment of a field: how it is written in a text, and what it is.
func fieldDoc(f ir.FilterField) string {
	text := fmt.Sprintf("%s compares %s.", f.Name, f.Wire)
	if f.Doc != "" {
		text += " " + f.Doc
	}
	return text
}

// fieldType is the type that a field of a kind has: what compares it, or what takes
// a key before.
func fieldType(k *ir.FilterKind) string {
	if k.Key != "" || len(k.Columns) > 0 {
		return ir.KeyedType(k.Name)
	}
	return ir.KindType(k.Name)
}

// example has a condition on a filter's first field that is compared with text.
func (f *goFile) example(filter *ir.Filter) string {
	for _, field := range filter.Fields {
		k := kindOf(f.model, field.Kind)
		if k.Value == ir.FilterText && !k.Generic && k.Key == "" && slices.Contains(k.Operators, "=") {
			return fmt.Sprintf(" A condition is %s.%s.%s(\"…\").", filter.Builder, field.Name, ir.OperatorNames["="])
		}
	}
	return ""
}

func kindOf(m *ir.Model, name string) *ir.FilterKind {
	for _, k := range m.FilterKinds {
		if k.Name == name {
			return k
		}
	}
	return nil
}

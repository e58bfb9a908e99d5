package emit

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// valueKinds are the query language's names for what fields are compared with.
var valueKinds = map[ir.FilterValue]string{
	ir.FilterText: "Text", ir.FilterJSON: "JSON", ir.FilterNumber: "Number", ir.FilterTime: "Time", ir.FilterIdent: "Ident",
}

// tables emits the kinds and the tables of the query language.
func (f *goFile) tables(m *ir.Model) {
	for _, k := range m.FilterKinds {
		values := []jen.Code{}
		set := func(name string, value jen.Code) { values = append(values, jen.Id(name).Op(":").Add(value)) }
		if k.Column != "" {
			set("Name", jen.Lit(k.Column))
		}
		if len(k.Operators) > 0 {
			var operators []jen.Code
			for _, o := range k.Operators {
				operators = append(operators, jen.Lit(o))
			}
			set("Operators", jen.Index().String().Values(operators...))
		}
		set("Value", jen.Id(valueKinds[k.Value]))
		if k.Key != "" || len(k.Columns) > 0 {
			set("Keyed", jen.True())
		}
		if len(k.Columns) > 0 {
			var columns []jen.Code
			for _, c := range k.Columns {
				columns = append(columns, jen.Op("&").Id("kind"+c))
			}
			set("Columns", jen.Index().Op("*").Id("Kind").Values(columns...))
		}
		if k.Decodes > 0 {
			set("Decodes", jen.Lit(k.Decodes))
		}
		f.Add(jen.Var().Id("kind"+k.Name).Op("=").Id("Kind").Custom(lines, values...))
		f.Line()
	}
	for _, filter := range m.Filters {
		var fields []jen.Code
		for _, field := range filter.Fields {
			fields = append(fields, jen.Values(jen.Lit(field.Wire), jen.Op("&").Id("kind"+field.Kind)))
		}
		f.declare(fmt.Sprintf("%s is what %s can be filtered by.", filter.Table, filter.Entity),
			jen.Var().Id(filter.Table).Op("=").Id("Table").Values(jen.Dict{
				jen.Id("Entity"): jen.Lit(filter.Entity),
				jen.Id("Fields"): jen.Index().Id("Field").Custom(lines, fields...),
			}))
	}
	var all []jen.Code
	for _, filter := range m.Filters {
		all = append(all, jen.Op("&").Id(filter.Table))
	}
	f.declare("Tables are all tables.", jen.Var().Id("Tables").Op("=").Index().Op("*").Id("Table").Custom(lines, all...))
}

// filterPage is the page of documentation: what each entity can be filtered by.
func filterPage(m *ir.Model) output.File {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Fields of filters\n\nWhat can be filtered, and by what. [query-language.md](query-language.md) describes the language.\n", output.MarkdownHeader)
	for _, f := range m.Filters {
		fmt.Fprintf(&b, "\n## %s\n\nType `opik.%s`, fields in `opik.%s`. Taken by %s.\n\n| Field | Compared with | Operators | In Go | |\n|---|---|---|---|---|\n",
			strings.ToUpper(f.Entity[:1])+f.Entity[1:], f.Name, f.Builder, sentence(f.Operations))
		for _, field := range f.Fields {
			k := kindOf(m, field.Kind)
			fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` | %s |\n", wirePattern(k, field.Wire), compared(k),
				operatorList(m, k), goPattern(k, field.Name), strings.Join(strings.Fields(field.Doc), " "))
		}
	}
	return output.File{Path: "docs/filters.md", Data: b.Bytes()}
}

// wirePattern is how a field is written in a text.
func wirePattern(k *ir.FilterKind, wire string) string {
	switch {
	case len(k.Columns) > 0:
		return wire + ".COLUMN"
	case k.Key != "":
		return wire + "." + strings.ToUpper(k.Key)
	}
	return wire
}

// goPattern is how a field is written in Go.
func goPattern(k *ir.FilterKind, name string) string {
	switch {
	case len(k.Columns) > 0:
		return name + "." + k.Columns[0] + `("…")`
	case k.Key != "":
		return name + "." + k.Key + `("…")`
	}
	return name
}

func compared(k *ir.FilterKind) string {
	switch {
	case len(k.Columns) > 0:
		return "what the column has"
	case len(k.Operators) > 0 && !strings.ContainsAny(strings.Join(k.Operators, " "), "=<>") && k.Operators[0] != "in":
		return "nothing"
	}
	return map[ir.FilterValue]string{
		ir.FilterText: "text", ir.FilterJSON: "text or number", ir.FilterNumber: "number", ir.FilterTime: "time", ir.FilterIdent: "text",
	}[k.Value]
}

func operatorList(m *ir.Model, k *ir.FilterKind) string {
	if len(k.Columns) > 0 {
		var of []string
		for _, c := range k.Columns {
			of = append(of, fmt.Sprintf("%s: %s", kindOf(m, c).Column, operatorList(m, kindOf(m, c))))
		}
		return strings.Join(of, "; ")
	}
	return "`" + strings.Join(k.Operators, "` `") + "`"
}

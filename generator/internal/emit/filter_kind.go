package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
)

// operatorDocs says what the method of an operator keeps.
var operatorDocs = map[string]string{
	"=": "keeps what is equal to value", "!=": "keeps what is not equal to value",
	">": "keeps what is greater than value", ">=": "keeps what is at least value",
	"<": "keeps what is less than value", "<=": "keeps what is at most value",
	"contains": "keeps what has value in it", "not_contains": "keeps what does not have value in it",
	"starts_with": "keeps what begins with value", "ends_with": "keeps what ends with value",
	"is_empty": "keeps what is absent or empty", "is_not_empty": "keeps what is there and not empty",
	"in": "keeps what is one of the values, which have no commas", "not_in": "keeps what is none of the values, which have no commas",
}

// kind emits the types that compare fields of a kind.
func (f *goFile) kind(m *ir.Model, k *ir.FilterKind) {
	f.keys(m, k)
	if len(k.Operators) == 0 {
		return
	}
	name := ir.KindType(k.Name)
	f.declare(fmt.Sprintf("%s %s", name, kindDoc(k)), f.kindType(name, k))
	for _, o := range k.Operators {
		w := kindWriter{goFile: f, kind: k, receiver: jen.Id("f").Add(typeWithArgs(name, k))}
		w.method(o)
	}
}

// kindDoc is the comment of a kind without the name that it begins with.
func kindDoc(k *ir.FilterKind) string {
	text := strings.TrimPrefix(k.Doc, k.Name+" ")
	return text + "\n\nThe methods return conditions for a filter of the type F."
}

// kindType declares a type with the parameters of a kind.
func (f *goFile) kindType(name string, k *ir.FilterKind) *jen.Statement {
	params := []jen.Code{jen.Id("F").Op("~").String()}
	if k.Generic {
		params = []jen.Code{jen.List(jen.Id("F"), jen.Id("T")).Op("~").String()}
	}
	return jen.Type().Id(name).Types(params...).Struct(jen.Id("path").String())
}

func typeWithArgs(name string, k *ir.FilterKind) *jen.Statement {
	if k.Generic {
		return jen.Id(name).Types(jen.Id("F"), jen.Id("T"))
	}
	return jen.Id(name).Types(jen.Id("F"))
}

// keys emits the type of fields that take a key, or the name of a column, first.
func (f *goFile) keys(m *ir.Model, k *ir.FilterKind) {
	name := ir.KeyedType(k.Name)
	receiver := jen.Id("f").Id(name).Types(jen.Id("F"))
	path := jen.Id("f").Dot("path")
	switch {
	case k.Key != "":
		arg := strings.ToLower(k.Key)
		f.declare(fmt.Sprintf("%s chooses a [%s] by its %s.", name, ir.KindType(k.Name), arg), f.kindType(name, k))
		f.declare(fmt.Sprintf("%s returns the field with the %s. That it is blank is an error when the filter is used.", k.Key, arg),
			jen.Func().Params(receiver).Id(k.Key).Params(jen.Id(arg).String()).Add(typeWithArgs(ir.KindType(k.Name), k)).Block(
				jen.Return(typeWithArgs(ir.KindType(k.Name), k).Values(f.typ("oql.Path").Call(path, jen.Id(arg)))),
			))
	case len(k.Columns) > 0:
		f.declare(fmt.Sprintf("%s %s", name, strings.TrimPrefix(k.Doc, k.Name+" ")), f.kindType(name, k))
		for _, column := range k.Columns {
			c := kindOf(m, column)
			result := typeWithArgs(ir.KindType(c.Name), c)
			if c.Key != "" {
				f.declare(fmt.Sprintf("%s chooses a value inside of a column, by its path.", c.Name),
					jen.Func().Params(receiver).Id(c.Name).Params(jen.List(jen.Id("column"), jen.Id("path")).String()).Add(result).Block(
						jen.Return(result.Clone().Values(f.typ("oql.InsideColumn").Call(path.Clone(), jen.Id("column"), jen.Id("path"), jen.Lit(c.Column))))))
				continue
			}
			f.declare(fmt.Sprintf("%s chooses a column and compares it as a %s.", c.Name, c.Column),
				jen.Func().Params(receiver).Id(c.Name).Params(jen.Id("column").String()).Add(result).Block(
					jen.Return(result.Clone().Values(f.typ("oql.Column").Call(path.Clone(), jen.Id("column"), jen.Lit(c.Column))))))
		}
	}
}

// kindWriter emits the methods of a kind.
type kindWriter struct {
	*goFile
	kind     *ir.FilterKind
	receiver *jen.Statement
}

// method emits the method of one operator.
func (w kindWriter) method(operator string) {
	name := ir.OperatorNames[operator]
	path := jen.Id("f").Dot("path")
	var params []jen.Code
	call := []jen.Code{path, jen.Lit(operator)}
	helper := "oql.Compare"
	switch {
	case operator == "is_empty" || operator == "is_not_empty":
	case operator == "in" || operator == "not_in":
		params = []jen.Code{jen.Id("value").Add(w.valueType(operator)), jen.Id("more").Op("...").Add(w.valueType(operator))}
		call = append(call, jen.Id("value"), jen.Id("more").Op("..."))
		helper = "oql.CompareList"
	default:
		params = []jen.Code{jen.Id("value").Add(w.valueType(operator))}
		call = append(call, w.value(operator))
	}
	w.declare(fmt.Sprintf("%s %s.", name, operatorDocs[operator]),
		jen.Func().Params(w.receiver).Id(name).Params(params...).Id("F").Block(
			jen.Return(jen.Id("F").Call(w.typ(helper).Call(call...))),
		))
}

// numeric tells whether an operator compares with a number.
func (w kindWriter) numeric(operator string) bool {
	return w.kind.Value == ir.FilterNumber || w.kind.Value == ir.FilterJSON && strings.ContainsAny(operator, "<>")
}

// valueType is the type of what an operator compares with.
func (w kindWriter) valueType(operator string) *jen.Statement {
	switch {
	case w.kind.Generic:
		return jen.Id("T")
	case w.numeric(operator):
		return jen.Float64()
	case w.kind.Value == ir.FilterTime:
		return w.typ("time.Time")
	}
	return jen.String()
}

// value writes a value as it stands in a text.
func (w kindWriter) value(operator string) jen.Code {
	value := jen.Id("value")
	switch {
	case w.numeric(operator):
		return w.typ("oql.NumberText").Call(value)
	case w.kind.Value == ir.FilterTime:
		return w.typ("oql.TimeText").Call(value)
	case w.kind.Generic:
		value = jen.String().Call(value)
	}
	return w.typ("oql.Quote").Call(value)
}

package emit

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
)

// encoder declares AppendJSON. Each member is appended with a comma before it;
// EndObject turns the first comma into the opening brace.
func (p messagePackage) encoder(m *ir.Message) *jen.Statement {
	body := []jen.Code{jen.Id("start").Op(":=").Len(jen.Id("dst"))}
	for _, f := range m.Fields {
		if f.Wire != "" {
			body = append(body, p.member(f, "m"))
		}
	}
	for _, c := range m.Constants {
		body = append(body, jen.Id("dst").Op("=").Append(jen.Id("dst"), raw(","+member(c.Wire)+c.JSON).Op("...")))
	}
	body = append(body, jen.Return(p.encode("EndObject").Call(jen.Id("dst"), jen.Id("start"))))
	return doc("AppendJSON appends the record to dst, without reflection except for free-form values. It does not fail.").
		Func().Params(receiver(m)).Id("AppendJSON").Params(jen.Id("dst").Index().Byte()).Index().Byte().Block(body...)
}

// member appends one member of an object that the variable v holds, if it is set.
func (p messagePackage) member(f ir.MessageField, v string) jen.Code {
	value := jen.Id(v).Dot(f.Name)
	start := jen.Append(jen.Id("dst"), raw(","+member(f.Wire)).Op("..."))
	assign := jen.Id("dst").Op("=").Add(p.value(f.Type, start, value))
	if cond := p.condition(f, value); cond != nil {
		return jen.If(cond).Block(assign)
	}
	return assign
}

// condition says when a field is sent; nil means always.
func (p messagePackage) condition(f ir.MessageField, value *jen.Statement) *jen.Statement {
	value = value.Clone()
	if f.Type.Pointer {
		// JSON has no infinities: a number that is optional is better left out
		// than replaced by text, for which the server refuses the whole record.
		if f.Type.Kind == ir.Float && !f.Required {
			return value.Clone().Op("!=").Nil().Op("&&").Add(p.encode("IsFinite")).Call(jen.Op("*").Add(value))
		}
		return value.Op("!=").Nil()
	}
	if f.Required {
		return nil
	}
	switch f.Type.Kind {
	case ir.String, ir.Enum:
		return value.Op("!=").Lit("")
	case ir.Time:
		return jen.Op("!").Add(value).Dot("IsZero").Call()
	case ir.List, ir.Map:
		return value.Op("!=").Nil()
	case ir.Any:
		if canBeNil(f.Type.Go) {
			return value.Op("!=").Nil()
		}
	case ir.Bool:
		return value
	case ir.Int, ir.Float:
		return value.Op("!=").Lit(0)
	}
	return nil
}

// canBeNil reports whether a value of a free-form type may be nil. A union of the
// REST layer is a struct, and cannot.
func canBeNil(t string) bool {
	return t == "any" || t == "json.RawMessage" || strings.HasPrefix(t, "*") || strings.HasPrefix(t, "[]") || strings.HasPrefix(t, "map[")
}

// value is the call that appends a value of a type to dst.
func (p messagePackage) value(t ir.Type, dst, v *jen.Statement) *jen.Statement {
	base := strings.TrimPrefix(t.Go, "*")
	if t.Pointer {
		v = jen.Op("*").Add(v)
	}
	converted := func(to string) *jen.Statement {
		if base == to {
			return v
		}
		return jen.Id(to).Call(v)
	}
	switch t.Kind {
	case ir.String, ir.Enum:
		return p.encode("AppendString").Call(dst, converted("string"))
	case ir.Bool:
		return p.encode("AppendBool").Call(dst, converted("bool"))
	case ir.Int:
		return p.encode("AppendInt").Call(dst, v)
	case ir.Float:
		return p.encode("AppendFloat").Call(dst, converted("float64"))
	case ir.Time:
		return p.encode("AppendTime").Call(dst, v)
	case ir.List:
		return p.encode("AppendList").Call(dst, v, p.function(*t.Elem))
	case ir.Map:
		return p.encode("AppendMap").Call(dst, v, p.function(*t.Elem))
	case ir.Object:
		return jen.Id(p.objectName(t)).Call(dst, v)
	}
	return p.encode("AppendValue").Call(dst, v)
}

// function is the function that appends an element of a type.
func (p messagePackage) function(t ir.Type) *jen.Statement {
	switch {
	case t.Go == "string":
		return p.encode("AppendString")
	case t.Go == "bool":
		return p.encode("AppendBool")
	case t.Go == "float64":
		return p.encode("AppendFloat")
	case t.Go == "time.Time":
		return p.encode("AppendTime")
	case t.Go == "any":
		return p.encode("AppendValue")
	case t.Kind == ir.Int && !t.Pointer:
		return p.encode("AppendInt").Index(p.typ(t.Go))
	case t.Kind == ir.Object && !t.Pointer:
		return jen.Id(p.objectName(t))
	}
	body := []jen.Code{jen.Return(p.value(t, jen.Id("dst"), jen.Id("v")))}
	if t.Pointer {
		null := jen.Append(jen.Id("dst"), jen.Lit("null").Op("..."))
		body = append([]jen.Code{jen.If(jen.Id("v").Op("==").Nil()).Block(jen.Return(null))}, body...)
	}
	return jen.Func().Params(jen.Id("dst").Index().Byte(), jen.Id("v").Add(p.typ(t.Go))).Index().Byte().Block(body...)
}

// objects returns the structs inside messages, in the order of their first use.
func (p messagePackage) objects() []ir.Type {
	var all []ir.Type
	var visit func(t ir.Type)
	visit = func(t ir.Type) {
		if t.Elem != nil {
			visit(*t.Elem)
		}
		if t.Kind != ir.Object {
			return
		}
		t = bare(t)
		for _, known := range all {
			if reflect.DeepEqual(known, t) {
				return
			}
		}
		all = append(all, t)
		for _, f := range t.Fields {
			visit(f.Type)
		}
	}
	for _, m := range p.Messages {
		for _, f := range m.Fields {
			visit(f.Type)
		}
	}
	return all
}

// bare is the type behind a pointer.
func bare(t ir.Type) ir.Type {
	t.Pointer, t.Go = false, strings.TrimPrefix(t.Go, "*")
	return t
}

// objectName is the name of the function that appends a struct. Requests may
// send different parts of one struct; then the functions are numbered.
func (p messagePackage) objectName(t ir.Type) string {
	t = bare(t)
	number := 0
	for _, known := range p.objects() {
		if known.Go != t.Go {
			continue
		}
		number++
		if reflect.DeepEqual(known, t) {
			break
		}
	}
	name := "append" + t.Go[strings.LastIndex(t.Go, ".")+1:]
	if number > 1 {
		name += strconv.Itoa(number)
	}
	return name
}

// objectEncoders declares the functions that append the structs inside messages.
func (p messagePackage) objectEncoders() {
	objects := p.objects()
	if len(objects) == 0 {
		return
	}
	f := p.file(messageFolder + "/objects_gen.go")
	for _, t := range objects {
		body := []jen.Code{jen.Id("start").Op(":=").Len(jen.Id("dst"))}
		for _, field := range t.Fields {
			body = append(body, p.member(field, "v"))
		}
		body = append(body, jen.Return(p.encode("EndObject").Call(jen.Id("dst"), jen.Id("start"))))
		f.Add(doc(p.objectName(t)+" appends the members that requests have of it.").Func().Id(p.objectName(t)).
			Params(jen.Id("dst").Index().Byte(), jen.Id("v").Add(p.typ(t.Go))).Index().Byte().Block(body...)).Line()
	}
}

// encode names a function of package jsonenc.
func (p messagePackage) encode(name string) *jen.Statement { return jen.Qual(p.jsonenc, name) }

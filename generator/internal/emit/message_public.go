package emit

import (
	"math"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
)

// validateMethod declares Validate: one line for each rule, the work is done by
// the hand-written type problems.
func (p messagePackage) validateMethod(m *ir.Message) *jen.Statement {
	var checks []jen.Code
	for _, f := range m.Fields {
		if f.Wire != "" || f.Name == m.PathField { // others are not sent
			checks = append(checks, p.checks(f)...)
		}
	}
	d := doc("Validate reports what the server would refuse the record for, as far as its contract tells: an error that joins a [*FieldError] for each problem, or nil.")
	if len(checks) == 0 {
		return d.Func().Params(jen.Id(m.Name)).Id("Validate").Params().Error().Block(jen.Return(jen.Nil()))
	}
	body := append([]jen.Code{jen.Var().Id("p").Id("problems")}, checks...)
	body = append(body, jen.Return(jen.Id("p").Dot("err").Call()))
	return d.Func().Params(receiver(m)).Id("Validate").Params().Error().Block(body...)
}

// checks are the statements that check one field.
func (p messagePackage) checks(f ir.MessageField) []jen.Code {
	var all []jen.Code
	value, r := jen.Id("m").Dot(f.Name), f.Rules
	text := value
	if f.Type.Kind == ir.Enum || f.Type.Kind == ir.String && f.Type.Go != "string" {
		text = jen.String().Call(value)
	}
	check := func(method string, args ...jen.Code) {
		args = append([]jen.Code{jen.Lit(f.Name)}, args...)
		all = append(all, jen.Id("p").Dot(method).Call(args...))
	}
	isText := f.Type.Kind == ir.String || f.Type.Kind == ir.Enum
	if r.Present {
		switch f.Type.Kind {
		case ir.String, ir.Enum:
			check("notBlank", text)
		case ir.Time:
			check("present", jen.Op("!").Add(value).Dot("IsZero").Call())
		default:
			check("present", jen.Add(value).Op("!=").Nil())
		}
	}
	if isText && r.UUID {
		check("uuid", text)
	}
	if isText && r.MaxLength > 0 {
		check("maxLength", text, jen.Lit(r.MaxLength))
	}
	if f.Type.Kind == ir.List && r.MaxItems > 0 {
		check("maxItems", jen.Len(value), jen.Lit(r.MaxItems))
	}
	if f.Type.Kind != ir.Int && f.Type.Kind != ir.Float {
		return all
	}
	bounds := boundsOf(r)
	if bounds == nil && f.Type.Kind == ir.Float {
		bounds = jen.Id("bounds").Values()
	}
	if bounds == nil {
		return all
	}
	number := value
	if f.Type.Pointer {
		number = jen.Op("*").Add(value)
	}
	if strings.TrimPrefix(f.Type.Go, "*") != "float64" {
		number = jen.Float64().Call(number)
	}
	check("number", number, bounds)
	if f.Type.Pointer {
		return []jen.Code{jen.If(jen.Add(value).Op("!=").Nil()).Block(all...)}
	}
	return all
}

// boundsOf writes the bounds of a number; nil if it has none.
func boundsOf(r ir.FieldRules) *jen.Statement {
	var members []jen.Code
	add := func(name string, v *float64) {
		if v != nil {
			members = append(members, jen.Id(name).Op(":").Id("limit").Call(jen.Op(number(*v))))
		}
	}
	add("min", r.Min)
	add("max", r.Max)
	add("above", r.Above)
	add("below", r.Below)
	if members == nil {
		return nil
	}
	return jen.Id("bounds").Values(members...)
}

// number writes a number as a person would.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e6 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strings.Replace(strconv.FormatFloat(v, 'g', -1, 64), "e+0", "e", 1)
}

// public declares the counterpart of a message in package opik, and the method
// that queues it.
func (p messagePackage) public(m *ir.Message) {
	f := p.file("opik/" + fileName(m) + "_gen.go")
	f.Add(p.structure(m.Name, m.Doc, m.Fields, false)).Line()
	f.Add(p.queueMethod(m)).Line()
}

// queueMethod declares the method of the client that queues records.
func (p messagePackage) queueMethod(m *ir.Message) *jen.Statement {
	pub := m.Public
	records, param := jen.Index().Id(m.Name).Values(jen.Id("record")), jen.Id("record").Id(m.Name)
	if pub.Many {
		records, param = jen.Id("records"), jen.Id("records").Op("...").Id(m.Name)
	}
	var convert []jen.Code
	if pub.MadeID != "" {
		convert = append(convert, jen.Id("r").Dot(pub.MadeID).Op("=").Id("orNewID").Call(jen.Id("r").Dot(pub.MadeID)))
	}
	if pub.ProjectName != "" {
		id := jen.Lit("")
		if pub.ProjectID != "" {
			id = jen.Id("r").Dot(pub.ProjectID)
		}
		convert = append(convert, jen.Id("r").Dot(pub.ProjectName).Op("=").
			Id("c").Dot("projectName").Call(jen.Id("r").Dot(pub.ProjectName), id))
	}
	convert = append(convert, jen.Return(jen.Qual(p.path, m.Name).Call(jen.Id("r"))))
	return doc(queueDoc(m)).Func().Params(jen.Id("c").Op("*").Id("Client")).Id(pub.Method).Params(param).Error().Block(
		jen.Return(jen.Id("queueRecords").Call(jen.Id("c"), jen.Lit("Client."+pub.Method), records,
			jen.Func().Params(jen.Id("r").Id(m.Name)).Qual(p.path, m.Name).Block(convert...))),
	)
}

// queueDoc is the comment of such a method.
func queueDoc(m *ir.Message) string {
	pub := m.Public
	thing, invalid, after := article(m.Kind.Name),
		"A record that the server would refuse is not queued; the error names its field, as a [*ValidationError].",
		"The record may be reused and changed afterwards. A nil client does nothing."
	if pub.Many {
		thing = m.Kind.Name + "s"
		invalid = "Records that the server would refuse are not queued; the error names each of them by index and field, as a [*ValidationError]. The others are queued all the same."
		after = "The records may be reused and changed afterwards. A nil client does nothing."
	}
	project := ""
	if pub.MadeID != "" {
		project = "Without " + pub.MadeID + ", a record gets a new one. "
	}
	if pub.ProjectName != "" {
		project += "Without " + pub.ProjectName
		if pub.ProjectID != "" {
			project += " and " + pub.ProjectID
		}
		project += ", the client's project is meant. "
	}
	return pub.Method + " queues " + thing + " for delivery in the background. It does not block: [Client.Flush] waits for the delivery, and its receipt tells what the server refused.\n\n" +
		invalid + " After [Client.Close] the error matches [ErrClosed].\n\n" + project + after
}

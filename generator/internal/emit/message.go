package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// messages emits the messages of layer 2, each in a file with its kind and its
// encoder, and their counterparts in package opik.
func messages(m *ir.Model) ([]output.File, error) {
	if len(m.Messages) == 0 {
		return nil, nil
	}
	p := messagePackage{
		Model: m, files: new([]*goFile),
		path: m.Module + "/" + messageFolder, jsonenc: m.Module + "/opik/internal/jsonenc",
	}
	var files []output.File
	for _, msg := range m.Messages {
		p.message(msg)
		if msg.Public != nil {
			p.public(msg)
		}
	}
	p.kinds()
	p.objectEncoders()
	p.fuzzTests()
	for _, f := range *p.files {
		file, err := f.render()
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// fileName is the name of a message's files, without what all of them end in.
func fileName(m *ir.Message) string { return strings.ReplaceAll(m.Kind.Name, " ", "_") }

// messageFolder is the folder of package message.
const messageFolder = "opik/internal/message"

// messagePackage emits package message.
type messagePackage struct {
	*ir.Model
	files   *[]*goFile
	path    string // import path of package message
	jsonenc string // import path of package jsonenc
}

// file starts a file; the path is relative to the root.
func (p messagePackage) file(path string) *goFile {
	f := newGoFile(p.Model, path)
	f.ImportName(p.path, "message")
	f.ImportName(p.jsonenc, "jsonenc")
	*p.files = append(*p.files, f)
	return f
}

// message declares a message, its kind and its methods.
func (p messagePackage) message(m *ir.Message) {
	f := p.file(messageFolder + "/" + fileName(m) + "_gen.go")
	for _, declaration := range []*jen.Statement{
		p.kindVar(m), p.structure(m.Name, m.Doc, m.Fields, true), p.kindMethod(m), p.keyMethod(m),
		p.pathMethod(m), p.groupMethod(m), p.validateMethod(m), p.encoder(m),
	} {
		f.Add(declaration).Line()
	}
}

// kindVar declares how the records of a message travel.
func (p messagePackage) kindVar(m *ir.Message) *jen.Statement {
	k := m.Kind
	merge := map[ir.MergeRule]string{ir.MergeNone: "MergeNone", ir.MergeReplace: "MergeReplace", ir.MergeFields: "MergeFields"}[k.Merge]
	members := []jen.Code{
		jen.Id("Name").Op(":").Lit(k.Name),
		jen.Id("Operation").Op(":").Lit(k.Operation),
		jen.Id("Method").Op(":").Lit(k.Method),
		jen.Id("Path").Op(":").Lit(k.Path),
	}
	if k.Items != "" {
		members = append(members, jen.Id("Items").Op(":").Lit(k.Items))
	}
	members = append(members,
		jen.Id("MaxItems").Op(":").Lit(k.MaxItems),
		jen.Id("Lane").Op(":").Lit(k.Lane),
		jen.Id("Stage").Op(":").Lit(k.Stage),
		jen.Id("Merge").Op(":").Id(merge),
	)
	members = append(members, facts(k)...)
	return doc(kindVarName(m)+" is how a "+m.Name+" travels.").
		Var().Id(kindVarName(m)).Op("=").Op("&").Id("Kind").Custom(lines, members...)
}

// facts are the members of a kind that most kinds lack.
func facts(k ir.MessageKind) (members []jen.Code) {
	add := func(name string, present bool, value jen.Code) {
		if present {
			members = append(members, jen.Id(name).Op(":").Add(value))
		}
	}
	add("Versioned", k.Versioned, jen.True())
	add("FreeForm", len(k.FreeForm) > 0, texts(k.FreeForm))
	add("Group", k.Group != "", jen.Lit(k.Group))
	add("Attach", k.Attach != "", jen.Lit(k.Attach))
	add("Updates", k.Updates != "", jen.Id("Kind"+k.Updates))
	add("Identity", len(k.Identity) > 0, texts(k.Identity))
	return members
}

func texts(values []string) *jen.Statement {
	return jen.Index().String().ValuesFunc(func(g *jen.Group) {
		for _, v := range values {
			g.Lit(v)
		}
	})
}

func kindVarName(m *ir.Message) string { return "Kind" + m.Name }

// structure declares a struct for a message's fields. Tags are for package
// message alone: they give encoding/json the meaning that the encoder has.
func (p messagePackage) structure(name, text string, fields []ir.MessageField, tags bool) *jen.Statement {
	var members []jen.Code
	for _, f := range fields {
		member := doc(f.Doc).Id(f.Name).Add(p.typ(f.Type.Go))
		if tags {
			member.Tag(map[string]string{"json": jsonTag(f)})
		}
		members = append(members, member)
	}
	return doc(text).Type().Id(name).Struct(members...)
}

// jsonTag is the tag with which encoding/json sends a field when the encoder does.
func jsonTag(f ir.MessageField) string {
	switch {
	case f.Wire == "":
		return "-"
	case f.Required:
		return f.Wire
	case f.Type.Kind == ir.Time || f.Type.Kind == ir.List || f.Type.Kind == ir.Map:
		return f.Wire + ",omitzero"
	}
	return f.Wire + ",omitempty"
}

func receiver(m *ir.Message) *jen.Statement { return jen.Id("m").Id(m.Name) }

func (p messagePackage) kindMethod(m *ir.Message) *jen.Statement {
	return doc("Kind returns [" + kindVarName(m) + "].").
		Func().Params(jen.Id(m.Name)).Id("Kind").Params().Op("*").Id("Kind").
		Block(jen.Return(jen.Id(kindVarName(m))))
}

func (p messagePackage) keyMethod(m *ir.Message) *jen.Statement {
	text := "Key returns nothing: records of this kind are never merged."
	result := jen.Lit("")
	on := jen.Params(jen.Id(m.Name))
	if len(m.KeyFields) > 0 {
		text = "Key identifies what the record is about by " + sentence(m.KeyFields) + "."
		on = jen.Params(receiver(m))
		var parts []jen.Code
		for _, name := range m.KeyFields {
			parts = append(parts, p.asString(m, name))
		}
		result = jen.Add(parts[0])
		if len(parts) > 1 {
			result = jen.Id("joinKey").Call(parts...)
		}
	}
	return doc(text).Func().Add(on).Id("Key").Params().String().Block(jen.Return(result))
}

// asString reads a field as a string.
func (p messagePackage) asString(m *ir.Message, name string) *jen.Statement {
	for _, f := range m.Fields {
		if f.Name == name && f.Type.Kind == ir.Enum {
			return jen.String().Call(jen.Id("m").Dot(name))
		}
	}
	return jen.Id("m").Dot(name)
}

func (p messagePackage) pathMethod(m *ir.Message) *jen.Statement {
	if m.PathField == "" {
		return doc("PathValue returns nothing: the path has no parameter.").
			Func().Params(jen.Id(m.Name)).Id("PathValue").Params().String().Block(jen.Return(jen.Lit("")))
	}
	return doc("PathValue returns the value for {" + m.Kind.PathParameter + "} in the path.").
		Func().Params(receiver(m)).Id("PathValue").Params().String().Block(jen.Return(p.asString(m, m.PathField)))
}

func (p messagePackage) groupMethod(m *ir.Message) *jen.Statement {
	if m.GroupField == "" {
		return doc("Group returns nothing: it is not known which trace the record belongs to.").
			Func().Params(jen.Id(m.Name)).Id("Group").Params().String().Block(jen.Return(jen.Lit("")))
	}
	return doc("Group returns the id of the trace that the record belongs to.").
		Func().Params(receiver(m)).Id("Group").Params().String().Block(jen.Return(p.asString(m, m.GroupField)))
}

// kinds declares the list of all kinds.
func (p messagePackage) kinds() {
	var all []jen.Code
	for _, m := range p.Messages {
		all = append(all, jen.Id(kindVarName(m)))
	}
	p.file(messageFolder + "/kinds_gen.go").Add(doc("Kinds lists all kinds, in the order of the templates. It must not be changed.").
		Var().Id("Kinds").Op("=").Index().Op("*").Id("Kind").Custom(lines, all...))
}

// fuzzTests declares a fuzz test for each message. Their package is another one,
// since the helper that they call imports package message.
func (p messagePackage) fuzzTests() {
	f := &goFile{jen.NewFilePathName(p.path+"_test", "message_test"), p.Model, messageFolder + "/fuzz_gen_test.go"}
	f.HeaderComment(Header)
	f.ImportName(p.path, "message")
	f.ImportName(p.Module+"/opik/internal/messagetest", "messagetest")
	for _, m := range p.Messages {
		args := []jen.Code{jen.Id("f")}
		for _, c := range m.Constants {
			args = append(args, raw(member(c.Wire)+c.JSON))
		}
		f.Func().Id("Fuzz" + m.Name).Params(jen.Id("f").Op("*").Qual("testing", "F")).Block(
			jen.Qual(p.Module+"/opik/internal/messagetest", "Fuzz").Index(jen.Qual(p.path, m.Name)).Call(args...),
		).Line()
	}
	*p.files = append(*p.files, f)
}

// typ returns a type that the model has as text.
func (p messagePackage) typ(t string) *jen.Statement { return (&goFile{model: p.Model}).typ(t) }

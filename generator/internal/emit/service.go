package emit

import (
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

// services emits the services and the methods of the client: a file for each
// template, and one for the struct that holds the services.
func services(m *ir.Model) ([]output.File, error) {
	var files []*goFile
	byTemplate := map[string]*goFile{}
	for _, g := range m.Groups {
		if len(g.Methods) == 0 && g.Service == "" {
			continue
		}
		f := byTemplate[g.Template]
		if f == nil {
			f = newGoFile(m, "opik/"+g.Template+"_gen.go")
			byTemplate[g.Template] = f
			files = append(files, f)
		}
		f.group(g)
	}
	files = append(files, index(m))
	var out []output.File
	for _, f := range files {
		file, err := f.render()
		if err != nil {
			return nil, err
		}
		out = append(out, file)
	}
	return out, nil
}

// group emits one service, or some methods of the client.
func (f *goFile) group(g *ir.Group) {
	if g.Service != "" {
		f.declare(g.Doc, jen.Type().Id(g.Service).Struct(jen.Id("client").Op("*").Id("Client")))
	}
	for _, m := range g.Methods {
		w := methodWriter{goFile: f, method: m, service: g.Service}
		w.params()
		w.write()
	}
}

// index emits the struct that the client embeds.
func index(m *ir.Model) *goFile {
	f := newGoFile(m, "opik/services_gen.go")
	var fields, values []jen.Code
	for _, g := range m.Groups {
		if g.Service == "" {
			continue
		}
		first, _, _ := strings.Cut(g.Doc, "\n\n")
		fields = append(fields, doc(strings.Replace(first, g.Service, g.Field, 1)).Id(g.Field).Op("*").Id(g.Service))
		values = append(values, jen.Id(g.Field).Op(":").Op("&").Id(g.Service).Values(jen.Id("client")))
	}
	f.declare("Services are the parts of a [Client] that have a subject of their own.",
		jen.Type().Id("Services").Struct(fields...))
	f.declare("newServices returns the services of a client.",
		jen.Func().Id("newServices").Params(jen.Id("client").Op("*").Id("Client")).Id("Services").Block(
			jen.Return(jen.Id("Services").Custom(lines, values...)),
		))
	return f
}

package resolve

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

// groups resolves services and the methods of the client.
func (r *resolver) groups() {
	services := map[string]diag.Position{} // by name of the field
	for _, g := range r.Templates.Groups {
		group := &ir.Group{
			Doc: g.Doc, Pos: g.Pos,
			Template: strings.TrimSuffix(path.Base(g.Pos.File), ".go"),
		}
		if !g.Client {
			if first, taken := services[g.Name]; taken {
				r.diags.Add(diag.Diagnostic{
					Code: "service-clash", Pos: g.Pos, Related: first,
					Message: fmt.Sprintf("there is a service %s already", g.Name),
				})
				continue
			}
			services[g.Name] = g.Pos
			group.Field, group.Service = g.Name, g.Name+"Service"
			group.Doc = serviceDoc(g)
			r.declare(group.Service, g.Pos)
			if !r.knownTag(g) {
				continue
			}
		}
		for _, m := range g.Methods {
			b := &binder{resolver: r, group: g, tmpl: m, owner: owner(g), noun: noun(g)}
			r.addMethod(group, b.bind())
		}
		r.model.Groups = append(r.model.Groups, group)
	}
}

// serviceDoc is the comment of a service's type: the template's, or a sentence.
func serviceDoc(g *tmpl.Group) string {
	name := g.Name + "Service"
	text := fmt.Sprintf("%s has the operations on %s.", name, plural(noun(g)))
	if rest, ok := strings.CutPrefix(g.Doc, g.Name+" "); ok {
		text = name + " " + rest
	} else if g.Doc != "" {
		text = g.Doc
	}
	return text + "\n\nIts methods may be called from several goroutines at once."
}

// owner is the Go type that has a group's methods.
func owner(g *tmpl.Group) string {
	if g.Client {
		return "Client"
	}
	return g.Name + "Service"
}

// addMethod adds a method and the page method of a list, if their names are free.
func (r *resolver) addMethod(g *ir.Group, m *ir.Method) {
	if m == nil {
		return
	}
	of := "Client"
	if g.Service != "" {
		of = g.Service
	}
	free := r.declare(of+"."+m.Name, m.Pos)
	if m.Page != nil {
		free = r.declare(of+"."+m.Page.Method, m.Pos) && free
		if m.Page.More != nil {
			free = r.declare(m.Page.More.Type, m.Pos) && free
		}
	}
	if m.Params != nil {
		free = r.declare(m.Params.Type, m.Pos) && free
	}
	if free {
		g.Methods = append(g.Methods, m)
	}
}

// declare reserves a name of the generated package, a type or Type.Method, and
// reports a second use.
func (r *resolver) declare(name string, pos diag.Position) bool {
	if first, taken := r.declared[name]; taken {
		r.diags.Add(diag.Diagnostic{
			Code: "name-clash", Pos: pos, Related: first,
			Message: fmt.Sprintf("%s would be declared twice", name),
		})
		return false
	}
	r.declared[name] = pos
	return true
}

// knownTag checks that some operation has the service's tag.
func (r *resolver) knownTag(g *tmpl.Group) bool {
	var tags []string
	for _, op := range r.Contract.Operations {
		tags = append(tags, op.Tag)
	}
	if g.Tag == "" || slices.Contains(tags, g.Tag) {
		return true
	}
	slices.Sort(tags)
	r.missing(diag.Diagnostic{
		Code: "unknown-tag", Pos: g.TagPos,
		Message: fmt.Sprintf("no operation has the tag %q", g.Tag),
		Hint:    diag.DidYouMean(g.Tag, slices.Compact(tags)),
	})
	return false
}

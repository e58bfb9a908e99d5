package restgen

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// checkTypes refuses what the compiler would: a type that contains itself, which no
// value can have, and one that is made of a type that does not exist. The
// generator of types knows neither.
func (d *document) checkTypes(trees []*ast.File) error {
	c := typeCheck{specs: map[string]*ast.TypeSpec{}, state: map[string]int{}}
	for _, tree := range trees {
		for _, decl := range tree.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			for _, s := range gen.Specs {
				t := s.(*ast.TypeSpec)
				c.specs[t.Name.Name] = t
				c.names = append(c.names, t.Name.Name)
			}
		}
	}
	slices.Sort(c.names)
	for _, name := range c.names {
		if problem := c.visit(name); problem != "" {
			return fault(d.origin(name), "%s", problem)
		}
		if missing := c.undefined(c.specs[name]); missing != "" {
			return fault(d.origin(name), "the type %s is made of %s, which does not exist", name, missing)
		}
	}
	return nil
}

// origin is the schema that a type is made of, or the document.
func (d *document) origin(typeName string) *yaml.Node {
	for name, s := range members(d.schemas) {
		if d.typeName(name) == typeName && s.Line > 0 {
			return s
		}
	}
	return d.root
}

// typeCheck follows the types of the generated package.
type typeCheck struct {
	specs map[string]*ast.TypeSpec
	names []string
	state map[string]int // 1 while a type is visited, 2 after
	path  []string
}

// visit says which circle of types that contain each other a type is in, if any.
func (c *typeCheck) visit(name string) string {
	t := c.specs[name]
	switch {
	case t == nil || c.state[name] == 2 || t.TypeParams != nil:
		return ""
	case c.state[name] == 1:
		circle := append(slices.Clone(c.path[slices.Index(c.path, name):]), name)
		return fmt.Sprintf("the type %s contains itself: %s", name, strings.Join(circle, " -> "))
	}
	c.state[name] = 1
	c.path = append(c.path, name)
	for _, inner := range contained(t.Type, t.Assign.IsValid()) {
		if problem := c.visit(inner); problem != "" {
			return problem
		}
	}
	c.path = c.path[:len(c.path)-1]
	c.state[name] = 2
	return ""
}

// contained returns the types whose size is a part of the size of this one. For an
// alias that is everything that it mentions, for it has to be written out.
func contained(x ast.Expr, alias bool) []string {
	var out []string
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StarExpr, *ast.MapType, *ast.FuncType, *ast.InterfaceType:
			return alias
		case *ast.ArrayType:
			return alias || n.Len != nil
		case *ast.SelectorExpr:
			return false
		case *ast.Field:
			out = append(out, contained(n.Type, alias)...)
			return false
		case *ast.Ident:
			out = append(out, n.Name)
		}
		return true
	})
	return out
}

// undefined returns the first type that a declaration mentions and nobody declares.
func (c *typeCheck) undefined(t *ast.TypeSpec) string {
	missing := ""
	if t.TypeParams != nil {
		return "" // of the support sources, which are compiled by themselves
	}
	for _, name := range contained(t.Type, true) {
		if c.specs[name] == nil && types.Universe.Lookup(name) == nil && missing == "" {
			missing = name
		}
	}
	return missing
}

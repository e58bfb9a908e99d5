package restgen

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// index reads names and types off the generated source.
func (d *document) index(pkg string, trees []*ast.File) (*Index, error) {
	out := &Index{Package: pkg, EventFlag: d.settings.EventFlag, Operations: map[string]*Operation{}, Types: map[string]*Type{}, Schemas: map[string]string{}}
	plans := map[string]*plan{}
	for _, p := range d.plans {
		plans[p.operation.id] = p
	}
	for _, tree := range trees {
		for _, decl := range tree.Decls {
			switch decl := decl.(type) {
			case *ast.GenDecl:
				for _, s := range decl.Specs {
					if t, ok := s.(*ast.TypeSpec); ok && t.Name.IsExported() {
						out.Types[t.Name.Name] = readType(t)
					}
				}
			case *ast.FuncDecl:
				if err := d.readMethod(out, plans, decl); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, tree := range trees {
		markEnums(out, tree)
	}
	for schema, standsFor := range d.standsFor {
		if standsFor != opaqueType {
			standsFor = d.typeName(standsFor)
			if out.Types[standsFor] == nil {
				return nil, fmt.Errorf("schema %s should have become type %s, which does not exist", schema, standsFor)
			}
		}
		out.Schemas[schema] = standsFor
	}
	for _, p := range d.plans {
		if out.Operations[p.operation.id] == nil {
			return nil, fault(p.operation.node, "operation %s has got no method", p.operation.id)
		}
	}
	return out, nil
}

func readType(spec *ast.TypeSpec) *Type {
	t := &Type{Name: spec.Name.Name, Kind: KindAlias, Underlying: types.ExprString(spec.Type)}
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return t
	}
	t.Kind, t.Underlying = KindStruct, ""
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			if name.Name == "union" {
				t.Kind = KindUnion
			}
			if name.IsExported() {
				t.Fields = append(t.Fields, Field{Name: name.Name, Wire: wireName(f.Tag), Type: types.ExprString(f.Type)})
			}
		}
	}
	return t
}

func wireName(tag *ast.BasicLit) string {
	if tag == nil {
		return ""
	}
	text, err := strconv.Unquote(tag.Value)
	if err != nil {
		return ""
	}
	for _, key := range []string{"json", "query", "header"} {
		if name, _, _ := strings.Cut(reflect.StructTag(text).Get(key), ","); name != "" {
			return name
		}
	}
	return ""
}

// markEnums finds the types that have constants.
func markEnums(index *Index, tree *ast.File) {
	for _, decl := range tree.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			if v := s.(*ast.ValueSpec); v.Type != nil {
				if t := index.Types[types.ExprString(v.Type)]; t != nil {
					t.Kind = KindEnum
				}
			}
		}
	}
}

// readMethod enters a method of the client that calls an operation.
func (d *document) readMethod(index *Index, plans map[string]*plan, f *ast.FuncDecl) error {
	id := calledOperation(f)
	p := plans[id]
	if p == nil || f.Recv == nil || types.ExprString(f.Recv.List[0].Type) != "*Client" {
		return nil
	}
	if p.events && index.Operations[id] != nil {
		index.Operations[id].Events = f.Name.Name
		return nil
	}
	op := &Operation{ID: id, Method: f.Name.Name, Body: p.body, Result: p.result}
	if p.resType != nil {
		op.ResultType = d.goType(p.resType)
	}
	var wires []string
	for _, param := range elements(get(p.operation.node, "parameters")) {
		if text(param, "in") == "path" {
			wires = append(wires, text(param, "name"))
		}
	}
	wires = inPathOrder(wires, p.operation.path)
	for _, param := range f.Type.Params.List[1 : len(f.Type.Params.List)-1] {
		t := types.ExprString(param.Type)
		for _, name := range param.Names {
			switch {
			case name.Name == "params":
				op.Params = strings.TrimPrefix(t, "*")
			case name.Name == "body":
				if p.body != BodyRaw {
					op.BodyType = t
				}
			case name.Name == "contentType" && p.body == BodyRaw:
			default:
				if len(op.Path) == len(wires) {
					return fmt.Errorf("method %s has an argument %s that is not in its path", op.Method, name.Name)
				}
				op.Path = append(op.Path, Arg{Name: name.Name, Wire: wires[len(op.Path)], Type: t})
			}
		}
	}
	index.Operations[id] = op
	return nil
}

func inPathOrder(names []string, path string) []string {
	slices.SortStableFunc(names, func(a, b string) int {
		return strings.Index(path, "{"+a+"}") - strings.Index(path, "{"+b+"}")
	})
	return names
}

// calledOperation returns the operationId in a method's body.
func calledOperation(f *ast.FuncDecl) string {
	id := ""
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || types.ExprString(call.Fun) != "newCall" || len(call.Args) == 0 {
			return true
		}
		if lit, ok := call.Args[0].(*ast.BasicLit); ok {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				id = text
			}
		}
		return false
	})
	return id
}

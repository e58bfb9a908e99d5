// Package gosrc says which names the hand-written files of a package export. It
// only parses them, so it works in a tree that does not compile.
package gosrc

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
)

// File is a Go file.
type File struct {
	Name string
	Data []byte
}

// Exported returns the exported names that the files declare, sorted: types,
// functions, variables and constants, and as Type.Name methods and fields. Those of
// another package than the one called main have the package's name before them:
// opiktest.Server.Requests. What cannot be parsed is left out, for the compiler
// reports it better.
func Exported(main string, files []File) []string {
	var names []string
	for _, f := range files {
		file, _ := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution)
		if file == nil {
			continue
		}
		prefix := ""
		if file.Name.Name != main {
			prefix = file.Name.Name + "."
		}
		for _, decl := range file.Decls {
			for _, name := range declared(decl) {
				names = append(names, prefix+name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// declared returns the exported names of a declaration.
func declared(decl ast.Decl) []string {
	var names []string
	add := func(owner string, all ...*ast.Ident) {
		for _, name := range all {
			if name.IsExported() {
				names = append(names, owner+name.Name)
			}
		}
	}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		owner, exported := receiver(d)
		if exported {
			add(owner, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				add("", s.Names...)
			case *ast.TypeSpec:
				add("", s.Name)
				if t, ok := s.Type.(*ast.StructType); ok && s.Name.IsExported() {
					for _, field := range t.Fields.List {
						add(s.Name.Name+".", field.Names...)
					}
				}
			}
		}
	}
	return names
}

// receiver returns the type of a method with a dot after it, and whether that is
// exported. A function has none.
func receiver(d *ast.FuncDecl) (owner string, exported bool) {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return "", true
	}
	t := d.Recv.List[0].Type
	for {
		switch e := t.(type) {
		case *ast.StarExpr:
			t = e.X
		case *ast.IndexExpr:
			t = e.X
		case *ast.IndexListExpr:
			t = e.X
		case *ast.ParenExpr:
			t = e.X
		case *ast.Ident:
			return e.Name + ".", e.IsExported()
		default:
			return "", false
		}
	}
}

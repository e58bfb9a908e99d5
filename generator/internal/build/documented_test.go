package build_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Everything that users see has a comment: types, functions, methods, variables and
// constants and, but for the records of the REST layer, fields.
func TestEverythingIsDocumented(t *testing.T) {
	for _, folder := range []string{"opik", "gen"} {
		n := 0
		root := filepath.Join(treeRoot, folder)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && slices.Contains([]string{"internal", "testdata"}, d.Name()):
				return filepath.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			u := &undocumented{fset: token.NewFileSet(), fields: folder == "opik"}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(u.fset, filepath.ToSlash(path), data, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			for _, decl := range file.Decls {
				u.declaration(decl)
			}
			n += u.exported
			for _, place := range u.found {
				t.Errorf("%s has no comment", place)
			}
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if n < 500 {
			t.Errorf("%s: %d exported names; were all files read?", folder, n)
		}
	}
}

// undocumented collects the exported names of a file without a comment.
type undocumented struct {
	fset     *token.FileSet
	fields   bool // look at fields, too
	exported int
	found    []string
}

func (u *undocumented) check(name *ast.Ident, of string, docs ...*ast.CommentGroup) {
	if !name.IsExported() {
		return
	}
	u.exported++
	for _, doc := range docs {
		if strings.TrimSpace(doc.Text()) != "" {
			return
		}
	}
	u.found = append(u.found, fmt.Sprintf("%s: %s%s", u.fset.Position(name.Pos()), of, name.Name))
}

func (u *undocumented) declaration(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		owner := ""
		if d.Recv != nil {
			owner = receiverName(d.Recv.List[0].Type)
			if !ast.IsExported(owner) {
				return
			}
			owner += "."
		}
		u.check(d.Name, owner, d.Doc)
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				u.check(s.Name, "", s.Doc, d.Doc)
				if st, ok := s.Type.(*ast.StructType); ok && u.fields && s.Name.IsExported() {
					for _, f := range st.Fields.List {
						for _, name := range f.Names {
							u.check(name, s.Name.Name+".", f.Doc, f.Comment)
						}
					}
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					u.check(name, "", s.Doc, s.Comment, d.Doc)
				}
			}
		}
	}
}

func receiverName(t ast.Expr) string {
	switch e := t.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.IndexListExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

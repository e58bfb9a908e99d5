package restgen

import (
	"cmp"
	"embed"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/opik-go/sdk/generator/internal/output"
)

//go:embed support/*.go
var support embed.FS

// importable are the packages that generated code may use, by name.
var importable = map[string]string{
	"context": "context",
	"io":      "io",
	"json":    "encoding/json",
	"time":    "time",
}

// assemble makes files of the generated bodies and adds the support sources. It
// returns the syntax trees of all of them.
func assemble(bodies map[string]string) ([]output.File, []*ast.File, error) {
	var files []output.File
	var trees []*ast.File
	for _, name := range slices.Sorted(maps.Keys(bodies)) {
		data, tree, err := finish(name, bodies[name])
		if err != nil {
			return nil, nil, err
		}
		files, trees = append(files, output.File{Path: path.Join(Folder, name), Data: data}), append(trees, tree)
	}
	entries, err := support.ReadDir("support")
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		data, err := support.ReadFile("support/" + e.Name())
		if err != nil {
			return nil, nil, err
		}
		data = append([]byte(Header+"\n"), data...)
		tree, err := parser.ParseFile(token.NewFileSet(), e.Name(), data, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, fmt.Errorf("support sources: %w", err)
		}
		files, trees = append(files, output.File{Path: path.Join(Folder, e.Name()), Data: data}), append(trees, tree)
	}
	slices.SortFunc(files, func(a, b output.File) int { return cmp.Compare(a.Path, b.Path) })
	return files, trees, declaredOnce(trees)
}

// finish adds header, package clause and imports to generated declarations.
func finish(name, body string) ([]byte, *ast.File, error) {
	const clause = "package " + packageName + "\n\n"
	tree, err := parser.ParseFile(token.NewFileSet(), name, clause+body, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, fmt.Errorf("generated code: %w", err)
	}
	used := map[string]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && importable[x.Name] != "" {
				used[importable[x.Name]] = true
			}
		}
		return true
	})
	var b strings.Builder
	b.WriteString(Header + "\n" + clause)
	if len(used) > 0 {
		b.WriteString("import (\n")
		for _, p := range slices.Sorted(maps.Keys(used)) {
			fmt.Fprintf(&b, "%q\n", p)
		}
		b.WriteString(")\n")
	}
	b.WriteString(body)
	data, err := format.Source([]byte(b.String()))
	if err != nil {
		return nil, nil, fmt.Errorf("format %s: %w", name, err)
	}
	return data, tree, nil
}

// declaredOnce makes sure that no schema has taken a name of the support sources
// or of another type.
func declaredOnce(trees []*ast.File) error {
	seen := map[string]bool{}
	for _, tree := range trees {
		for _, decl := range tree.Decls {
			for _, name := range declared(decl) {
				if seen[name] {
					return fmt.Errorf("the name %s would be declared twice in package %s: give one of the schemas another name under type_names in the settings", name, packageName)
				}
				seen[name] = true
			}
		}
	}
	return nil
}

func declared(decl ast.Decl) []string {
	var out []string
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			out = append(out, decl.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range decl.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				out = append(out, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if n.Name != "_" {
						out = append(out, n.Name)
					}
				}
			}
		}
	}
	return out
}

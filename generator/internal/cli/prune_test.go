package cli_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/ast/astutil"

	"github.com/opik-go/sdk/generator/internal/cli"
	"github.com/opik-go/sdk/generator/internal/diag"
)

// prune takes out of the templates and the overlay of a tree what its contract
// lacks, so that it is as somebody would have written it for that contract. It
// returns the number of places.
func prune(t *testing.T, root string) int {
	t.Helper()
	places := 0
	for range 5 {
		var stdout, stderr bytes.Buffer
		code := cli.Run(t.Context(), []string{"generate", "-json", "-root", root}, &stdout, &stderr)
		if code == cli.InStep {
			return places
		}
		var result struct{ Diagnostics []diag.Diagnostic }
		if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
			t.Fatalf("%v\n%s", err, &stdout)
		}
		lines := map[string][]int{}
		operators := map[string][]string{}
		for _, d := range result.Diagnostics {
			if d.Severity != diag.Error {
				continue
			}
			places++
			if found := missingOperator.FindStringSubmatch(d.Message); found != nil {
				operators[d.Pos.File] = append(operators[d.Pos.File], found[1])
				continue
			}
			lines[d.Pos.File] = append(lines[d.Pos.File], d.Pos.Line)
		}
		for name, missing := range operators {
			withoutOperators(t, filepath.Join(root, filepath.FromSlash(name)), missing)
		}
		for name, at := range lines {
			path := filepath.Join(root, filepath.FromSlash(name))
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatalf("%s: %v; problems: %v", name, err, result.Diagnostics)
			}
			if strings.HasSuffix(name, ".yaml") {
				data = withoutActions(data, at)
			} else {
				data = withoutDeclarations(t, data, at)
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Fatal("the tree cannot be pruned")
	return 0
}

// missingOperator is the problem of a kind with an operator that no filter of the
// contract has.
var missingOperator = regexp.MustCompile(`^the contract's filters have no operator "(\w+)", which the kind`)

// kindOperators is the directive that lists the operators of a kind, and its type.
var kindOperators = regexp.MustCompile(`(?m)^//opik:kind "([^"]*)".*\ntype .*\n`)

// withoutOperators takes operators out of the kinds of a template, and kinds that
// have no others.
func withoutOperators(t *testing.T, path string, missing []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pruned := kindOperators.ReplaceAllStringFunc(string(data), func(kind string) string {
		listed := kindOperators.FindStringSubmatch(kind)[1]
		kept := slices.DeleteFunc(strings.Fields(listed), func(o string) bool { return slices.Contains(missing, o) })
		if len(kept) == 0 && listed != "" {
			return ""
		}
		return strings.Replace(kind, listed, strings.Join(kept, " "), 1)
	})
	if err := os.WriteFile(path, []byte(pruned), 0o644); err != nil {
		t.Fatal(err)
	}
}

// withoutActions drops the actions of an overlay that have one of the lines.
func withoutActions(data []byte, at []int) []byte {
	var out []byte
	var action []byte
	drop := false
	flush := func() {
		if !drop {
			out = append(out, action...)
		}
		action, drop = nil, false
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		if bytes.HasPrefix(line, []byte("  - ")) {
			flush()
		}
		action = append(action, line...)
		drop = drop || slices.Contains(at, number)
	}
	flush()
	return out
}

// withoutDeclarations drops the smallest declarations or directives of a template
// that have one of the lines.
func withoutDeclarations(t *testing.T, data []byte, at []int) []byte {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "template.go", data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	line := func(p token.Pos) int { return fset.Position(p).Line }
	gone := map[int]bool{}
	remove := func(from, to token.Pos) {
		for i := line(from); i <= line(to); i++ {
			gone[i] = true
		}
	}
	hit := func(from, to token.Pos) bool {
		return slices.ContainsFunc(at, func(n int) bool { return line(from) <= n && n <= line(to) })
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if hit(c.Pos(), c.End()) && !strings.HasPrefix(c.Text, "//opik:op ") && !strings.HasPrefix(c.Text, "//opik:async ") {
				remove(c.Pos(), c.End())
			}
		}
	}
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		start := gen.Pos()
		if gen.Doc != nil {
			start = gen.Doc.Pos()
		}
		group, ok := gen.Specs[0].(*ast.TypeSpec).Type.(*ast.InterfaceType)
		if fields, ok := gen.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType); ok {
			for _, f := range fields.Fields.List {
				if hit(f.Pos(), f.End()) {
					remove(f.Pos(), f.End())
				}
			}
			continue
		}
		if !ok {
			if hit(gen.Pos(), gen.End()) || gen.Doc != nil && opHit(gen.Doc, hit) {
				remove(start, gen.End())
			}
			continue
		}
		left := 0
		for _, f := range group.Methods.List {
			if hit(f.Pos(), f.End()) || f.Doc != nil && opHit(f.Doc, hit) {
				first := f.Pos()
				if f.Doc != nil {
					first = f.Doc.Pos()
				}
				remove(first, f.End())
				continue
			}
			left++
		}
		// A handle is something without methods of its own, too.
		if left == 0 && !isHandle(gen.Doc) || hit(gen.Doc.Pos(), gen.Doc.End()) {
			remove(start, gen.End())
		}
	}
	var kept []byte
	number := 0
	for text := range bytes.Lines(data) {
		if number++; !gone[number] {
			kept = append(kept, text...)
		}
	}
	return withoutUnusedImports(t, kept)
}

// opHit reports whether a directive that names an operation is hit.
func opHit(doc *ast.CommentGroup, hit func(from, to token.Pos) bool) bool {
	return slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return (strings.HasPrefix(c.Text, "//opik:op ") || strings.HasPrefix(c.Text, "//opik:async ")) && hit(c.Pos(), c.End())
	})
}

func isHandle(doc *ast.CommentGroup) bool {
	return slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//opik:handle ") })
}

func withoutUnusedImports(t *testing.T, data []byte) []byte {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "template.go", data, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	for _, spec := range slices.Clone(file.Imports) {
		if path := strings.Trim(spec.Path.Value, `"`); !astutil.UsesImport(file, path) {
			astutil.DeleteImport(fset, file, path)
		}
	}
	var b bytes.Buffer
	if err := format.Node(&b, fset, file); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

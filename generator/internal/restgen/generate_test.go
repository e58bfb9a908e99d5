package restgen

import (
	"bytes"
	"flag"
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

	"golang.org/x/tools/txtar"
	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/output"
	"github.com/opik-go/sdk/generator/internal/spec"
)

var update = flag.Bool("update", false, "rewrite what testdata/passes expects")

// head makes a document of paths and components.
const head = "openapi: 3.1.0\ninfo: {title: Test, version: '1'}\n"

// TestPasses generates from each archive's contract and compares declarations. An
// archive holds contract.yaml (paths and components), settings.yaml if the empty
// settings do not do, and either want.go (declarations that must be generated
// exactly so), with absent (names that must not be declared), or error.
func TestPasses(t *testing.T) {
	files, err := filepath.Glob("testdata/passes/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("found %d archives, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sections := map[string]*txtar.File{}
			for i := range archive.Files {
				sections[archive.Files[i].Name] = &archive.Files[i]
			}
			settings := &Settings{}
			if s := sections["settings.yaml"]; s != nil {
				settings = parseSettings(t, s.Data)
			}
			var doc yaml.Node
			if err := yaml.Unmarshal([]byte(head+string(sections["contract.yaml"].Data)), &doc); err != nil {
				t.Fatal(err)
			}
			result, err := Generate(&doc, settings, "example.org/sdk")
			if want := sections["error"]; want != nil {
				if err == nil || err.Error() != strings.TrimSpace(string(want.Data)) {
					t.Errorf("error is %v\nwant     %s", err, want.Data)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			declared := declarations(t, result.Files)
			want := sections["want.go"]
			got := selectDeclarations(t, declared, want.Data)
			if *update {
				want.Data = got
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if !bytes.Equal(got, want.Data) {
				t.Errorf("generated:\n%s\nwant:\n%s", got, want.Data)
			}
			if absent := sections["absent"]; absent != nil {
				for name := range strings.FieldsSeq(string(absent.Data)) {
					if text, ok := declared[name]; ok {
						t.Errorf("%s is declared:\n%s", name, text)
					}
				}
			}
		})
	}
}

// declarations returns the text of each generated declaration, comments included,
// by name. Methods are called Type.Method, constants by the name of their type
// with "constants" before.
func declarations(t *testing.T, files []output.File) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, f := range files {
		if name := filepath.Base(f.Path); name != "types.go" && name != "operations.go" {
			continue
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, f.Path, f.Data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range tree.Decls {
			start := decl.Pos()
			if doc := docOf(decl); doc != nil {
				start = doc.Pos()
			}
			out[declarationName(decl)] = string(f.Data[fset.Position(start).Offset:fset.Position(decl.End()).Offset])
		}
	}
	return out
}

func docOf(decl ast.Decl) *ast.CommentGroup {
	if f, ok := decl.(*ast.FuncDecl); ok {
		return f.Doc
	}
	return decl.(*ast.GenDecl).Doc
}

func declarationName(decl ast.Decl) string {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			return decl.Name.Name
		}
		receiver := decl.Recv.List[0].Type
		if p, ok := receiver.(*ast.StarExpr); ok {
			receiver = p.X
		}
		if generic, ok := receiver.(*ast.IndexExpr); ok {
			receiver = generic.X
		}
		return receiver.(*ast.Ident).Name + "." + decl.Name.Name
	case *ast.GenDecl:
		switch s := decl.Specs[0].(type) {
		case *ast.TypeSpec:
			return s.Name.Name
		case *ast.ValueSpec:
			if t, ok := s.Type.(*ast.Ident); ok {
				return "constants " + t.Name
			}
			return s.Names[0].Name
		}
	}
	return ""
}

// selectDeclarations returns those declarations that want has, in its order.
func selectDeclarations(t *testing.T, declared map[string]string, want []byte) []byte {
	t.Helper()
	const clause = "package p\n\n"
	tree, err := parser.ParseFile(token.NewFileSet(), "want.go", clause+string(want), parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, decl := range tree.Decls {
		name := declarationName(decl)
		text, ok := declared[name]
		if !ok {
			t.Errorf("%s is not declared", name)
		}
		texts = append(texts, text)
	}
	formatted, err := format.Source([]byte(clause + strings.Join(texts, "\n\n") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimPrefix(formatted, []byte(clause))
}

// project reads the contract and the settings of this repository.
func project(t testing.TB) (*yaml.Node, *Settings) {
	t.Helper()
	doc, problems := spec.LoadDocument("../../../api/openapi.yaml", "../../../api/overlay.yaml", true)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	return doc.Node(), projectSettings(t)
}

func projectSettings(t testing.TB) *Settings {
	t.Helper()
	data, err := os.ReadFile("../../../api/rest.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return parseSettings(t, data)
}

func parseSettings(t testing.TB, data []byte) *Settings {
	t.Helper()
	settings, problems := ParseSettings("rest.yaml", data)
	if problems.Failed() {
		t.Fatal(problems.Sorted())
	}
	return settings
}

// TestLinksInComments follows every link of a comment to a method.
func TestLinksInComments(t *testing.T) {
	doc, settings := project(t)
	result, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	declared := declarations(t, result.Files)
	links := 0
	for _, f := range result.Files {
		for _, m := range linkToMethod.FindAllSubmatch(f.Data, -1) {
			links++
			if _, ok := declared[string(m[1])]; !ok {
				t.Errorf("%s: the link [%s] leads nowhere", f.Path, m[1])
			}
		}
	}
	if links < 300 {
		t.Errorf("%d links; has their form changed?", links)
	}
}

var linkToMethod = regexp.MustCompile(`\[(Client\.\w+)\]`)

func TestSameInputSameBytes(t *testing.T) {
	doc, settings := project(t)
	before, err := yaml.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	second, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b output.File) bool { return a.Path == b.Path && bytes.Equal(a.Data, b.Data) }
	if !slices.EqualFunc(first.Files, second.Files, same) {
		t.Error("two runs differ")
	}
	if after, err := yaml.Marshal(doc); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the contract was changed, %v", err)
	}
}

// TestSize keeps the REST layer small enough to compile in a moment. Comments cost
// nothing.
func TestSize(t *testing.T) {
	doc, settings := project(t)
	result, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, f := range result.Files {
		for line := range bytes.Lines(f.Data) {
			if text := bytes.TrimSpace(line); len(text) > 0 && !bytes.HasPrefix(text, []byte("//")) {
				lines++
			}
		}
		if !bytes.HasPrefix(f.Data, []byte(Header)) {
			t.Errorf("%s does not begin with the line of generated files", f.Path)
		}
		if formatted, err := format.Source(f.Data); err != nil || !bytes.Equal(formatted, f.Data) {
			t.Errorf("%s is not formatted, %v", f.Path, err)
		}
	}
	if lines >= 9_000 {
		t.Errorf("%d lines", lines)
	}
}

// TestEverythingExportedHasADoc looks at what a user sees, except for fields and
// constants, whose names say it.
func TestEverythingExportedHasADoc(t *testing.T) {
	doc, settings := project(t)
	result, err := Generate(doc, settings, "example.org/sdk")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range result.Files {
		tree, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range tree.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
				continue
			}
			name := strings.TrimPrefix(declarationName(decl), "constants ")
			receiver, method, _ := strings.Cut(name, ".")
			if ast.IsExported(receiver) && (method == "" || ast.IsExported(method)) && docOf(decl) == nil {
				t.Errorf("%s: %s has no comment", f.Path, name)
			}
		}
	}
}

// BenchmarkGenerate is a warm run.
func BenchmarkGenerate(b *testing.B) {
	doc, settings := project(b)
	for b.Loop() {
		if _, err := Generate(doc, settings, "example.org/sdk"); err != nil {
			b.Fatal(err)
		}
	}
}

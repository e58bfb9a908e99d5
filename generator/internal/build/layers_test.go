package build_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The stages know only what they need: a decision is made in resolve and written
// down in emit, and the model between them is plain.
func TestLayers(t *testing.T) {
	const own = "github.com/opik-go/sdk/generator/internal/"
	forbidden := map[string][]string{
		"directive": {own + "spec", own + "tmpl", own + "ir", "github.com/dave/jennifer"},
		"tmpl":      {own + "spec", own + "ir", own + "restgen", "go/types", "github.com/dave/jennifer"},
		"resolve":   {own + "emit", own + "directive", "go/ast", "go/parser", "github.com/dave/jennifer"},
		"ir":        {own + "spec", own + "tmpl", own + "restgen", "go/ast", "github.com/getkin", "github.com/dave/jennifer"},
		"emit":      {own + "spec", own + "tmpl", own + "restgen", own + "directive", own + "resolve", "go/ast", "go/parser", "github.com/getkin"},
		"goapi":     {own},
		"output":    {own + "ir", own + "spec", "github.com/dave/jennifer"},
	}
	for folder, not := range forbidden {
		files, err := filepath.Glob(filepath.Join("..", folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				for _, prefix := range not {
					if strings.HasPrefix(path, prefix) {
						t.Errorf("%s imports %s", name, path)
					}
				}
			}
		}
	}
}

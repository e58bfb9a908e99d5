package build_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/mutate"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

const fuzzMessages = `package templates

// Visit happened.
//
//opik:async createVisits items=visits key=id merge=replace max=100
//opik:field size value=7
//opik:field labels rename=Words "Words describe it."
type Visit rest.Visit

//opik:async updateVisit key=id method=ChangeVisit lane=changes stage=3
type VisitChange rest.VisitUpdate

//opik:skip putNote "it is put by hand"
`

// damaged are the inputs that are damaged: two contracts, each with a template for
// it.
type damaged struct {
	contracts         [2][]byte
	templates         [2]string
	settings, overlay []byte
}

func readDamaged(t testing.TB) damaged {
	t.Helper()
	base := filepath.Join("..", "cli", "testdata", "base")
	read := func(parts ...string) []byte {
		data, err := os.ReadFile(filepath.Join(parts...))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	return damaged{
		contracts: [2][]byte{read(base, "api", "openapi.yaml"), read("testdata", "messages", "openapi.yaml")},
		templates: [2]string{string(read(base, "templates", "books.go")), fuzzMessages},
		settings:  read(base, "api", "rest.yaml"),
		overlay:   []byte("overlay: 1.0.0\ninfo: {title: None, version: 1.0.0}\nactions: []\n"),
	}
}

// generate runs all stages on a damaged contract and a template. What comes out is
// code, or problems that all have their place.
func (d damaged) generate(t *testing.T, which int, program []byte, template string, omit bool) {
	in := &build.Inputs{
		Contract:    build.Source{Name: "api/openapi.yaml", Data: mutate.Document(d.contracts[which%2], program)},
		Overlay:     build.Source{Name: "api/overlay.yaml", Data: d.overlay},
		Settings:    build.Source{Name: "api/rest.yaml", Data: d.settings},
		Templates:   []tmpl.File{{Name: "templates/t.go", Data: []byte(template)}},
		Module:      "example.com/library",
		OmitMissing: omit,
	}
	result, problems := build.Generate(in)
	inputs := []string{in.Contract.Name, in.Overlay.Name, in.Settings.Name, in.Templates[0].Name}
	for _, p := range problems.Sorted() {
		if p.Severity == diag.Error && (!slices.Contains(inputs, p.Pos.File) || p.Pos.Line < 1 || p.Message == "" || p.Code == "") {
			t.Errorf("incomplete diagnostic %+v\n%s\n%s", p, in.Contract.Data, template)
		}
	}
	if problems.Failed() && result.Files != nil {
		t.Error("files in spite of errors")
	}
	for _, file := range result.Files {
		if path.Ext(file.Path) != ".go" {
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), file.Path, file.Data, parser.SkipObjectResolution); err != nil {
			t.Errorf("%v\n%s\n%s", err, in.Contract.Data, template)
		}
	}
}

func FuzzGenerate(f *testing.F) {
	d := readDamaged(f)
	for i, template := range d.templates {
		f.Add(byte(i), []byte{}, template, false)
		f.Add(byte(i), []byte{5, 3, 1}, template, true)
		f.Add(byte(i), []byte{3, 90, 12, 8, 40, 2}, strings.ReplaceAll(template, "string", "[]rest.Book"), true)
		f.Add(byte(i), []byte{7, 60, 4, 0, 33, 9, 4, 20, 20}, strings.ReplaceAll(template, "rest.", ""), false)
	}
	f.Fuzz(func(t *testing.T, which byte, program []byte, template string, omit bool) {
		d.generate(t, int(which), program, template, omit)
	})
}

// TestGenerateDamaged does what the fuzz target does, for some damages that are
// always the same.
func TestGenerateDamaged(t *testing.T) {
	d := readDamaged(t)
	runs := 60
	if os.Getenv("OPIK_TEST_FULL") != "" {
		runs = 3000
	}
	for seed := range runs {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		program := make([]byte, 3*(1+random.IntN(4)))
		for i := range program {
			program[i] = byte(random.Uint32())
		}
		which := random.IntN(2)
		template := d.templates[which]
		if random.IntN(2) == 0 { // a line of the template goes, comes twice, or elsewhere
			lines := strings.SplitAfter(template, "\n")
			at := random.IntN(len(lines))
			line := lines[at]
			if random.IntN(2) == 0 {
				lines = slices.Delete(lines, at, at+1)
			}
			template = strings.Join(slices.Insert(lines, random.IntN(len(lines)), line), "")
		}
		if ok := t.Run(fmt.Sprint(seed), func(t *testing.T) { d.generate(t, which, program, template, seed%2 == 0) }); !ok {
			t.Logf("seed %d: contract %d, program %v", seed, which, program)
		}
	}
}

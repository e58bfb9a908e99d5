package apidiff_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/opik-go/sdk/generator/internal/apidiff"
	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/tmpl"
)

var update = flag.Bool("update", false, "rewrite what testdata expects")

const (
	head     = "openapi: 3.1.0\ninfo: {title: Test, version: '1'}\n"
	overlay  = "overlay: 1.0.0\ninfo: {title: Test, version: '1'}\nactions: []\n"
	template = "package templates\n\n"
)

// pair is one archive: two documents, and what differs.
type pair struct {
	file          string
	archive       *txtar.Archive
	before, after *apidiff.Side
}

// section returns a file of the archive, or what stands for a missing one.
func (p pair) section(name, otherwise string) string {
	for _, f := range p.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return otherwise
}

// pairs reads the archives. They hold old.yaml and new.yaml (paths and
// components), want.md, and templates.go and overlay.yaml if they matter.
func pairs(t *testing.T) []pair {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d archives, %v", len(files), err)
	}
	var out []pair
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := pair{file: file, archive: archive}
		p.before, p.after = side(t, p, "old.yaml"), side(t, p, "new.yaml")
		out = append(out, p)
	}
	return out
}

func side(t *testing.T, p pair, name string) *apidiff.Side {
	t.Helper()
	in := &build.Inputs{
		Contract:  build.Source{Name: name, Data: []byte(head + p.section(name, ""))},
		Overlay:   build.Source{Name: "api/overlay.yaml", Data: []byte(p.section("overlay.yaml", overlay))},
		Settings:  build.Source{Name: "api/rest.yaml", Data: []byte("initialisms: [IDs]\n")},
		Templates: []tmpl.File{{Name: "templates/t.go", Data: []byte(p.section("templates.go", template))}},
		Module:    "example.com/sdk",
	}
	s, problems := apidiff.NewSide(in)
	if problems.Failed() {
		t.Fatalf("%s, %s: %v", p.file, name, problems.Sorted())
	}
	return s
}

// TestCompare compares the documents of each archive.
func TestCompare(t *testing.T) {
	for _, p := range pairs(t) {
		t.Run(strings.TrimSuffix(filepath.Base(p.file), ".txtar"), func(t *testing.T) {
			got := apidiff.Markdown(apidiff.Compare(p.before, p.after), 2)
			want := p.section("want.md", "")
			if got == want {
				return
			}
			if !*update {
				t.Fatalf("got:\n%s\nwant:\n%s", got, want)
			}
			p.archive.Files = slices.DeleteFunc(p.archive.Files, func(f txtar.File) bool { return f.Name == "want.md" })
			p.archive.Files = append(p.archive.Files, txtar.File{Name: "want.md", Data: []byte(got)})
			if err := os.WriteFile(p.file, txtar.Format(p.archive), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A document does not differ from itself.
func TestNothingDiffers(t *testing.T) {
	for _, p := range pairs(t) {
		for _, s := range []*apidiff.Side{p.before, p.after} {
			if changes := apidiff.Compare(s, s); len(changes) != 0 {
				t.Errorf("%s: %v", p.file, changes)
			}
		}
	}
}

// Exchanging the documents turns every change around, and adds and loses none.
// What templates need is about the new document alone.
func TestSymmetric(t *testing.T) {
	opposite := map[apidiff.Action]apidiff.Action{
		apidiff.Added: apidiff.Removed, apidiff.Removed: apidiff.Added,
		apidiff.Required: apidiff.Optional, apidiff.Optional: apidiff.Required,
		apidiff.Deprecated: apidiff.Undeprecated, apidiff.Undeprecated: apidiff.Deprecated,
	}
	key := func(c apidiff.Change) string {
		symbol, operation := c.Symbol, c.Operation
		if c.Subject == apidiff.SubjectOperation {
			symbol = "" // what serves it may be another symbol, or none
		}
		if c.Subject == apidiff.SubjectOperation && opposite[c.Action] != "" {
			c.Old = cmp.Or(c.Old, c.New) // the request, of one side alone
			c.New = ""
		}
		if c.Action == apidiff.Renamed || c.Action == apidiff.Rebound {
			symbol, operation = "", ""
		}
		return fmt.Sprint(c.Subject, c.Action, symbol, operation, c.Aspect, c.Kind, "[", c.Old, "][", c.New, "]")
	}
	keys := func(changes []apidiff.Change, turn bool) []string {
		var out []string
		for _, c := range changes {
			if c.Subject == apidiff.SubjectTemplate {
				continue
			}
			if turn {
				c.Old, c.New = c.New, c.Old
				if o := opposite[c.Action]; o != "" {
					c.Action = o
				}
			}
			out = append(out, key(c))
		}
		slices.Sort(out)
		return out
	}
	for _, p := range pairs(t) {
		forth := keys(apidiff.Compare(p.before, p.after), false)
		back := keys(apidiff.Compare(p.after, p.before), true)
		if !slices.Equal(forth, back) {
			t.Errorf("%s:\nforth %q\nback  %q", p.file, forth, back)
		}
	}
}

// Every change tells where in the templates to look, if they speak of it.
func TestPlaces(t *testing.T) {
	for _, p := range pairs(t) {
		for _, c := range apidiff.Compare(p.before, p.after) {
			if (c.Subject == apidiff.SubjectFacade || c.Subject == apidiff.SubjectMessage) && len(c.Templates) == 0 {
				t.Errorf("%s: %s %s %s has no place", p.file, c.Subject, c.Action, c.Symbol)
			}
			if slices.ContainsFunc(c.Templates, func(pos diag.Position) bool { return pos.File == "" || pos.Line == 0 }) {
				t.Errorf("%s: %s %s %s: places %v", p.file, c.Subject, c.Action, c.Symbol, c.Templates)
			}
		}
	}
}

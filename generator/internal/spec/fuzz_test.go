package spec

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
	"github.com/opik-go/sdk/generator/internal/mutate"
)

// wholeDocument are the codes of problems that a document has as a whole.
var wholeDocument = []string{CodeEmpty, CodeHTML}

// checkImport imports a document from a file. Either it becomes a contract, which
// then imports to itself, or every problem has its place and the contract that was
// there is left as it was, with nothing beside it.
func checkImport(t *testing.T, folder string, document []byte) {
	t.Helper()
	source, target := filepath.Join(folder, "published.yaml"), filepath.Join(folder, "api", "openapi.yaml")
	present := []byte("# none\n")
	for path, data := range map[string][]byte{source: document, target: present} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	report, problems := Import(t.Context(), ImportOptions{Source: source, Target: target, Force: true})
	written, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	beside, err := os.ReadDir(filepath.Dir(target))
	if err != nil || len(beside) != 1 {
		t.Fatalf("beside the contract: %v, %v", beside, err)
	}
	if problems.Failed() {
		if !bytes.Equal(written, present) {
			t.Fatalf("a refused document was written:\n%s", written)
		}
		for _, p := range problems.Sorted() {
			placed := p.Pos.File == filepath.ToSlash(source) && (p.Pos.Line > 0 || slices.Contains(wholeDocument, p.Code))
			if p.Code == "" || p.Message == "" || p.Severity == diag.Error && !placed {
				t.Errorf("incomplete diagnostic %+v for\n%s", p, document)
			}
		}
		return
	}
	if !bytes.Equal(written, report.Data) {
		t.Fatalf("written was\n%s\nnot\n%s", written, report.Data)
	}
	again, problems := normalise(t.Context(), "fuzz.yaml", report.Data)
	if problems.Failed() {
		t.Fatalf("the result does not import: %v\n%s", problems.Sorted(), report.Data)
	}
	if !bytes.Equal(again.data, report.Data) {
		t.Fatalf("not idempotent:\n%s\n%s", again.data, report.Data)
	}
	if _, problems := ParseDocument("fuzz.yaml", report.Data, "", nil, true); problems.Failed() {
		t.Fatalf("the result does not load: %v\n%s", problems.Sorted(), report.Data)
	}
}

// importFolder makes the folder that checkImport works in.
func importFolder(f *testing.F) string {
	f.Helper()
	folder := f.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "api"), 0o755); err != nil {
		f.Fatal(err)
	}
	return folder
}

// fuzzHead makes a document of a fixture.
const fuzzHead = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"

// FuzzImport takes any bytes for a document.
func FuzzImport(f *testing.F) {
	folder := importFolder(f)
	f.Add([]byte(minimal))
	for _, r := range refusals {
		if len(r.input) < 10_000 {
			f.Add([]byte(r.input))
		}
	}
	for _, x := range fixtures(f) {
		f.Add(append([]byte(fuzzHead), x.before...))
	}
	f.Fuzz(func(t *testing.T, document []byte) { checkImport(t, folder, document) })
}

// FuzzImportMutated damages documents that can be imported.
func FuzzImportMutated(f *testing.F) {
	folder := importFolder(f)
	library, err := os.ReadFile(filepath.Join("..", "cli", "testdata", "base", "api", "openapi.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	documents := [][]byte{library, []byte(minimal)}
	for _, x := range fixtures(f) {
		documents = append(documents, append([]byte(fuzzHead), x.before...))
	}
	for i := range documents {
		f.Add(byte(i), []byte("abc"))
		f.Add(byte(i), []byte{5, 3, 1, 8, 40, 2, 3, 7, 9})
	}
	f.Fuzz(func(t *testing.T, which byte, program []byte) {
		checkImport(t, folder, mutate.Document(documents[int(which)%len(documents)], program))
	})
}

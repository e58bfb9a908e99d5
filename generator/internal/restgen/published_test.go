package restgen

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/spec"
)

// TestPublishedDocuments generates from every published document at hand, and
// lets go vet compile the result.
func TestPublishedDocuments(t *testing.T) {
	data := os.Getenv("OPIK_TESTDATA")
	if os.Getenv("OPIK_TEST_FULL") == "" || data == "" {
		t.Skip("OPIK_TEST_FULL or OPIK_TESTDATA is not set")
	}
	documents, err := filepath.Glob(filepath.Join(data, "specs", "*.yaml.gz"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("no documents in %s, %v", data, err)
	}
	for _, document := range documents {
		t.Run(strings.TrimSuffix(filepath.Base(document), ".yaml.gz"), func(t *testing.T) {
			dir := t.TempDir()
			contract := filepath.Join(dir, "openapi.yaml")
			report, problems := spec.Import(t.Context(), spec.ImportOptions{Source: document, Target: contract})
			if problems.Failed() {
				t.Fatal(problems.Sorted())
			}
			doc, problems := spec.LoadDocument(contract, "../../../api/overlay.yaml", false)
			if problems.Failed() {
				t.Fatal(problems.Sorted())
			}
			result, err := Generate(doc.Node(), projectSettings(t), "example.org/sdk")
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Index.Operations) != report.Counts.Operations {
				t.Errorf("%d of %d operations", len(result.Index.Operations), report.Counts.Operations)
			}
			write(t, filepath.Join(dir, "go.mod"), []byte("module example.org/sdk\n\ngo 1.25.0\n"))
			for _, f := range result.Files {
				write(t, filepath.Join(dir, filepath.FromSlash(f.Path)), f.Data)
			}
			vet := exec.CommandContext(t.Context(), "go", "vet", "./...")
			vet.Dir = dir
			if out, err := vet.CombinedOutput(); err != nil {
				t.Errorf("go vet: %v\n%s", err, out)
			}
		})
	}
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

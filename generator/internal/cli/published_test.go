package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

// An SDK can be made for each published document, older ones too; opikgen sdk vets
// what it has made.
func TestSDKForPublishedDocuments(t *testing.T) {
	data := os.Getenv("OPIK_TESTDATA")
	if data == "" {
		t.Skip("OPIK_TESTDATA is not set")
	}
	documents, err := filepath.Glob(filepath.Join(data, "specs", "*.yaml.gz"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("no documents in %s (%v)", data, err)
	}
	for _, document := range documents {
		t.Run(filepath.Base(document), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "sdk")
			var stdout, stderr bytes.Buffer
			code := cli.Run(t.Context(), []string{"sdk", "-root", filepath.Join("..", "..", ".."), document, out}, &stdout, &stderr)
			if code != cli.InStep {
				t.Fatalf("exit code %d\n%s", code, stderr.String())
			}
			for _, name := range []string{"go.mod", "api/openapi.yaml", "gen/rest/types.go", "opik/traces_gen.go", "docs/operations.md"} {
				if _, err := os.Stat(filepath.Join(out, name)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

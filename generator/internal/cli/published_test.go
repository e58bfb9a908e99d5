package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

// An SDK can be made for each published document, older ones too; opikgen sdk vets
// what it has made, tests included. The slow tests run those tests as well, against
// the embedded backend that knows the same document.
func TestSDKForPublishedDocuments(t *testing.T) {
	for document, name := range documents(t) {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "sdk")
			opikgen(t, cli.InStep, "sdk", document, out)
			for _, name := range []string{
				"go.mod", "api/openapi.yaml", "gen/rest/types.go", "gen/rest/result_test.go", "opik/traces_gen.go",
				"opik/traces_gen_test.go", "opik/opiktest/internal/contract/operations_gen.go", "docs/operations.md", "docs/left-out.md",
			} {
				if _, err := os.Stat(filepath.Join(out, name)); err != nil {
					t.Error(err)
				}
			}
			if os.Getenv("OPIK_TEST_FULL") == "" {
				return
			}
			cmd := exec.CommandContext(t.Context(), "go", "test", "-trimpath", "./...")
			cmd.Dir = out
			cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("the tests of the result: %v\n%s", err, text)
			}
		})
	}
}

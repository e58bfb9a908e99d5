package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

var treeRoot = filepath.Join("..", "..", "..")

// published returns the path of a published document, and skips the test if there
// is none at hand.
func published(t *testing.T, date string) string {
	t.Helper()
	data := os.Getenv("OPIK_TESTDATA")
	if data == "" {
		t.Skip("OPIK_TESTDATA is not set")
	}
	path := filepath.Join(data, "specs", "opik-openapi-"+date+".yaml.gz")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// opikgen runs a command line on the tree and returns what it prints.
func opikgen(t testing.TB, code int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := cli.Run(t.Context(), append(args, "-root", treeRoot), &stdout, &stderr); got != code {
		t.Fatalf("opikgen %q: exit code %d, want %d\n%s%s", args, got, code, &stdout, &stderr)
	}
	return stdout.String()
}

var dates = []string{"2026-03-27", "2026-04-15", "2026-06-15", "2026-07-24"}

// No published document differs from itself, nor from the contract that is made
// of it.
func TestPublishedDocumentsDoNotDiffer(t *testing.T) {
	for _, date := range dates {
		t.Run(date, func(t *testing.T) {
			document := published(t, date)
			opikgen(t, cli.InStep, "diff", document, document)
			root := t.TempDir()
			for _, folder := range []string{"api", "templates"} {
				if err := os.Mkdir(filepath.Join(root, folder), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			var stdout, stderr bytes.Buffer
			if code := cli.Run(t.Context(), []string{"import", "-root", root, document}, &stdout, &stderr); code != cli.InStep {
				t.Fatal(stderr.String())
			}
			opikgen(t, cli.InStep, "diff", document, filepath.Join(root, "api", "openapi.yaml"))
		})
	}
}

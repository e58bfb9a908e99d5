package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/apidiff"
	"github.com/opik-go/sdk/generator/internal/cli"
)

// olderTree makes a tree as it would be if the project had been written for an
// older document: its contract, the templates and corrections that fit it, and the
// hand-written code that it can serve.
func olderTree(t *testing.T, document string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "tree")
	opikgen(t, cli.InStep, "sdk", "-vet=false", document, root)
	if err := os.CopyFS(filepath.Join(root, "templates"), os.DirFS(filepath.Join(treeRoot, "templates"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"overlay.yaml", "rest.yaml"} {
		data, err := os.ReadFile(filepath.Join(treeRoot, "api", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, "api", name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if prune(t, root) == 0 {
		t.Fatalf("the templates fit %s as they are: the test shows nothing", document)
	}
	return root
}

// A newer document that takes nothing away which a template claims needs no edit:
// it is imported over the tree of the older one, everything is generated, and the
// whole tree compiles.
func TestNewerDocumentNeedsNoEdit(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles an SDK")
	}
	newer := dates[len(dates)-1]
	for i, older := range dates[:len(dates)-1] {
		t.Run(older, func(t *testing.T) {
			if i < len(dates)-2 && os.Getenv("OPIK_TEST_FULL") == "" {
				t.Skip("OPIK_TEST_FULL is not set")
			}
			root := olderTree(t, published(t, older))
			before := templatesOf(t, root)
			var stdout, stderr bytes.Buffer
			// Tests that are written by hand may use fields that stay for the runtime where
			// a document lacks them, which the templates of the older tree do not have.
			code := cli.Run(t.Context(), []string{"update", "-json", "-root", root, "-test", "go build ./...", published(t, newer)}, &stdout, &stderr)
			if code != cli.InStep {
				t.Fatalf("exit code %d\n%s%s", code, &stdout, &stderr)
			}
			if after := templatesOf(t, root); after != before {
				t.Error("a template has changed")
			}
			var result struct{ Result cli.Update }
			if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
				t.Fatal(err)
			}
			if !result.Result.Written || len(result.Result.Pending) == 0 {
				t.Errorf("written %t, pending %q", result.Result.Written, result.Result.Pending)
			}
			for _, c := range result.Result.Comparison.Changes {
				if c.Subject == apidiff.SubjectTemplate || c.Action == apidiff.Rebound {
					t.Errorf("unexpected: %s", c)
				}
			}
		})
	}
}

// templatesOf returns the text of all templates but the pending lines.
func templatesOf(t *testing.T, root string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "templates", "*.go"))
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d templates, %v", len(paths), err)
	}
	var all strings.Builder
	for _, path := range paths {
		if filepath.Base(path) == "pending.go" {
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

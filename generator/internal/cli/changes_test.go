package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

// changesHead stands above the report in docs/changes.md.
const changesHead = `<!-- What opikgen diff prints for two published documents. Rewrite it with
OPIK_TESTDATA=... go test -C generator ./internal/cli -run TestChangesPage -update -->
`

// volatile matches what an edit of a template moves about though no change of the
// documents is concerned: numbers of lines, and of all symbols.
var volatile = regexp.MustCompile(`(templates/\w+\.go):\d+(?::\d+)?|(\| exported symbols \|).*`)

// masked is a report without it.
func masked(report string) string { return volatile.ReplaceAllString(report, "$1$2") }

// docs/changes.md is what diff prints, but for what is volatile.
func TestChangesPage(t *testing.T) {
	report := opikgen(t, cli.Differs, "diff", published(t, "2026-06-15"), published(t, "2026-07-24"))
	page := filepath.Join(treeRoot, "docs", "changes.md")
	want := changesHead + report
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if masked(string(got)) != masked(want) {
		t.Errorf("docs/changes.md is not what opikgen diff prints; rewrite it with -update%s", firstDifference(string(got), want))
	}
}

// firstDifference shows the first line that differs.
func firstDifference(got, want string) string {
	a, b := bytes.Split([]byte(got), []byte("\n")), bytes.Split([]byte(want), []byte("\n"))
	for i := range min(len(a), len(b)) {
		if masked(string(a[i])) != masked(string(b[i])) {
			return fmt.Sprintf("\nline %d: %s\nwant:   %s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("\n%d lines, want %d", len(a), len(b))
}

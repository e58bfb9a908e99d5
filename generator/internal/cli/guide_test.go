package cli_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/cli"
)

// example matches a template in docs/templates.md: its path and its text.
var example = regexp.MustCompile("(?s)<!-- (templates/\\w+\\.go) -->\n```go\n(.*?)```\n")

// TestGuide replays the examples of docs/templates.md on a copy of the tree: the
// templates are added, and what comes out compiles and has what the guide says.
func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles an SDK")
	}
	root := filepath.Join("..", "..", "..")
	guide, err := os.ReadFile(filepath.Join(root, "docs", "templates.md"))
	if err != nil {
		t.Fatal(err)
	}
	tree := t.TempDir()
	for _, name := range []string{"api", "templates", "opik"} {
		if err := os.CopyFS(filepath.Join(tree, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(tree, "go.mod"), mod, 0o644); err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllStringSubmatch(string(guide), -1)
	if len(examples) != 4 {
		t.Fatalf("%d templates in the guide, want 4", len(examples))
	}
	run := func(args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if code := cli.Run(t.Context(), append(args, "-root", tree), &stdout, &stderr); code != cli.InStep {
			t.Fatalf("opikgen %q: exit code %d\n%s", args, code, stderr.String())
		}
		return stdout.String()
	}
	// The guide starts where nobody has decided on its operations yet.
	for _, e := range examples {
		if err := os.Remove(filepath.Join(tree, e[1])); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	// What is said to be the same as in other SDKs may be among what is removed.
	if err := os.Remove(filepath.Join(tree, "templates", "parity.go")); err != nil {
		t.Fatal(err)
	}
	run("sync")
	run("generate")
	for _, e := range examples {
		if e[1] == "templates/alerts.go" { // the guide says in prose what the handle changes
			e[2] = strings.NewReplacer("(*rest.Alert,", "(*Alert,", "Seq2[rest.Alert,", "Seq2[*Alert,").Replace(e[2])
		}
		if err := os.WriteFile(filepath.Join(tree, e[1]), []byte(e[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		args []string
		want []string
	}{
		{[]string{"sync"}, []string{"no longer pending: findAlerts", "no longer pending: createGuardrails"}},
		{[]string{"generate"}, []string{
			"create opik/alerts_gen.go", "create opik/alert_handle_gen.go", "create opik/guardrail_gen.go", "create opik/internal/message/guardrail_gen.go",
			"change opik/filters_gen.go", "change opik/internal/oql/tables_gen.go", "change docs/filters.md",
		}},
		{[]string{"explain", "ViewFilter"}, []string{"ViewFields", "taken by  findInsightsViews", "Owner Match, sent as created_by"}},
		{[]string{"explain", "AlertsService.List"}, []string{"findAlerts"}},
		{[]string{"explain", "Alert"}, []string{"Change calls AlertsService.Update", "refresh   rest.Client.GetAlertByID"}},
		{[]string{"explain", "AlertsService.Create"}, []string{"as the handle Alert"}},
		{[]string{"explain", "Guardrail"}, []string{"createGuardrails"}},
	}
	for _, step := range steps {
		out := run(step.args...)
		for _, want := range step.want {
			if !strings.Contains(out, want) {
				t.Errorf("opikgen %q does not say %q:\n%s", step.args, want, out)
			}
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "vet", "-trimpath", "./opik", "./templates")
	cmd.Dir = tree
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOPROXY=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

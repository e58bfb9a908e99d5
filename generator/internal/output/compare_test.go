package output_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opik-go/sdk/generator/internal/output"
)

const head = output.GoHeader + "\n\npackage opik\n"

// tree writes files below a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// list returns the files below a folder, with their content.
func list(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func steps(p *output.Plan) []string {
	var all []string
	for _, s := range p.Steps {
		all = append(all, string(s.Action)+" "+s.Path)
	}
	return all
}

func TestCompareAndApply(t *testing.T) {
	root := tree(t, map[string]string{
		"opik/same_gen.go":  head,
		"opik/other_gen.go": head + "// old\n",
		"opik/stale_gen.go": head,
		"opik/hand.go":      "package opik\n",
		"docs/hand.md":      "# Hand\n",
		"cmd/tool/gen.go":   head, // outside the folders of generated files
	})
	plan, err := output.Compare(root, []output.File{
		{Path: "opik/same_gen.go", Data: []byte(head)},
		{Path: "opik/other_gen.go", Data: []byte(head + "// new\n")},
		{Path: "docs/new/table.md", Data: []byte(output.MarkdownHeader + "\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"create docs/new/table.md", "change opik/other_gen.go", "remove opik/stale_gen.go"}
	if got := steps(plan); !slices.Equal(got, want) {
		t.Fatalf("steps %q, want %q", got, want)
	}
	diff := string(plan.Diff())
	for _, line := range []string{"--- /dev/null", "+++ b/docs/new/table.md", "-// old", "+// new", "+++ /dev/null"} {
		if !strings.Contains(diff, line+"\n") {
			t.Errorf("the diff lacks %q:\n%s", line, diff)
		}
	}
	if err := plan.Apply(); err != nil {
		t.Fatal(err)
	}
	files := list(t, root)
	if files["opik/other_gen.go"] != head+"// new\n" || files["docs/new/table.md"] == "" || len(files) != 6 {
		t.Errorf("the tree is now %q", files)
	}
	for _, gone := range []string{"opik/stale_gen.go"} {
		if _, there := files[gone]; there {
			t.Errorf("%s is still there", gone)
		}
	}
}

// What has the right bytes is not written: its time stays, and so does what
// depends on it.
func TestApplyLeavesEqualFiles(t *testing.T) {
	root := tree(t, map[string]string{"opik/same_gen.go": head})
	path := filepath.Join(root, "opik/same_gen.go")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := output.Compare(root, []output.File{{Path: "opik/same_gen.go", Data: []byte(head)}})
	if err != nil || len(plan.Steps) != 0 {
		t.Fatalf("steps %q, error %v", steps(plan), err)
	}
	if err := plan.Apply(); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Errorf("the file was written again (%v)", err)
	}
}

func TestCompareRefuses(t *testing.T) {
	root := tree(t, map[string]string{"opik/hand.go": "package opik\n"})
	for name, files := range map[string][]output.File{
		"written by hand": {{Path: "opik/hand.go", Data: []byte(head)}},
		"generated twice": {{Path: "opik/a_gen.go", Data: []byte(head)}, {Path: "opik/a_gen.go", Data: []byte(head)}},
	} {
		if _, err := output.Compare(root, files); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one that says %q", err, name)
		}
	}
}

// A run that fails half way leaves the tree as it was.
func TestApplyFails(t *testing.T) {
	root := tree(t, map[string]string{
		"opik/a_gen.go": head,
		"gen":           "a file where a folder ought to be",
	})
	before := list(t, root)
	plan, err := output.Compare(root, []output.File{{Path: "opik/a_gen.go", Data: []byte(head + "// new\n")}, {Path: "opik/z/b_gen.go", Data: []byte(head)}})
	if err != nil {
		t.Fatal(err)
	}
	// The second file's folder turns into a file between the two.
	if err := os.WriteFile(filepath.Join(root, "opik/z"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	before["opik/z"] = ""
	// The message names the file by its place in the tree, and not where the tree is.
	if err := plan.Apply(); err == nil || err.Error() != "opik/z/b_gen.go: cannot write: not a directory" {
		t.Fatalf("error %v", err)
	}
	after := list(t, root)
	if len(after) != len(before) || after["opik/a_gen.go"] != head {
		t.Errorf("the tree is now %q, was %q", after, before)
	}
}

func TestWriteIfChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "file")
	for _, text := range []string{"one", "one", "two"} {
		if err := output.WriteIfChanged(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Errorf("content %q, %v, want %q", got, err, text)
		}
	}
}

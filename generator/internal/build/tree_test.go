package build_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/opik-go/sdk/generator/internal/build"
	"github.com/opik-go/sdk/generator/internal/ir"
	"github.com/opik-go/sdk/generator/internal/output"
)

var treeRoot = filepath.Join("..", "..", "..")

// generateTree runs all stages on the tree that this module is part of.
func generateTree(t testing.TB) *build.Result {
	t.Helper()
	in, problems := build.Read(treeRoot, "")
	if problems.Failed() {
		t.Fatalf("read: %v", problems.Sorted())
	}
	result, problems := build.Generate(in)
	if problems.Failed() {
		t.Fatalf("generate: %v", problems.Sorted())
	}
	return result
}

// The generated files of the tree are those that its contract and templates make.
func TestTreeIsInStep(t *testing.T) {
	plan, err := output.Compare(treeRoot, generateTree(t).Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range plan.Steps {
		t.Errorf("%s %s; run go generate ./...", s.Action, s.Path)
	}
}

// Two runs in one process make the same bytes, in the same order.
func TestDeterministic(t *testing.T) {
	first, second := generateTree(t), generateTree(t)
	if len(first.Files) != len(second.Files) {
		t.Fatalf("%d files, then %d", len(first.Files), len(second.Files))
	}
	for i, f := range first.Files {
		if s := second.Files[i]; f.Path != s.Path || !bytes.Equal(f.Data, s.Data) {
			t.Errorf("%s differs from %s of the second run", f.Path, s.Path)
		}
	}
}

// BenchmarkGenerate is a warm run without reading and writing files.
func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		generateTree(b)
	}
}

// Every operation of the tags that the templates cover is decided.
func TestCoveredTags(t *testing.T) {
	decided, open := map[string]int{}, map[string][]string{}
	for _, op := range generateTree(t).Model.Operations {
		switch op.State {
		case ir.StateMethod, ir.StateMessage, ir.StateSkipped:
			decided[op.Tag]++
		default:
			open[op.Tag] = append(open[op.Tag], op.ID)
		}
	}
	for _, tag := range []string{"Traces", "Spans", "Projects", "Datasets"} {
		if len(open[tag]) > 0 || decided[tag] == 0 {
			t.Errorf("%s: %d operations are decided, these are not: %q", tag, decided[tag], open[tag])
		}
	}
}

package diag_test

import (
	"testing"

	"github.com/opik-go/sdk/generator/internal/diag"
)

func TestDiagnosticString(t *testing.T) {
	d := diag.Diagnostic{
		Severity: diag.Warning,
		Pos:      diag.Position{File: "templates/traces.go", Line: 21, Column: 12},
		Message:  "unknown operation",
		Hint:     "did you mean\ncreateTrace?",
		Related:  diag.Position{File: "api/openapi.yaml", Line: 9},
	}
	want := "templates/traces.go:21:12: warning: unknown operation\n\tdid you mean\n\tcreateTrace?\n\tsee api/openapi.yaml:9"
	if got := d.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSorted(t *testing.T) {
	var l diag.List
	at := func(file string, line, column int) diag.Position {
		return diag.Position{File: file, Line: line, Column: column}
	}
	l.Errorf(at("b.go", 1, 1), "x", "third")
	l.Errorf(at("a.go", 10, 1), "x", "second")
	l.Errorf(at("a.go", 9, 5), "y", "first b")
	l.Errorf(at("a.go", 9, 5), "x", "first a")
	want := []string{"first a", "first b", "second", "third"}
	for i, d := range l.Sorted() {
		if d.Message != want[i] {
			t.Errorf("%d: %q, want %q", i, d.Message, want[i])
		}
	}
}

// A list with warnings alone has not failed.
func TestFailed(t *testing.T) {
	var l diag.List
	l.Add(diag.Diagnostic{Severity: diag.Warning})
	if l.Failed() {
		t.Error("a warning counts as a failure")
	}
	l.Add(diag.Diagnostic{})
	if !l.Failed() || l.Len() != 2 {
		t.Errorf("Failed() = %v, Len() = %d", l.Failed(), l.Len())
	}
}

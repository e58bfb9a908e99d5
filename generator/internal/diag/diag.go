// Package diag holds diagnostics: problems as values, with a position, a code
// and a hint, collected and reported together instead of one at a time.
package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Line and Column count from 1; zero means unknown.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// String returns file:line:column, without the parts that are unknown.
func (p Position) String() string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Severity says whether a diagnostic stops the run.
type Severity string

const (
	Error   Severity = "error"   // the run fails and writes nothing
	Warning Severity = "warning" // the run goes on
)

// Diagnostic is one problem.
type Diagnostic struct {
	Severity Severity `json:"severity"`
	// Code names the kind of problem, such as "unknown-operation". Codes are stable.
	Code    string   `json:"code"`
	Pos     Position `json:"position"`
	Message string   `json:"message"`
	// Hint says what to do, or the nearest name. May be empty.
	Hint string `json:"hint,omitempty"`
	// Related is a second place that explains the first: the operation in the
	// contract, or the earlier claim.
	Related Position `json:"related,omitzero"`
}

// String formats the diagnostic as the command line prints it.
func (d Diagnostic) String() string {
	var b strings.Builder
	if p := d.Pos.String(); p != "" {
		b.WriteString(p + ": ")
	}
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.Message)
	if d.Hint != "" {
		b.WriteString("\n\t" + strings.ReplaceAll(d.Hint, "\n", "\n\t"))
	}
	if r := d.Related.String(); r != "" {
		b.WriteString("\n\tsee " + r)
	}
	return b.String()
}

// List collects diagnostics. The zero value is ready to use; it is not safe for
// concurrent use.
type List struct{ all []Diagnostic }

// Add appends d; an empty severity means Error.
func (l *List) Add(d Diagnostic) {
	if d.Severity == "" {
		d.Severity = Error
	}
	l.all = append(l.all, d)
}

// Errorf adds an error.
func (l *List) Errorf(pos Position, code, format string, args ...any) {
	l.Add(Diagnostic{Code: code, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// Append adds everything in other.
func (l *List) Append(other List) { l.all = append(l.all, other.all...) }

// Len returns the number of diagnostics.
func (l *List) Len() int { return len(l.all) }

// Sorted returns the diagnostics by file, line, column, code and message.
func (l *List) Sorted() []Diagnostic {
	out := slices.Clone(l.all)
	slices.SortStableFunc(out, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return out
}

// Failed reports whether the list holds an error.
func (l *List) Failed() bool {
	return slices.ContainsFunc(l.all, func(d Diagnostic) bool { return d.Severity == Error })
}

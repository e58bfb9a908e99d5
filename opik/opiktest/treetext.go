package opiktest

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
)

// maxValueText is how many characters of a value a printed tree shows.
const maxValueText = 200

// String is the trace as an indented tree, one line for each span and for each
// member that is set. Ids and times are not in it, so that the same program gives
// the same text each time. Values of more than 200 characters are cut, and told
// apart by their length and a checksum.
func (t *TraceTree) String() string {
	var w treeWriter
	w.trace(t)
	return w.text.String()
}

// String is the span and those below it, in the form of [TraceTree.String].
func (s *SpanTree) String() string {
	var w treeWriter
	w.span(s)
	return w.text.String()
}

// FormatTraceTrees joins the texts of several trees.
func FormatTraceTrees(trees []*TraceTree) string {
	var w treeWriter
	for _, t := range trees {
		w.trace(t)
	}
	return w.text.String()
}

type treeWriter struct {
	text  strings.Builder
	depth int
}

func (w *treeWriter) line(format string, args ...any) {
	w.text.WriteString(strings.Repeat("  ", w.depth))
	fmt.Fprintf(&w.text, format, args...)
	w.text.WriteByte('\n')
}

func (w *treeWriter) trace(t *TraceTree) {
	head := "trace " + strconv.Quote(t.Name) + " project=" + strconv.Quote(t.Project)
	if t.ThreadID != "" {
		head += " thread=" + strconv.Quote(t.ThreadID)
	}
	w.line("%s%s", head, marks(t.Partial, false, t.End))
	w.depth++
	w.members(t.Input, t.Output, t.Metadata, t.Tags, t.Error, t.Scores)
	for _, s := range t.Spans {
		w.span(s)
	}
	w.depth--
}

func (w *treeWriter) span(s *SpanTree) {
	head := "span " + strconv.Quote(s.Name) + " type=" + s.Type
	if s.Model != "" {
		head += " model=" + strconv.Quote(s.Model)
	}
	if s.Provider != "" {
		head += " provider=" + strconv.Quote(s.Provider)
	}
	w.line("%s%s", head, marks(s.Partial, s.Orphan, s.End))
	w.depth++
	w.members(s.Input, s.Output, s.Metadata, s.Tags, s.Error, s.Scores)
	if len(s.Usage) > 0 {
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(s.Usage)) {
			parts = append(parts, k+"="+strconv.FormatInt(s.Usage[k], 10))
		}
		w.line("usage: %s", strings.Join(parts, " "))
	}
	if s.Cost != "" {
		w.line("cost: %s", s.Cost)
	}
	for _, child := range s.Spans {
		w.span(child)
	}
	w.depth--
}

// marks are the remarks behind the head of an entity that is not as it should be
// in the end.
func marks(partial, orphan bool, end time.Time) string {
	var s string
	if partial {
		s += " (only updated)"
	}
	if orphan {
		s += " (parent missing)"
	}
	if end.IsZero() {
		s += " (not ended)"
	}
	return s
}

func (w *treeWriter) members(input, output, metadata any, tags []string, e *ErrorInfo, scores []Score) {
	w.value("input", input)
	w.value("output", output)
	w.value("metadata", metadata)
	if len(tags) > 0 {
		w.value("tags", doc.FromStrings(tags))
	}
	if e != nil {
		w.line("error: %s", shorten(e.Type+": "+e.Message))
	}
	for _, s := range scores {
		line := "score " + strconv.Quote(s.Name) + " = " + s.Value
		if s.Category != "" {
			line += " category=" + strconv.Quote(s.Category)
		}
		if s.Reason != "" {
			line += " reason=" + strconv.Quote(s.Reason)
		}
		w.line("%s", shorten(line))
	}
}

func (w *treeWriter) value(name string, v any) {
	if v != nil {
		w.line("%s: %s", name, shorten(string(doc.Encode(v))))
	}
}

// shorten keeps a value on one line of bearable length. What is cut is told by its
// length and the beginning of its SHA-256, so that texts of different values differ.
func shorten(s string) string {
	s = strings.ReplaceAll(s, "\n", `\n`)
	r := []rune(s)
	if len(r) <= maxValueText {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return fmt.Sprintf("%s… (%d characters, %x)", string(r[:maxValueText]), len(r), sum[:4])
}

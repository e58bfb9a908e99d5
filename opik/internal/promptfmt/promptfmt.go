// Package promptfmt fills the templates of prompts. It knows two kinds: Mustache,
// without HTML escaping and partials, and names in single braces.
//
// A template is rendered in one pass: what a value contains is never read as a
// template. Rendering ends in bounded time and memory, whatever the template.
package promptfmt

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Template is a parsed template. It is safe for concurrent use.
type Template struct {
	text  string
	nodes []node
	// names are the first parts of all names, in order of appearance; mentioned are
	// those and the whole names.
	names     []string
	mentioned map[string]mention
	// keeps says that tags without a value stay, whatever the caller asks for.
	keeps bool
}

type mention uint8

const (
	notAtAll mention = iota
	asWhole          // "a.b" of {{a.b}}
	asFirst          // "a" of it
)

type nodeKind uint8

const (
	textNode nodeKind = iota
	variableNode
	sectionNode  // rendered for each element of a list, once for what is true
	invertedNode // rendered for what is false
)

// node is a piece of a template.
type node struct {
	kind       nodeKind
	text       string // of a text
	name       name
	start, end int // where the source of the tag or section stands
	children   []node
}

// name is what a tag refers to.
type name struct {
	full string
	path []string // the parts between dots; nil for the current element
}

func newName(s string) name {
	if s == "." {
		return name{full: s}
	}
	if path := strings.Split(s, "."); !slices.Contains(path, "") {
		return name{s, path}
	}
	return name{s, []string{s}}
}

// Names returns the names of the values that the template can use, in order of
// appearance and each once: of user.name it is user. Names inside a section may as
// well be those of its elements.
func (t *Template) Names() []string { return slices.Clone(t.names) }

func (t *Template) refer(n name) {
	if n.path == nil {
		return
	}
	if t.mentioned == nil {
		t.mentioned = map[string]mention{}
	}
	if t.mentioned[n.path[0]] != asFirst {
		t.mentioned[n.path[0]] = asFirst
		t.names = append(t.names, n.path[0])
	}
	if t.mentioned[n.full] == notAtAll {
		t.mentioned[n.full] = asWhole
	}
}

// SyntaxError says where a template cannot be read, and why.
type SyntaxError struct {
	// Line and Column count from 1; a column is a character.
	Line, Column int
	// Reason says what is wrong.
	Reason string
}

// Error returns the place and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

func syntaxError(text string, offset int, format string, args ...any) *SyntaxError {
	before := text[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Line:   strings.Count(before, "\n") + 1,
		Column: utf8.RuneCountInString(before[line:]) + 1,
		Reason: fmt.Sprintf(format, args...),
	}
}

// shown cuts a text of a template for an error.
func shown(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "..."
	}
	return fmt.Sprintf("%q", s)
}

package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/opik-go/sdk/generator/internal/diag"
)

// A document is bounded before anything is made of it, so that memory and time are
// bounded, too, whatever the document says. Each bound is far beyond the published
// documents, which the comments give for comparison.
const (
	// maxSeparators bounds the number of values, which is at most twice that of the
	// characters that separate them (47,000).
	maxSeparators = 500_000
	// maxDepth bounds the nesting (20 levels).
	maxDepth = 100
	// maxMembers bounds the members of one object, and the elements of one list (541).
	maxMembers = 5_000
	// maxParts bounds the schemas that one schema is made of, over allOf and bare
	// references, each counted as often as it is reached (12).
	maxParts = 1_000
	// maxComposition bounds how deep such a schema is made of others (4).
	maxComposition = 32
	// maxFindings is where the search for mistakes ends, since nobody would read more.
	maxFindings = 1_000
)

// separators are the characters at least one of which stands between two values,
// in YAML and in JSON.
const separators = "\n\r,:-?[]{}"

// checkText refuses what is no text, and text that holds too many values. It runs
// before the parser, whose tree takes a hundred times the memory of the text.
func checkText(file string, data []byte) *diag.Diagnostic {
	count, line, start := 0, 1, 0
	for i := 0; i < len(data); {
		c := data[i]
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(data[i:])
		}
		switch {
		case r == utf8.RuneError && size == 1, !printable(r):
			return &diag.Diagnostic{Code: CodeSyntax, Pos: diag.Position{File: file, Line: line, Column: i - start + 1},
				Message: fmt.Sprintf("a document is text in UTF-8; here is the byte %#02x", c)}
		case c < utf8.RuneSelf && bytes.IndexByte([]byte(separators), c) >= 0:
			if count++; count > maxSeparators {
				return &diag.Diagnostic{Code: CodeTooLarge, Pos: diag.Position{File: file, Line: line, Column: i - start + 1},
					Message: fmt.Sprintf("the document has more than %d lines, members and elements, ten times what the published one has", maxSeparators)}
			}
		}
		if i += size; c == '\n' {
			line, start = line+1, i
		}
	}
	return nil
}

// printable reports whether YAML admits the character.
func printable(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r >= 0x7f && r < 0xa0:
		return r == 0x85
	}
	return r < 0xd800 || r >= 0xe000 && r <= 0xfffd && r != 0xfeff || r >= 0x10000
}

// checkMembers reports an object or a list that is too long.
func (d *document) checkMembers(n *yaml.Node, problems *diag.List) {
	count, what := len(n.Content), "elements"
	if n.Kind == yaml.MappingNode {
		count, what = count/2, "members"
	}
	if count > maxMembers {
		problems.Errorf(d.position(n), CodeTooLarge, "%s with %d %s; at most %d are read", describe(n), count, what, maxMembers)
	}
}

// composition is what a schema is made of: the number of schemas, and how deep.
type composition struct{ parts, depth int }

// checkComposition reports a schema that is made of too many others. A schema may
// be reached many times over, so that a few lines can stand for more properties
// than there is memory. The schemas must not be parts of themselves.
func (d *document) checkComposition(problems *diag.List) {
	known := map[string]composition{}
	var measure func(n *yaml.Node) composition
	measure = func(n *yaml.Node) composition {
		total := composition{parts: 1}
		for _, name := range parts(n) {
			c, ok := known[name]
			if !ok {
				c = measure(d.schema(name))
				known[name] = c
			}
			total.parts = min(total.parts+c.parts, maxParts+1)
			total.depth = max(total.depth, c.depth+1)
		}
		return total
	}
	for name, n := range entries(d.schemas()) {
		switch c := measure(n); {
		case c.parts > maxParts:
			problems.Errorf(d.position(name), CodeTooLarge, "the schema %s is made of more than %d others", describe(name), maxParts)
		case c.depth > maxComposition:
			problems.Errorf(d.position(name), CodeNesting, "the schema %s is made of others over more than %d steps", describe(name), maxComposition)
		}
	}
}

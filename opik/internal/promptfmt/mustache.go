package promptfmt

import "strings"

// maxDepth is how deep sections can be nested.
const maxDepth = 100

// Delimiters of tags, unless the template sets others.
const (
	openTag  = "{{"
	closeTag = "}}"
)

// Mustache parses a Mustache template: variables ({{a}}, {{a.b}}, {{.}}, and {{{a}}}
// and {{&a}}, which mean the same), sections, inverted sections, comments and other
// delimiters. Blanks inside a tag count for nothing, and a line that holds nothing
// but a section's tag, a comment or delimiters leaves nothing behind. Partials are
// refused. The error is a [*SyntaxError].
func Mustache(text string) (*Template, error) {
	p := parser{t: &Template{text: text}, open: openTag, close: closeTag}
	p.sections = []section{{}}
	if err := p.parse(); err != nil {
		return nil, err
	}
	p.t.nodes = p.sections[0].nodes
	return p.t, nil
}

// section is one that is not closed yet. The first is the whole template.
type section struct {
	node  node
	at    int // of its tag
	nodes []node
}

type parser struct {
	t           *Template
	open, close string
	sections    []section
}

func (p *parser) fail(at int, format string, args ...any) error {
	return syntaxError(p.t.text, at, format, args...)
}

func (p *parser) add(n node) {
	in := &p.sections[len(p.sections)-1]
	in.nodes = append(in.nodes, n)
}

func (p *parser) addText(s string) {
	if s != "" {
		p.add(node{kind: textNode, text: s})
	}
}

func (p *parser) parse() error {
	text := p.t.text
	at := 0 // up to here the template is parsed
	for {
		i := strings.Index(text[at:], p.open)
		if i < 0 {
			break
		}
		tag, err := p.readTag(at + i)
		if err != nil {
			return err
		}
		start, end := tag.at, tag.end
		if tag.kind.alone() {
			start, end = wholeLine(text, at, start, end)
		}
		p.addText(text[at:start])
		if err := p.addTag(tag, start, end); err != nil {
			return err
		}
		at = end
	}
	p.addText(text[at:])
	if open := p.sections[len(p.sections)-1]; len(p.sections) > 1 {
		return p.fail(open.at, "section %s is not closed", shown(open.node.name.full))
	}
	return nil
}

// tagKind is what the first character of a tag says.
type tagKind byte

const (
	variableTag   tagKind = '&'
	sectionTag    tagKind = '#'
	invertedTag   tagKind = '^'
	endTag        tagKind = '/'
	commentTag    tagKind = '!'
	delimitersTag tagKind = '='
	partialTag    tagKind = '>'
)

// alone reports whether a tag that is alone in its line takes the line with it.
func (k tagKind) alone() bool { return k != variableTag }

type tag struct {
	kind    tagKind
	at, end int
	content string // trimmed, without the character that says the kind
}

// readTag reads the tag that begins at a place.
func (p *parser) readTag(at int) (tag, error) {
	text := p.t.text
	from, closing := at+len(p.open), p.close
	t := tag{kind: variableTag, at: at}
	if from < len(text) {
		switch c := text[from]; tagKind(c) {
		case variableTag, sectionTag, invertedTag, endTag, commentTag, delimitersTag, partialTag:
			t.kind = tagKind(c)
			from++
		default:
			if c == '{' && p.open == openTag {
				closing = "}" + closeTag
				from++
			}
		}
	}
	if t.kind == delimitersTag {
		closing = "=" + closing
	}
	n := strings.Index(text[from:], closing)
	if n < 0 {
		return t, p.fail(at, "the tag has no end, which is %s", shown(closing))
	}
	t.content = strings.TrimSpace(text[from : from+n])
	t.end = from + n + len(closing)
	if t.content == "" && t.kind != commentTag {
		return t, p.fail(at, "the tag is empty")
	}
	return t, nil
}

// addTag adds what a tag stands for. Its source reaches from start to end.
func (p *parser) addTag(t tag, start, end int) error {
	switch t.kind {
	case variableTag:
		n := newName(t.content)
		p.t.refer(n)
		p.add(node{kind: variableNode, name: n, start: start, end: end})
	case sectionTag, invertedTag:
		if len(p.sections) > maxDepth {
			return p.fail(t.at, "sections are nested more than %d deep", maxDepth)
		}
		kind := sectionNode
		if t.kind == invertedTag {
			kind = invertedNode
		}
		n := newName(t.content)
		p.t.refer(n)
		p.sections = append(p.sections, section{node: node{kind: kind, name: n, start: start}, at: t.at})
	case endTag:
		return p.endSection(t, end)
	case delimitersTag:
		return p.setDelimiters(t)
	case partialTag:
		return p.fail(t.at, "partials are not supported: %s", shown(t.content))
	}
	return nil
}

func (p *parser) endSection(t tag, end int) error {
	last := len(p.sections) - 1
	if last == 0 {
		return p.fail(t.at, "section %s was not opened", shown(t.content))
	}
	s := p.sections[last]
	if s.node.name.full != t.content {
		return p.fail(t.at, "section %s ends where section %s should", shown(t.content), shown(s.node.name.full))
	}
	p.sections = p.sections[:last]
	s.node.children, s.node.end = s.nodes, end
	p.add(s.node)
	return nil
}

func (p *parser) setDelimiters(t tag) error {
	both := strings.Fields(t.content)
	if len(both) != 2 || strings.Contains(t.content, "=") {
		return p.fail(t.at, "delimiters are two words without an equals sign")
	}
	p.open, p.close = both[0], both[1]
	return nil
}

// wholeLine widens the source of a tag to its line, if nothing else is in it. The
// template is parsed up to parsed.
func wholeLine(text string, parsed, start, end int) (int, int) {
	first := start
	for first > parsed && isBlank(text[first-1]) {
		first--
	}
	if first > 0 && text[first-1] != '\n' {
		return start, end
	}
	last := end
	for last < len(text) && isBlank(text[last]) {
		last++
	}
	switch rest := text[last:]; {
	case rest == "":
	case rest[0] == '\n':
		last++
	case strings.HasPrefix(rest, "\r\n"):
		last += 2
	default:
		return start, end
	}
	return first, last
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

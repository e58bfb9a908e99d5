package sample

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/opik-go/sdk/generator/internal/spec"
)

// words is the text for a name: "project name 2".
func (m *Maker) words(name string) string {
	text := strings.ReplaceAll(name, "_", " ")
	if m.Variant > 1 {
		text += fmt.Sprintf(" %d", m.Variant)
	}
	return text
}

// maxLength is how long a text may have to be.
const maxLength = 1000

// text makes a string that has the format, the pattern and the length.
func (m *Maker) text(s *spec.Schema, name string) (any, bool) {
	switch s.Format {
	case "uuid":
		// Version 7, as the server wants ids; what is random in it comes from the name.
		return fmt.Sprintf("0190babc-62a0-7%03x-8%03x-%012x", m.Variant, hash(name)%0xfff, hash(name+"#")%0xffffffffffff), true
	case "date-time":
		return fmt.Sprintf("2024-05-%02dT07:%02d:09.123456Z", m.Variant, hash(name)%60), true
	case "date":
		return fmt.Sprintf("2024-05-%02d", m.Variant), true
	case "email":
		return strings.ReplaceAll(m.words(name), " ", ".") + "@example.com", true
	}
	text := m.words(name)
	if s.Pattern != "" {
		made, ok := m.matching(s.Pattern, text)
		if !ok {
			return nil, false
		}
		text = made
	}
	if s.MinLength != nil && *s.MinLength > maxLength {
		return nil, false
	}
	if s.MinLength != nil {
		for n := len(text); n < *s.MinLength; n++ {
			text += string(text[n%max(len(text), 1)])
		}
	}
	if s.MaxLength != nil && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	return text, true
}

// matching returns the text if it matches a pattern, and otherwise one that does. It
// returns false for patterns that are no RE2.
func (m *Maker) matching(pattern, text string) (string, bool) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return "", false
	}
	if re.MatchString(text) {
		return text, true
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	made := m.shortest(tree)
	return made, re.MatchString(made)
}

// shortest returns a text that a pattern matches, with as few repetitions as it
// allows, but one.
func (m *Maker) shortest(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(m.oneOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		return m.shortest(re.Sub[0])
	case syntax.OpRepeat:
		return strings.Repeat(m.shortest(re.Sub[0]), max(re.Min, 1))
	case syntax.OpConcat, syntax.OpCapture:
		var b strings.Builder
		for _, sub := range re.Sub {
			b.WriteString(m.shortest(sub))
		}
		return b.String()
	case syntax.OpAlternate:
		return m.shortest(re.Sub[0])
	}
	return "" // anchors and the like
}

// oneOf picks a printable character from a class, given as pairs of bounds: another
// one for each variant.
func (m *Maker) oneOf(class []rune) rune {
	var found []rune
	for c := ' ' + 1; c < 0x7f && len(found) <= m.Variant; c++ {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= c && c <= class[i+1] {
				found = append(found, c)
				break
			}
		}
	}
	switch {
	case len(found) > 0:
	case len(class) > 0:
		return class[0]
	default:
		return 0 // nothing belongs to the class
	}
	return found[m.Variant%len(found)]
}

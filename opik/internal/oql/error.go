package oql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error says where a text is wrong, and what would be right.
type Error struct {
	// Column is the place, counted in characters from 1. One behind the last
	// character means the end of the text.
	Column int
	// Problem says what is wrong, Expected what would be right, and Hint what to do;
	// the last two may be empty.
	Problem, Expected, Hint string
}

// Error joins everything in one line.
func (e *Error) Error() string {
	text := fmt.Sprintf("column %d: %s", e.Column, e.Problem)
	if e.Expected != "" {
		text += "; expected " + e.Expected
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// shown is how much of a text an error repeats, in characters.
const shown = 40

// quoted repeats a part of a text.
func quoted(s string) string {
	if utf8.RuneCountInString(s) > shown {
		s = string([]rune(s)[:shown]) + "…"
	}
	return fmt.Sprintf("%q", s)
}

// alternatives joins names: a, b or c.
func alternatives(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// didYouMean names what is nearest to a name that does not exist; it is empty if
// nothing is alike.
func didYouMean(name string, names []string) string {
	if n := nearest(name, names); n != "" {
		return "did you mean " + n + "?"
	}
	return ""
}

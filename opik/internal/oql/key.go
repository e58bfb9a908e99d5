package oql

import (
	"strings"
	"unicode/utf8"
)

// bareKey returns how many bytes at the beginning of s are a key that needs no
// quotes: names joined by dots, each with indexes in brackets behind it. A $ before
// them is the root of a path.
func bareKey(s string) int {
	i := 0
	for {
		from := i
		for i < len(s) {
			r, size := utf8.DecodeRuneInString(s[i:])
			if !keyRune(r) {
				break
			}
			i += size
		}
		// Only the first name may be left out: [0].a
		if i == from && (from > 0 || !strings.HasPrefix(s, "[")) {
			return max(from-1, 0) // before the dot
		}
		for strings.HasPrefix(s[i:], "[") {
			n := brackets(s[i:])
			if n == 0 {
				return i
			}
			i += n
		}
		if !strings.HasPrefix(s[i:], ".") {
			return i
		}
		i++
	}
}

func keyRune(r rune) bool { return wordRune(r) || r == '-' || r == '$' }

// brackets returns the length of an index at the beginning of s: [0], [*], ['a b'].
// It is 0 if there is none.
func brackets(s string) int {
	inside, _, closed := strings.Cut(s[1:], "]")
	if !closed {
		return 0
	}
	if q := strings.TrimLeft(inside, `'"`); len(inside)-len(q) == 1 {
		// The bracket that ends a name in quotes follows the second quote.
		name, _, ok := strings.Cut(s[2:], s[1:2]+"]")
		if !ok || strings.ContainsAny(name, s[1:2]+`\`) {
			return 0
		}
		return len(name) + 4
	}
	if inside != "*" && (inside == "" || strings.Trim(inside, "0123456789-") != "") {
		return 0
	}
	return len(inside) + 2
}

package oql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// sort is what sort of token it is.
type sort uint8

const (
	end      sort = iota
	word          // letters, digits and underscores
	number        // as it is written
	text          // in quotes; the token's text is what they hold
	operator      // signs of an operator
	sign          // any other character
)

// token is one part of a text.
type token struct {
	sort   sort
	text   string
	column int // in characters, from 1
}

// String is how an error calls the token.
func (t token) String() string {
	if t.sort == end {
		return "the end"
	}
	return quoted(t.text)
}

// lexer walks through a text.
type lexer struct {
	rest   string
	column int // of the first character of rest
}

// peek returns the next character, -1 at the end.
func (l *lexer) peek() rune {
	if l.rest == "" {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(l.rest)
	return r
}

// take goes past so many bytes and returns them.
func (l *lexer) take(n int) string {
	taken := l.rest[:n]
	l.rest = l.rest[n:]
	l.column += utf8.RuneCountInString(taken)
	return taken
}

// while takes the characters that are of a class.
func (l *lexer) while(class func(rune) bool) string {
	n := strings.IndexFunc(l.rest, func(r rune) bool { return !class(r) })
	if n < 0 {
		n = len(l.rest)
	}
	return l.take(n)
}

func wordRune(r rune) bool     { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
func operatorRune(r rune) bool { return strings.ContainsRune("=!<>~&|", r) }
func digit(r rune) bool        { return '0' <= r && r <= '9' }

// next returns the next token.
func (l *lexer) next() (token, error) {
	l.while(unicode.IsSpace)
	t := token{column: l.column}
	switch r := l.peek(); {
	case r < 0:
	case l.number(&t):
	case wordRune(r):
		t.sort, t.text = word, l.while(wordRune)
	case r == '"' || r == '\'':
		return l.quotes()
	case operatorRune(r):
		t.sort, t.text = operator, l.while(operatorRune)
	default:
		t.sort, t.text = sign, l.take(utf8.RuneLen(r))
	}
	return t, nil
}

// number takes a number, if there is one: -1, 1.5, .5, 5., 1e-3.
func (l *lexer) number(t *token) bool {
	s := l.rest
	i := 0
	digits := func() int {
		from := i
		for i < len(s) && digit(rune(s[i])) {
			i++
		}
		return i - from
	}
	if strings.HasPrefix(s, "-") {
		i++
	}
	n := digits()
	if i < len(s) && s[i] == '.' {
		i++
		n += digits()
	}
	if n == 0 {
		return false
	}
	// An e without digits is the beginning of a word.
	if mantissa := i; i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if digits() == 0 {
			i = mantissa
		}
	}
	t.sort, t.text = number, l.take(i)
	return true
}

// quotes takes a text in quotes. The quote that it is in stands for itself doubled,
// or after a backslash; a backslash before anything but a quote or a backslash is
// an ordinary character.
func (l *lexer) quotes() (token, error) {
	t := token{sort: text, column: l.column}
	quote := l.take(1)[0]
	var b strings.Builder
	for {
		n := strings.IndexAny(l.rest, string(quote)+`\`)
		if n < 0 {
			return t, &Error{
				Column: t.column, Problem: "the text has no end",
				Expected: "another " + string(quote) + " behind it",
			}
		}
		b.WriteString(l.take(n))
		two := ""
		if len(l.rest) > 1 {
			two = l.rest[:2]
		}
		switch {
		case two == `\"`, two == `\'`, two == `\\`, two == string(quote)+string(quote):
			b.WriteByte(l.take(2)[1])
		case l.rest[0] == '\\':
			b.WriteString(l.take(1))
		default:
			l.take(1)
			t.text = b.String()
			return t, nil
		}
	}
}

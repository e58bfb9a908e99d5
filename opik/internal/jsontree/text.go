package jsontree

import (
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string, at whose opening quote the parser stands.
func (p *parser) text() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			text := string(p.src[start:p.at])
			p.at++
			return text, nil
		case !isPlain(c):
			return p.escaped(append(make([]byte, 0, 2*(p.at-start)+32), p.src[start:p.at]...))
		}
		p.at++
	}
	return "", p.fail("no end of a string")
}

// escaped reads the rest of a string that is not plain ASCII. b is what was read.
func (p *parser) escaped(b []byte) (string, error) {
	for p.at < len(p.src) {
		switch c := p.src[p.at]; {
		case c == '"':
			p.at++
			return string(b), nil
		case c < ' ':
			return "", p.fail("a control character in a string")
		case c == '\\':
			p.at++
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
		case c < utf8.RuneSelf:
			start := p.at
			for p.at < len(p.src) && isPlain(p.src[p.at]) {
				p.at++
			}
			b = append(b, p.src[start:p.at]...)
		default:
			r, size := utf8.DecodeRune(p.src[p.at:])
			b = utf8.AppendRune(b, r) // what is no UTF-8 becomes U+FFFD
			p.at += size
		}
	}
	return "", p.fail("no end of a string")
}

// isPlain reports whether a byte stands for itself in a string.
func isPlain(c byte) bool { return ' ' <= c && c < utf8.RuneSelf && c != '"' && c != '\\' }

// escape reads what comes after a backslash.
func (p *parser) escape() (rune, error) {
	c := p.peek()
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return p.unit()
	default:
		return 0, p.fail("an unknown escape in a string")
	}
	p.at++
	return rune(c), nil
}

// unit reads an escaped character at whose u the parser stands: one or two UTF-16
// code units.
func (p *parser) unit() (rune, error) {
	high, ok := p.hex(p.at + 1)
	if !ok {
		return 0, p.fail("an escape without four hexadecimal digits")
	}
	p.at += 5
	if !utf16.IsSurrogate(high) {
		return high, nil
	}
	if p.peek() == '\\' && p.at+1 < len(p.src) && p.src[p.at+1] == 'u' {
		if low, ok := p.hex(p.at + 2); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				p.at += 6
				return r, nil
			}
		}
	}
	return utf8.RuneError, nil
}

func (p *parser) hex(at int) (rune, bool) {
	if at+4 > len(p.src) {
		return 0, false
	}
	var r rune
	for _, c := range p.src[at : at+4] {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

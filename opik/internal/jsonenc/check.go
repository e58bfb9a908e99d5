package jsonenc

import (
	"unicode/utf8"
	"unsafe"
)

// appendRaw appends JSON of foreign origin without insignificant white space.
// Invalid UTF-8, which JSON syntax lets through, becomes U+FFFD. It reports false,
// and appends nothing, if src is not one JSON value or nests deeper than depth,
// which is at most maxDepth.
//
// Whoever hands over encoded JSON does so to save time, so this looks at the text
// once, checks it and copies it in runs that are as long as possible.
func appendRaw(dst, src []byte, depth int) ([]byte, bool) {
	start := len(dst)
	c := checker{dst: dst, src: unsafe.String(unsafe.SliceData(src), len(src)), depth: depth}
	if !c.value() {
		return dst[:start], false
	}
	return append(c.dst, c.src[c.done:c.at]...), true
}

// checker goes through one JSON text.
type checker struct {
	dst []byte
	src string
	// src up to done is in dst, and between done and at it is to be copied as it is.
	done, at int

	depth int
	open  int
	// objects has a bit for each open container, set for an object.
	objects [(maxDepth + 63) / 64]uint64
}

// space skips white space. It returns the byte behind it, or 0 at the end.
func (c *checker) space() byte {
	if c.at < len(c.src) && c.src[c.at] > ' ' {
		return c.src[c.at]
	}
	return c.skip()
}

func (c *checker) skip() byte {
	c.dst = append(c.dst, c.src[c.done:c.at]...)
	for ; c.at < len(c.src); c.at++ {
		switch b := c.src[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			c.done = c.at
			return b
		}
	}
	c.done = c.at
	return 0
}

// value checks that the rest of the text is one value.
func (c *checker) value() bool {
	for {
		switch b := c.space(); b {
		case '{':
			if !c.push(1) {
				return false
			}
			if c.space() != '}' {
				if !c.name() {
					return false
				}
				continue
			}
			c.pop()
		case '[':
			if !c.push(0) {
				return false
			}
			if c.space() != ']' {
				continue
			}
			c.pop()
		case '"':
			if !c.text() {
				return false
			}
		case 't':
			if !c.word("true") {
				return false
			}
		case 'f':
			if !c.word("false") {
				return false
			}
		case 'n':
			if !c.word("null") {
				return false
			}
		default:
			end := numberEnd(c.src, c.at)
			if end < 0 {
				return false
			}
			c.at = end
		}
		more, ok := c.behind()
		if !ok || !more {
			return ok
		}
	}
}

// behind goes on behind a value. more says that another value follows.
func (c *checker) behind() (more, ok bool) {
	for c.open > 0 {
		inObject := c.objects[(c.open-1)/64]>>((c.open-1)%64)&1 != 0
		switch b := c.space(); {
		case b == ',':
			c.at++
			if inObject {
				c.space()
				return true, c.name()
			}
			return true, true
		case b == '}' && inObject, b == ']' && !inObject:
			c.pop()
		default:
			return false, false
		}
	}
	c.space()
	return false, c.at == len(c.src)
}

func (c *checker) push(object uint64) bool {
	if c.open >= c.depth {
		return false
	}
	word, bit := c.open/64, c.open%64
	c.objects[word] = c.objects[word]&^(1<<bit) | object<<bit
	c.open++
	c.at++
	return true
}

func (c *checker) pop() {
	c.open--
	c.at++
}

// name checks the name of a member, and the colon behind it.
func (c *checker) name() bool {
	if !c.text() || c.space() != ':' {
		return false
	}
	c.at++
	return true
}

func (c *checker) word(w string) bool {
	if len(c.src)-c.at < len(w) || c.src[c.at:c.at+len(w)] != w {
		return false
	}
	c.at += len(w)
	return true
}

// text checks a string.
func (c *checker) text() bool {
	if c.at == len(c.src) || c.src[c.at] != '"' {
		return false
	}
	i := c.at + 1
	for {
		if i = plainPrefix(c.src, i); i == len(c.src) {
			return false
		}
		switch b := c.src[i]; {
		case b == '"':
			c.at = i + 1
			return true
		case b == '\\':
			n := escapeLength(c.src[i:])
			if n == 0 {
				return false
			}
			i += n
		case b < ' ':
			return false
		default:
			r, size := utf8.DecodeRuneInString(c.src[i:])
			if r == utf8.RuneError && size == 1 {
				c.dst = append(c.dst, c.src[c.done:i]...)
				c.dst = utf8.AppendRune(c.dst, utf8.RuneError)
				c.done = i + 1
			}
			i += size
		}
	}
}

// escapeLength returns the length of the escape sequence that s begins with, or 0
// if it is not one.
func escapeLength(s string) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) < 6 {
			return 0
		}
		for _, b := range []byte(s[2:6]) {
			if !('0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// numberEnd returns the index behind the number at i, or -1 if there is none.
func numberEnd(s string, i int) int {
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i == len(s):
		return -1
	case s[i] == '0':
		i++
	default:
		if i = digitsEnd(s, i); i < 0 {
			return -1
		}
	}
	if i < len(s) && s[i] == '.' {
		if i = digitsEnd(s, i+1); i < 0 {
			return -1
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		return digitsEnd(s, i)
	}
	return i
}

// digitsEnd returns the index behind one or more digits, or -1 if there is none.
func digitsEnd(s string, i int) int {
	start := i
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// isNumber reports whether s is a number in JSON's grammar.
func isNumber(s string) bool { return s != "" && numberEnd(s, 0) == len(s) }

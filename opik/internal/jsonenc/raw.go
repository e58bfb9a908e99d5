package jsonenc

import (
	"encoding/json"
	"unicode/utf8"
)

// Raw is JSON that was encoded before, by this package. [AppendValue] appends it
// as it is, without looking at it. A nil or empty Raw is null.
type Raw []byte

// MarshalJSON returns r itself, so that encoding/json gives it the same meaning.
func (r Raw) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("null"), nil
	}
	return r, nil
}

// appendRaw appends JSON of foreign origin without insignificant white space.
// Invalid UTF-8, which JSON syntax lets through, becomes U+FFFD. It reports false,
// and appends nothing, if src is not one JSON value or nests deeper than depth.
func appendRaw(dst, src []byte, depth int) ([]byte, bool) {
	if !json.Valid(src) {
		return dst, false
	}
	start := len(dst)
	open := 0
	for i := 0; i < len(src); {
		switch c := src[i]; c {
		case ' ', '\t', '\r', '\n':
			i++
			continue
		case '"':
			end := endOfString(src, i)
			dst = appendValid(dst, src[i:end])
			i = end
			continue
		case '{', '[':
			if open++; open > depth {
				return dst[:start], false
			}
		case '}', ']':
			open--
		}
		dst = append(dst, src[i])
		i++
	}
	return dst, true
}

// endOfString returns the index after the closing quote of the string that
// starts at i. The JSON is known to be valid.
func endOfString(src []byte, i int) int {
	for i++; src[i] != '"'; i++ {
		if src[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func appendValid(dst, src []byte) []byte {
	if utf8.Valid(src) {
		return append(dst, src...)
	}
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		dst = utf8.AppendRune(dst, r)
		src = src[size:]
	}
	return dst
}

// isNumber reports whether s is a number in JSON's grammar.
func isNumber(s string) bool {
	if s == "" || (s[0] != '-' && (s[0] < '0' || s[0] > '9')) {
		return false
	}
	if last := s[len(s)-1]; last < '0' || last > '9' {
		return false // white space is valid JSON, but no part of the number
	}
	return json.Valid([]byte(s))
}

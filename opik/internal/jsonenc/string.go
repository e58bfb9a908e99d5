// Package jsonenc appends JSON to byte slices. It never fails: what JSON cannot
// hold becomes a placeholder, and the output is always valid JSON in valid UTF-8.
//
// The functions for scalars serve the generated encoders, which know the type of
// every field. [AppendValue] serves free-form values.
//
// All functions append to dst and return it, as append does. They keep no
// reference to their arguments and may be called concurrently.
package jsonenc

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Bytes that are not valid UTF-8 become
// U+FFFD, one for each byte as in encoding/json. Control characters, U+2028 and
// U+2029 are escaped; characters that only matter in HTML are not.
func AppendString(dst []byte, s string) []byte {
	dst = slices.Grow(dst, len(s)+2)
	dst = append(dst, '"')
	done := 0
	for i := plainPrefix(s, 0); i < len(s); {
		switch c := s[i]; {
		case c >= utf8.RuneSelf:
		case c < ' ' || c == '"' || c == '\\':
			dst = appendEscaped(append(dst, s[done:i]...), c)
			i++
			done = i
			continue
		default:
			i = plainPrefix(s, i+1)
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = utf8.AppendRune(append(dst, s[done:i]...), utf8.RuneError)
			done = i + size
		case r == '\u2028' || r == '\u2029':
			// Valid JSON, but they end a line in JavaScript.
			dst = append(append(dst, s[done:i]...), `\u202`...)
			dst = append(dst, hexDigits[r&0xf])
			done = i + size
		}
		i += size
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// appendEscaped appends the escape sequence of an ASCII character that needs one.
func appendEscaped(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plainPrefix returns the index of the first byte at or after i that cannot be
// copied as it is: a control character, a quote, a backslash, or a byte outside
// ASCII. It returns len(s) if there is none. It looks at eight bytes, then at 32 at
// a time, since long texts are what most of a record consists of.
func plainPrefix(s string, i int) int {
	if i+8 <= len(s) { // a text with many special characters needs no more than this
		if at := special([]byte(s[i : i+8])); at != 0 {
			return i + bits.TrailingZeros64(at)/8
		}
		i += 8
	}
	for ; i+32 <= len(s); i += 32 {
		block := []byte(s[i : i+32])
		if special(block)|special(block[8:])|special(block[16:])|special(block[24:]) != 0 {
			break
		}
	}
	for ; i+8 <= len(s); i += 8 {
		if at := special([]byte(s[i : i+8])); at != 0 {
			return i + bits.TrailingZeros64(at)/8
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return i
}

// special looks at the first eight bytes of b. It returns zero if all of them can be
// copied; otherwise the lowest set bit is in the first that cannot.
func special(b []byte) uint64 {
	w := binary.LittleEndian.Uint64(b)
	quote, slash := w^('"'*ones), w^('\\'*ones)
	// Each difference sets the high bit of a byte of ASCII that matches, the word
	// itself has it for all other bytes. A borrow can only spoil bytes above a
	// match, so the lowest set bit is right.
	return ((w - ' '*ones) | (quote - ones) | (slash - ones) | w) & highs
}

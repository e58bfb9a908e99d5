package jsontree

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// AppendCanonical appends v in a form that does not depend on how it was written:
//
//   - members are sorted by the code points of their names, and separators are ", "
//     and ": ";
//   - characters outside printable ASCII are escaped as \uXXXX in lower case, in two
//     halves beyond U+FFFF, but for the short escapes \b \f \n \r \t; nothing else is
//     but quotes and backslashes;
//   - a number with a fraction or an exponent has the fewest digits that read back
//     as the same float64, a fraction also if it is zero, and an exponent below 1e-4
//     and from 1e16 on. One that no float64 can hold keeps its digits;
//   - a whole number keeps all its digits, and minus zero has no sign.
//
// Whole numbers and others differ, as 1 and 1.0 do, because what stores them keeps
// them apart.
func (v Value) AppendCanonical(dst []byte) []byte {
	switch v.Kind {
	case Number:
		return appendCanonicalNumber(dst, v.Text)
	case String:
		return appendASCII(dst, v.Text)
	case Array:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = item.AppendCanonical(dst)
		}
		return append(dst, ']')
	case Object:
		return v.appendSorted(dst)
	}
	return v.Append(dst)
}

func (v Value) appendSorted(dst []byte) []byte {
	members := v.Members
	// The order of UTF-8 is that of code points.
	byName := func(a, b Member) int { return cmp.Compare(a.Name, b.Name) }
	if !slices.IsSortedFunc(members, byName) {
		members = slices.Clone(members)
		slices.SortFunc(members, byName)
	}
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendASCII(dst, m.Name), ": "...)
		dst = m.Value.AppendCanonical(dst)
	}
	return append(dst, '}')
}

func appendASCII(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i, r := range s {
		if ' ' <= r && r <= '~' && r != '"' && r != '\\' {
			continue
		}
		dst = append(dst, s[done:i]...)
		_, size := utf8.DecodeRuneInString(s[i:]) // of U+FFFD it may be one
		done = i + size
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\b':
			dst = append(dst, '\\', 'b')
		case r == '\f':
			dst = append(dst, '\\', 'f')
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = appendUnit(appendUnit(dst, high), low)
		default:
			dst = appendUnit(dst, r)
		}
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

const hexDigits = "0123456789abcdef"

func appendUnit(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&0xf], hexDigits[r>>8&0xf], hexDigits[r>>4&0xf], hexDigits[r&0xf])
}

func appendCanonicalNumber(dst []byte, text string) []byte {
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			text = "0"
		}
		return append(dst, text...)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil { // beyond what a float64 holds
		return appendDecimal(dst, text)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	_, exponent, _ := strings.Cut(string(dst[start:]), "e")
	if e, _ := strconv.Atoi(exponent); f != 0 && (e < -4 || e >= 16) { // AppendFloat wrote a number
		return dst
	}
	dst = strconv.AppendFloat(dst[:start], f, 'f', -1, 64)
	if !strings.Contains(string(dst[start:]), ".") {
		dst = append(dst, ".0"...)
	}
	return dst
}

// appendDecimal appends a number as digits without zeros at either end, and an
// exponent that makes of them what it is.
func appendDecimal(dst []byte, text string) []byte {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	mantissa, negative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	trimmed := strings.TrimRight(digits, "0")
	shift := len(digits) - len(trimmed) - len(fraction)
	if negative {
		dst = append(dst, '-')
	}
	dst = append(append(dst, trimmed...), 'e')
	e, ok := new(big.Int).SetString(exponent, 10)
	if !ok { // none
		e = new(big.Int)
	}
	return e.Add(e, big.NewInt(int64(shift))).Append(dst, 10)
}

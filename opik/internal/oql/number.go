package oql

import (
	"strconv"
	"strings"
)

// mostDigits bounds what an exponent may come to.
const mostDigits = 100

// plainNumber writes a number without exponent, and with digits on both sides of
// the point: the server reads no other. Digits that are there stay as they are.
func plainNumber(s string) (string, bool) {
	minus := strings.HasPrefix(s, "-")
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(strings.TrimPrefix(s, "-")), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || !digits(whole) || !digits(fraction) || len(mantissa) > mostDigits {
		return "", false
	}
	if hasExponent {
		n, err := strconv.Atoi(exponent)
		if err != nil || n > mostDigits || n < -mostDigits {
			return "", false
		}
		whole, fraction = shift(whole, fraction, n)
	}
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if minus {
		whole = "-" + whole
	}
	return whole, true
}

// shift moves the point by n digits, to the right if n is positive.
func shift(whole, fraction string, n int) (string, string) {
	if n >= 0 {
		fraction += strings.Repeat("0", max(n-len(fraction), 0))
		whole, fraction = whole+fraction[:n], fraction[n:]
	} else {
		whole = strings.Repeat("0", max(-n-len(whole), 0)) + whole
		whole, fraction = whole[:len(whole)+n], whole[len(whole)+n:]+fraction
	}
	whole = strings.TrimLeft(whole, "0")
	return whole, strings.TrimRight(fraction, "0")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

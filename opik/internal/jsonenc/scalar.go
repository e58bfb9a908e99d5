package jsonenc

import (
	"math"
	"strconv"
	"time"
)

// AppendBool appends true or false.
func AppendBool(dst []byte, v bool) []byte { return strconv.AppendBool(dst, v) }

// AppendInt appends a signed integer.
func AppendInt[T ~int | ~int8 | ~int16 | ~int32 | ~int64](dst []byte, v T) []byte {
	return strconv.AppendInt(dst, int64(v), 10)
}

// AppendUint appends an unsigned integer.
func AppendUint(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) }

// AppendFloat appends the shortest number that reads back as v. NaN and the
// infinities, which JSON does not have, become the strings "<opik: NaN>",
// "<opik: +Inf>" and "<opik: -Inf>".
func AppendFloat(dst []byte, v float64) []byte { return appendFloat(dst, v, 64) }

func appendFloat(dst []byte, v float64, bitSize int) []byte {
	switch {
	case math.IsNaN(v):
		return appendPlaceholder(dst, "NaN")
	case math.IsInf(v, 1):
		return appendPlaceholder(dst, "+Inf")
	case math.IsInf(v, -1):
		return appendPlaceholder(dst, "-Inf")
	}
	// Plain digits where people would write them, as encoding/json does.
	format := byte('f')
	if abs := math.Abs(v); abs != 0 {
		tiny, huge := abs < 1e-6, abs >= 1e21
		if bitSize == 32 {
			tiny, huge = float32(abs) < 1e-6, float32(abs) >= 1e21
		}
		if tiny || huge {
			format = 'e'
		}
	}
	return strconv.AppendFloat(dst, v, format, -1, bitSize)
}

// IsFinite reports whether JSON can hold v as a number.
func IsFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// The server refuses a whole batch for one time outside this range: 1970-01-01
// up to, but not including, 2262-04-11T23:47:16Z, where its 64-bit nanoseconds end.
const (
	minSecond = 0
	maxSecond = 9223372035
)

// AppendTime appends t in UTC as RFC 3339 with up to nine fractional digits. A
// time outside the range that the server stores, 1970-01-01T00:00:00Z to
// 2262-04-11T23:47:15.999999999Z, is moved to the nearer end of it, because the
// server refuses the record otherwise.
func AppendTime(dst []byte, t time.Time) []byte {
	switch second := t.Unix(); {
	case second < minSecond:
		t = time.Unix(minSecond, 0)
	case second > maxSecond:
		t = time.Unix(maxSecond, 999_999_999)
	}
	return appendUTC(dst, t.Unix(), t.Nanosecond())
}

// appendFreeTime appends a time inside a free-form value: with its own offset and
// without a range, as encoding/json does, since the server does not look at it.
func appendFreeTime(dst []byte, t time.Time) []byte {
	out, err := t.AppendText(append(dst, '"'))
	if err != nil {
		return appendPlaceholder(dst, "time.Time outside RFC 3339")
	}
	return append(out, '"')
}

package uuid7

import (
	"errors"
	"fmt"
	"time"
)

// ErrInvalid is wrapped by every error of [Check] and [Time].
var ErrInvalid = errors.New("not a version 7 UUID")

// Check returns nil if s is a version 7 UUID in the usual form of 36
// characters; upper case is accepted, as the server accepts it. Otherwise the
// error wraps [ErrInvalid] and says what is wrong.
func Check(s string) error {
	if len(s) != 36 {
		return fmt.Errorf("%w: %s has %d characters, want 36", ErrInvalid, quote(s), len(s))
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return fmt.Errorf("%w: %s has no hyphen at position %d", ErrInvalid, quote(s), i+1)
			}
		default:
			if _, ok := hexValue(s[i]); !ok {
				return fmt.Errorf("%w: %s has no hexadecimal digit at position %d", ErrInvalid, quote(s), i+1)
			}
		}
	}
	if s[14] != '7' {
		return fmt.Errorf("%w: %s has version %c", ErrInvalid, quote(s), s[14])
	}
	if v, _ := hexValue(s[19]); v>>2 != 0b10 {
		return fmt.Errorf("%w: %s is not of the RFC 9562 variant", ErrInvalid, quote(s))
	}
	return nil
}

// Time returns the moment that the id s carries, in UTC with the precision of
// a millisecond, which is what the server reads from it. The error is that of
// [Check].
func Time(s string) (time.Time, error) {
	if err := Check(s); err != nil {
		return time.Time{}, err
	}
	var milli int64
	for i := range 13 {
		if i == 8 {
			continue
		}
		v, _ := hexValue(s[i])
		milli = milli<<4 | int64(v)
	}
	return time.UnixMilli(milli).UTC(), nil
}

// quote keeps an error readable when somebody passes a whole document as an id.
func quote(s string) string {
	const limit = 64
	if len(s) > limit {
		return fmt.Sprintf("%q...", s[:limit])
	}
	return fmt.Sprintf("%q", s)
}

func hexValue(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

package retry

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	remainingSuffix = "-Remaining-Limit"
	ttlSuffix       = "-Remaining-Limit-Ttl-Millis" // in the canonical form of net/http
)

// Hint returns how long the server asks to wait, from the first of these that
// the header has:
//
//   - Retry-After, in seconds or as a date;
//   - RateLimit-Reset, in seconds, which the backend sends with a 429;
//   - Opik-<bucket>-Remaining-Limit-TTL-Millis, the longest of the buckets that
//     are empty, or the longest of all if none is.
//
// A value that cannot be read counts as absent, and a time in the past as zero.
// ok is false if there is no hint.
func Hint(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	if d, ok := retryAfter(h.Get("Retry-After"), now); ok {
		return d, true
	}
	if d, ok := seconds(h.Get("RateLimit-Reset")); ok {
		return d, true
	}
	return bucketReset(h)
}

func retryAfter(value string, now time.Time) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0, false
	}
	if d, ok := seconds(value); ok {
		return d, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(at.Sub(now), 0), true
}

// seconds reads a number of seconds. Fractions are accepted, though the
// standards speak of whole seconds.
func seconds(value string) (time.Duration, bool) {
	s, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || s != s {
		return 0, false
	}
	return bounded(s * float64(time.Second)), true
}

// bounded converts nanoseconds that may be out of the range of a Duration.
func bounded(ns float64) time.Duration {
	const limit = 365 * 24 * time.Hour
	if ns <= 0 {
		return 0
	}
	if ns >= float64(limit) {
		return limit
	}
	return time.Duration(ns)
}

func bucketReset(h http.Header) (wait time.Duration, ok bool) {
	anyEmpty := false
	for name, values := range h {
		if len(values) == 0 || !strings.HasPrefix(name, "Opik-") || !strings.HasSuffix(name, ttlSuffix) {
			continue
		}
		millis, err := strconv.ParseInt(strings.TrimSpace(values[0]), 10, 64)
		if err != nil || millis < 0 {
			continue
		}
		d := bounded(float64(millis) * float64(time.Millisecond))
		bucket := strings.TrimSuffix(name, ttlSuffix)
		empty := strings.TrimSpace(h.Get(bucket+remainingSuffix)) == "0"
		switch {
		case empty && !anyEmpty:
			wait, ok, anyEmpty = d, true, true
		case empty == anyEmpty:
			wait, ok = max(wait, d), true
		}
	}
	return wait, ok
}

package rest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds the server's hints: a larger one is a mistake, or a clock
// that is wrong.
const maxRetryAfter = 24 * time.Hour

// RetryAfter returns how long the headers of a response ask to wait, and zero if
// they do not. It understands, in this order, Retry-After as seconds or as a
// date, RateLimit-Reset in seconds, and the Opik-*-Remaining-Limit-TTL-Millis of
// exhausted limits. Hints above a day count as a day. A date is compared with the
// response's own Date, or with now if it has none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	if v := h.Get("Retry-After"); v != "" {
		if d, ok := seconds(v); ok {
			return d
		}
		if at, err := http.ParseTime(v); err == nil {
			if date, err := http.ParseTime(h.Get("Date")); err == nil {
				now = date
			}
			return bounded(at.Sub(now))
		}
	}
	if d, ok := seconds(h.Get("RateLimit-Reset")); ok {
		return d
	}
	return exhausted(h)
}

// exhausted returns the longest wait among the limits of which nothing remains.
func exhausted(h http.Header) time.Duration {
	const remaining, ttl = "-Remaining-Limit", "-Ttl-Millis"
	var longest time.Duration
	for name := range h {
		if !strings.HasPrefix(name, "Opik-") || !strings.HasSuffix(name, remaining) {
			continue
		}
		if n, err := strconv.Atoi(h.Get(name)); err != nil || n > 0 {
			continue
		}
		if ms, err := strconv.ParseInt(h.Get(name+ttl), 10, 64); err == nil && ms < int64(maxRetryAfter/time.Millisecond) {
			longest = max(longest, bounded(time.Duration(ms)*time.Millisecond))
		}
	}
	return longest
}

func seconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	if n > maxRetryAfter.Seconds() {
		return maxRetryAfter, true
	}
	return time.Duration(n * float64(time.Second)), true
}

func bounded(d time.Duration) time.Duration { return min(max(d, 0), maxRetryAfter) }

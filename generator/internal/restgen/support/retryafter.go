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

// RetryAfter returns how long the headers of a response ask to wait; ok is false
// if they do not. It understands, in this order, Retry-After as seconds or as a
// date, RateLimit-Reset in seconds, X-RateLimit-Reset in seconds or as Unix time,
// and the Opik-*-Remaining-Limit-TTL-Millis of limits of which nothing remains;
// the others are no request to wait. What cannot be read counts as absent, a time
// in the past as zero, and more than a day as a day. Times are compared with the
// response's own Date, or with now if it has none.
func RetryAfter(h http.Header, now time.Time) (wait time.Duration, ok bool) {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	retryAfter := h.Get("Retry-After")
	if d, ok := seconds(retryAfter); ok {
		return d, true
	}
	if at, err := http.ParseTime(strings.TrimSpace(retryAfter)); err == nil {
		return bounded(at.Sub(now)), true
	}
	if d, ok := seconds(h.Get("RateLimit-Reset")); ok {
		return d, true
	}
	if n, err := strconv.ParseInt(strings.TrimSpace(h.Get("X-Ratelimit-Reset")), 10, 64); err == nil {
		return untilReset(n, now), true
	}
	return exhausted(h)
}

// untilReset reads X-RateLimit-Reset, which servers fill with seconds or, more
// often, with Unix time.
func untilReset(n int64, now time.Time) time.Duration {
	const unixTimesFrom = 1_000_000_000 // in 2001; nobody asks to wait for 31 years
	if n >= unixTimesFrom {
		return bounded(time.Unix(n, 0).Sub(now))
	}
	return bounded(time.Duration(n) * time.Second)
}

// exhausted returns the longest wait among the limits of which nothing remains.
func exhausted(h http.Header) (longest time.Duration, ok bool) {
	const remaining, ttl = "-Remaining-Limit", "-Ttl-Millis"
	for name := range h {
		if !strings.HasPrefix(name, "Opik-") || !strings.HasSuffix(name, remaining) {
			continue
		}
		if n, err := strconv.Atoi(h.Get(name)); err != nil || n > 0 {
			continue
		}
		if ms, err := strconv.ParseInt(h.Get(name+ttl), 10, 64); err == nil && ms >= 0 {
			wait := maxRetryAfter
			if ms < maxRetryAfter.Milliseconds() {
				wait = time.Duration(ms) * time.Millisecond
			}
			longest, ok = max(longest, wait), true
		}
	}
	return longest, ok
}

func seconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || n != n {
		return 0, false
	}
	if n < 0 {
		return 0, true
	}
	if n > maxRetryAfter.Seconds() {
		return maxRetryAfter, true
	}
	return time.Duration(n * float64(time.Second)), true
}

func bounded(d time.Duration) time.Duration { return min(max(d, 0), maxRetryAfter) }

// Package retry decides whether a failed request is worth another attempt and
// how long to wait before it. Everything here is a plain function of its
// arguments, apart from [Budget]; waiting itself is the caller's business.
package retry

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// Policy describes the waits between attempts.
type Policy struct {
	// Base is the upper bound of the first wait; it doubles with each attempt.
	Base time.Duration
	// Max bounds the wait between two attempts as long as the server says nothing.
	Max time.Duration
	// MaxHint bounds how long a wait that the server asks for is respected. A
	// longer one is refused by [Policy.Wait].
	MaxHint time.Duration
}

// Or returns p with its zero fields taken from standard.
func (p Policy) Or(standard Policy) Policy {
	return Policy{
		Base:    cmp.Or(p.Base, standard.Base),
		Max:     cmp.Or(p.Max, standard.Max),
		MaxHint: cmp.Or(p.MaxHint, standard.MaxHint),
	}
}

// Backoff returns the wait before attempt number attempt, where 1 is the first
// repetition: a random time between zero and min(Max, Base·2^(attempt-1)),
// which is called full jitter and keeps clients that failed together from
// returning together. random is a number in [0,1).
func (p Policy) Backoff(attempt int, random float64) time.Duration {
	return time.Duration(random * float64(p.ceiling(attempt)))
}

// Patient returns a wait for when the [Budget] is used up: half of Max or more.
func (p Policy) Patient(random float64) time.Duration {
	return p.Max/2 + time.Duration(random*float64(p.Max/2))
}

func (p Policy) ceiling(attempt int) time.Duration {
	d := p.Base
	for range max(attempt, 1) - 1 {
		if d >= p.Max/2 {
			return p.Max
		}
		d *= 2
	}
	return min(d, p.Max)
}

// Interval returns a wait that grows like the upper bounds of [Policy.Backoff], plus
// up to a tenth at random: for asking now and then, where Backoff would ask at once
// every so often.
func (p Policy) Interval(attempt int, random float64) time.Duration {
	d := p.ceiling(attempt)
	return d + time.Duration(random*float64(d)/10)
}

// Wait returns the wait before attempt number attempt after an answer with the
// given header, which may be nil. A hint of the server replaces the backoff;
// up to a tenth of it, and at most a second, is added at random. A hint below
// Base does not: a server that fails and says "at once", or whose clock is
// behind ours, would be asked without end. ok is false if the server asks for
// more than MaxHint: then it makes no sense to wait.
func (p Policy) Wait(attempt int, header http.Header, now time.Time, random float64) (wait time.Duration, hinted, ok bool) {
	hint, found := rest.RetryAfter(header, now)
	if !found || hint < p.Base {
		return max(hint, p.Backoff(attempt, random)), false, true
	}
	if hint > p.MaxHint {
		return hint, true, false
	}
	return hint + time.Duration(random*float64(min(hint/10, time.Second))), true, true
}

// Random returns a number in [0,1) for [Policy.Backoff] and [Policy.Wait].
func Random() float64 { return rand.Float64() }

// Transient reports whether an answer with this status may be different the
// next time: 408, 425, 429 and all of 5xx.
func Transient(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

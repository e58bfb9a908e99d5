package pace

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// limiter is a server with one bucket that is full again each minute.
type limiter struct {
	limit, used int
	ends        time.Time
}

func (l *limiter) take(n int, now time.Time) (http.Header, bool) {
	if !now.Before(l.ends) {
		l.used, l.ends = 0, now.Add(time.Minute)
	}
	ok := l.used+n <= l.limit
	if ok {
		l.used += n
	}
	return header("Workspace", l.limit-l.used, l.ends.Sub(now)), ok
}

func header(bucket string, remaining int, ttl time.Duration) http.Header {
	h := http.Header{}
	h.Set("Opik-"+bucket+"-Limit", "workspace_events")
	h.Set("Opik-"+bucket+"-Remaining-Limit", strconv.Itoa(remaining))
	h.Set("Opik-"+bucket+"-Remaining-Limit-TTL-Millis", strconv.FormatInt(ttl.Milliseconds(), 10))
	return h
}

// drain sends a backlog as a pacer allows, batches of at most 1000 that take 50 ms,
// and returns how long that took, and how many were refused. meanwhile is called with
// each moment.
func drain(t *testing.T, l *limiter, backlog int, meanwhile func(now time.Time)) (took time.Duration, refusals int) {
	t.Helper()
	var p Pacer
	rnd := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	now := start
	waiting := func(string) int { return backlog }
	for backlog > 0 {
		n, wait := p.Allow("spans", min(backlog, 1000), waiting, now, rnd.Float64())
		if n == 0 {
			if wait <= 0 {
				t.Fatal("nothing is allowed, and there is nothing to wait for")
			}
			now = now.Add(min(wait, time.Second))
			meanwhile(now)
			continue
		}
		p.Sent("spans", n)
		now = now.Add(50 * time.Millisecond)
		h, ok := l.take(n, now)
		p.Answered("spans", n, h, ok, now)
		if ok {
			backlog -= n
		} else {
			refusals++
		}
		if now.Sub(start) > time.Hour {
			t.Fatalf("%d records are left after an hour", backlog)
		}
	}
	return now.Sub(start), refusals
}

func TestBacklogPassesWithoutRefusal(t *testing.T) {
	l := &limiter{limit: 5000}
	took, refusals := drain(t, l, 20_000, func(time.Time) {})
	// Four windows: 5000 at once, and the last 5000 when the fourth begins.
	if refusals != 0 || took < 3*time.Minute || took > 4*time.Minute+5*time.Second {
		t.Errorf("%v, %d refusals", took, refusals)
	}
}

func TestSmallBacklogIsNotHeldUp(t *testing.T) {
	l := &limiter{limit: 5000}
	if took, _ := drain(t, l, 4900, func(time.Time) {}); took > time.Second {
		t.Errorf("%v", took)
	}
}

func TestGreedyNeighbour(t *testing.T) {
	l := &limiter{limit: 5000}
	taken, last := 0, time.Time{}
	took, refusals := drain(t, l, 10_000, func(now time.Time) {
		// The neighbour wants 40 events a second and takes what it gets.
		for ; last.Before(now); last = last.Add(time.Second) {
			if last.IsZero() {
				last = now.Add(-time.Second)
			}
			if _, ok := l.take(40, now); ok {
				taken += 40
			}
		}
	})
	t.Logf("%v, %d refusals, the neighbour has %d", took, refusals, taken)
	if took > 5*time.Minute || taken < 2000 || refusals > 5 {
		t.Errorf("%v, %d refusals, the neighbour has %d", took, refusals, taken)
	}
}

func TestWithoutHeadersNothingIsHeldBack(t *testing.T) {
	var p Pacer
	now := time.Now()
	for range 100 {
		if n, wait := p.Allow("spans", 1000, func(string) int { return 1 << 20 }, now, 0.5); n != 1000 || wait != 0 {
			t.Fatalf("%d, %v", n, wait)
		}
		p.Sent("spans", 1000)
		p.Answered("spans", 1000, http.Header{}, true, now)
	}
}

// TestUselessHeaders feeds what no server should send.
func TestUselessHeaders(t *testing.T) {
	now := time.Now()
	for _, h := range []http.Header{
		nil,
		{"Opik-A-Remaining-Limit": {"x"}, "Opik-A-Remaining-Limit-Ttl-Millis": {"1000"}},
		{"Opik-A-Remaining-Limit": {"5"}},
		{"Opik-A-Remaining-Limit": {"0"}, "Opik-A-Remaining-Limit-Ttl-Millis": {"-5"}},
		{"Opik-A-Remaining-Limit": {}, "Opik-A-Remaining-Limit-Ttl-Millis": {"1000"}},
		{"X-Remaining-Limit": {"0"}, "X-Remaining-Limit-Ttl-Millis": {"1000"}},
	} {
		var p Pacer
		p.Sent("spans", 1)
		p.Answered("spans", 1, h, true, now)
		if n, wait := p.Allow("spans", 7, func(string) int { return 7 }, now, 0.5); n != 7 || wait != 0 {
			t.Errorf("%v: %d, %v", h, n, wait)
		}
	}
}

// TestEmptyBucket waits for the reset, however far the server says it is, within
// reason, and asks for one event then.
func TestEmptyBucket(t *testing.T) {
	var p Pacer
	now := time.Now()
	p.Answered("spans", 10, header("User", 0, 2500*time.Millisecond), false, now)
	n, wait := p.Allow("spans", 10, func(string) int { return 10 }, now, 0.5)
	if n != 0 || wait < 2500*time.Millisecond || wait > 3*time.Second {
		t.Errorf("%d, %v", n, wait)
	}
	if n, _ := p.Allow("spans", 10, func(string) int { return 10 }, now.Add(wait), 0.5); n != 1 {
		t.Errorf("%d after the reset", n)
	}
	p.Answered("spans", 10, header("User", 0, 1000*time.Hour), false, now)
	if _, wait := p.Allow("spans", 10, func(string) int { return 10 }, now, 0); wait > maxTTL+maxSpread {
		t.Errorf("wait %v", wait)
	}
}

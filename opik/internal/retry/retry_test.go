package retry

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

var policy = Policy{Base: 500 * time.Millisecond, Max: 8 * time.Second, MaxHint: time.Minute}

func TestBackoff(t *testing.T) {
	ceilings := []time.Duration{
		500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second,
	}
	for i, ceiling := range ceilings {
		attempt := i + 1
		if got := policy.Backoff(attempt, 0); got != 0 {
			t.Errorf("attempt %d, lowest: %v", attempt, got)
		}
		if got := policy.Backoff(attempt, 0.5); got != ceiling/2 {
			t.Errorf("attempt %d, middle: %v, want %v", attempt, got, ceiling/2)
		}
		if got := policy.Backoff(attempt, 0.999999); got >= ceiling || got < ceiling*9/10 {
			t.Errorf("attempt %d, highest: %v, want just below %v", attempt, got, ceiling)
		}
	}
	for _, attempt := range []int{-1, 0, 1000, 1 << 40} {
		if got := policy.Backoff(attempt, 0.999); got < 0 || got > policy.Max {
			t.Errorf("attempt %d: %v", attempt, got)
		}
	}
	if got := (Policy{Base: 10 * time.Second, Max: time.Second}).Backoff(1, 0.999); got > time.Second {
		t.Errorf("a base above the maximum: %v", got)
	}
}

func TestOr(t *testing.T) {
	if got := (Policy{}).Or(policy); got != policy {
		t.Errorf("got %+v", got)
	}
	own := Policy{Base: 1, Max: 2, MaxHint: 3}
	if got := own.Or(policy); got != own {
		t.Errorf("got %+v", got)
	}
	if got, want := (Policy{Max: 2}).Or(policy), (Policy{policy.Base, 2, policy.MaxHint}); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestWait(t *testing.T) {
	now := time.Date(2026, 7, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		header string
		random float64
		want   time.Duration
		hinted bool
		ok     bool
	}{
		{"", 0.5, time.Second, false, true},
		{"Retry-After: 20", 0, 20 * time.Second, true, true},
		{"Retry-After: 20", 0.5, 20*time.Second + 500*time.Millisecond, true, true},
		{"Retry-After: 2", 0.5, 2*time.Second + 100*time.Millisecond, true, true},
		{"Retry-After: 0", 0.5, time.Second, false, true},
		{"Retry-After: 0.4", 0.5, time.Second, false, true},
		{"Retry-After: 0.4", 0, 400 * time.Millisecond, false, true},
		{"Retry-After: 0.5", 0.5, 525 * time.Millisecond, true, true},
		{"Retry-After: Fri, 24 Jul 2026 11:00:00 GMT", 0.5, time.Second, false, true},
		{"Retry-After: 60", 0, time.Minute, true, true},
		{"Retry-After: 61", 0, 61 * time.Second, true, false},
	} {
		wait, hinted, ok := policy.Wait(3, header(c.header), now, c.random)
		if wait != c.want || hinted != c.hinted || ok != c.ok {
			t.Errorf("%q: %v, %v, %v", c.header, wait, hinted, ok)
		}
	}
	if _, hinted, ok := policy.Wait(1, nil, now, 0); hinted || !ok {
		t.Error("a nil header is not accepted")
	}
}

func header(lines string) http.Header {
	h := http.Header{}
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			h.Add(name, value)
		}
	}
	return h
}

func TestTransient(t *testing.T) {
	for status := 100; status < 600; status++ {
		want := status == 408 || status == 425 || status == 429 || status >= 500
		if Transient(status) != want {
			t.Errorf("Transient(%d) = %v", status, !want)
		}
	}
}

func TestRandom(t *testing.T) {
	low, high := 1.0, 0.0
	for range 1000 {
		r := Random()
		low, high = min(low, r), max(high, r)
	}
	if low < 0 || high >= 1 || low > 0.1 || high < 0.9 {
		t.Errorf("from %v to %v", low, high)
	}
}

func TestBudget(t *testing.T) {
	b := NewBudget()
	take := func() (n int) {
		for b.Take() {
			n++
		}
		return n
	}
	if n := take(); n != 100 {
		t.Errorf("a full budget allows %d repetitions", n)
	}
	for i := range 5 {
		if b.Take() {
			t.Errorf("a repetition after %d successes", i)
		}
		b.Succeeded(0)
	}
	if n := take(); n != 1 {
		t.Errorf("5 successes allow %d repetitions", n)
	}
	b.Succeeded(3) // the last repetition was worth it
	if n := take(); n != 1 {
		t.Errorf("a success after repetitions allows %d", n)
	}
	for range 10_000 {
		b.Succeeded(0)
	}
	if n := take(); n != 100 {
		t.Errorf("a refilled budget allows %d repetitions", n)
	}
	if new(Budget).Take() {
		t.Error("the zero value allows a repetition")
	}
}

func TestBudgetIsShared(t *testing.T) {
	b := NewBudget()
	var wg sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for range 8 {
		wg.Go(func() {
			for b.Take() {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != 100 {
		t.Errorf("%d repetitions were allowed", taken)
	}
}

func ExamplePolicy_Backoff() {
	p := Policy{Base: time.Second, Max: 10 * time.Second}
	for attempt := 1; attempt <= 5; attempt++ {
		fmt.Println(p.Backoff(attempt, 0.5))
	}
	// Output:
	// 500ms
	// 1s
	// 2s
	// 4s
	// 5s
}

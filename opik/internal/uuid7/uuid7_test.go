package uuid7

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var form = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestNewIsWellFormedAndIncreasing(t *testing.T) {
	last := ""
	for range 100_000 {
		id := New()
		if !form.MatchString(id) {
			t.Fatalf("%s is not well-formed", id)
		}
		if id <= last {
			t.Fatalf("%s follows %s", id, last)
		}
		last = id
	}
}

func TestNewCarriesTheTime(t *testing.T) {
	before := time.Now().Truncate(time.Millisecond)
	id := New()
	after := time.Now()
	got, err := Time(id)
	// Many ids in one tick may have moved the sequence ahead of the clock by a few ticks.
	if err != nil || got.Before(before) || got.After(after.Add(time.Millisecond)) {
		t.Errorf("Time(%s) = %v, %v; made between %v and %v", id, got, err, before, after)
	}
}

func TestConcurrentIDsAreDistinct(t *testing.T) {
	const goroutines, each = 8, 20_000
	all := make([][]string, goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for range each {
				all[g] = append(all[g], New())
			}
			if !slices.IsSorted(all[g]) {
				t.Error("the ids of one goroutine are out of order")
			}
		})
	}
	wg.Wait()
	seen := make(map[string]bool, goroutines*each)
	for _, id := range slices.Concat(all...) {
		if seen[id] {
			t.Fatalf("%s was made twice", id)
		}
		seen[id] = true
	}
}

func TestIncreasingWhenTheClockStandsStillOrGoesBack(t *testing.T) {
	var s sequence
	tick := tickOf(time.Now())
	lastHi, lastLo := s.next(tick, true)
	for i := range uint64(1_000_000) {
		hi, lo := s.next(tick-i%5000, true)
		if hi < lastHi || hi == lastHi && lo <= lastLo {
			t.Fatalf("%x %x follows %x %x", hi, lo, lastHi, lastLo)
		}
		lastHi, lastLo = hi, lo
	}
	if ahead := s.tick - tick; ahead > 0 {
		t.Errorf("a million ids in one tick moved the sequence %d ticks ahead", ahead)
	}
}

func TestFullTickMovesToTheNext(t *testing.T) {
	s := sequence{tick: 5, random: 1<<randomBits - 1}
	hi, lo := s.next(5, true)
	if s.tick != 6 || s.random>>(randomBits-1) != 0 || hi&0xf000 != 0x7000 || lo>>62 != 0b10 {
		t.Errorf("tick %d, random %x, id %x %x", s.tick, s.random, hi, lo)
	}
	s = sequence{tick: maxTick, random: 1<<randomBits - 1}
	if s.next(maxTick, true); s.tick != maxTick {
		t.Errorf("the last tick was left for %x", s.tick)
	}
}

func TestAt(t *testing.T) {
	base := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	if id := At(base); !strings.HasPrefix(id, "018cc251-f400-7") {
		t.Errorf("At(2024-01-01) = %s", id)
	}
	last := ""
	for i := range 5000 {
		// Two ids for each moment, moments 1 µs apart.
		at := base.Add(time.Duration(i/2) * time.Microsecond)
		id := At(at)
		if id <= last || Check(id) != nil {
			t.Fatalf("%s for %v follows %s", id, at, last)
		}
		if got, err := Time(id); err != nil || !got.Equal(at.Truncate(time.Millisecond)) {
			t.Fatalf("Time(%s) = %v, %v, want %v", id, got, err, at)
		}
		last = id
	}
	if id := At(base.In(time.FixedZone("", 3600))); !strings.HasPrefix(id, "018cc251-f400-7") {
		t.Errorf("the zone matters: %s", id)
	}
}

func TestAtTheEdgesOfTime(t *testing.T) {
	for name, c := range map[string]struct {
		at     time.Time
		prefix string
	}{
		"zero":        {time.Time{}, "00000000-0000-7000"},
		"before 1970": {time.Unix(-1, 0), "00000000-0000-7000"},
		"1970":        {time.Unix(0, 0), "00000000-0000-7000"},
		"far future":  {time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), "ffffffff-ffff-7fff"},
		"extreme":     {time.Unix(1<<62, 0), ""},
	} {
		id := At(c.at)
		if !strings.HasPrefix(id, c.prefix) || Check(id) != nil {
			t.Errorf("%s: %s", name, id)
		}
	}
}

func TestAtDoesNotDisturbNew(t *testing.T) {
	first := New()
	At(time.Now().Add(time.Hour))
	second := New()
	if at, _ := Time(second); second <= first || at.After(time.Now().Add(time.Minute)) {
		t.Errorf("%s follows %s", second, first)
	}
}

func TestCheck(t *testing.T) {
	for id, want := range map[string]string{
		"018cc251-f400-7abc-8def-0123456789ab":    "",
		"018CC251-F400-7ABC-BDEF-0123456789AB":    "",
		"":                                        `"" has 0 characters, want 36`,
		"018cc251f4007abc8def0123456789ab":        "has 32 characters",
		"018cc251-f400-4abc-8def-0123456789ab":    "has version 4",
		"018cc251-f400-7abc-cdef-0123456789ab":    "is not of the RFC 9562 variant",
		"018cc251-f400-7abc-7def-0123456789ab":    "is not of the RFC 9562 variant",
		"018cc251-f400-7abc_8def-0123456789ab":    "no hyphen at position 19",
		"018cc251-f400-7abc-8def-0123456789ag":    "no hexadecimal digit at position 36",
		"018cc251-f400-7abc-8def-0123456789a\xff": "no hexadecimal digit at position 36",
		strings.Repeat("x", 10_000):               "...",
	} {
		err := Check(id)
		if want == "" {
			if err != nil {
				t.Errorf("Check(%s) = %v", id, err)
			}
			continue
		}
		if err == nil || !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) || len(err.Error()) > 200 {
			t.Errorf("Check(%.50q) = %v, want %s", id, err, want)
		}
		if _, timeErr := Time(id); timeErr == nil || timeErr.Error() != err.Error() {
			t.Errorf("Time(%.50q) = %v", id, timeErr)
		}
	}
}

func TestRandomPartIsSpread(t *testing.T) {
	// Every one of the 61 free bits of first ids has to take both values.
	var ones, zeros uint64
	for range 200 {
		v := firstRandom()
		ones |= v
		zeros |= ^v
	}
	const free = 1<<(randomBits-1) - 1
	if ones != free || zeros&free != free {
		t.Errorf("ones %x, zeros %x", ones, zeros&free)
	}
}

func TestInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if a, b := New(), New(); a >= b {
			t.Errorf("%s, then %s", a, b)
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add("018cc251-f400-7abc-8def-0123456789ab")
	f.Fuzz(func(t *testing.T, s string) {
		if ok := form.MatchString(strings.ToLower(s)) && len(s) == 36; ok != (Check(s) == nil) {
			t.Errorf("Check(%q) = %v", s, Check(s))
		}
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New()
	}
}

func BenchmarkNewParallel(b *testing.B) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			New()
		}
	})
}

func BenchmarkAt(b *testing.B) {
	b.ReportAllocs()
	at := time.Now()
	for b.Loop() {
		At(at)
	}
}

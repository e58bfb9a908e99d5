package main

import (
	"strings"
	"testing"
	"time"
)

// TestSoak runs a client for a few seconds, and reads what it says. Whether it grows
// cannot be told in that time.
func TestSoak(t *testing.T) {
	for name, spool := range map[string]string{"memory": "", "spool": t.TempDir()} {
		var out strings.Builder
		if err := soak(t.Context(), options{time: 3 * time.Second, rate: 500, spool: spool}, &out); err != nil {
			t.Fatal(err)
		}
		samples, err := readSamples(strings.NewReader(out.String()))
		if err != nil {
			t.Fatal(err)
		}
		if len(samples) != 3*samplesPerPhase || samples[0].phase != silent || samples[len(samples)-1].phase != failing {
			t.Fatalf("%s: %d samples", name, len(samples))
		}
		last := samples[len(samples)-1]
		if last.accepted == 0 || last.accepted != last.dropped+last.spooled+last.queued || last.heap == 0 || last.files == 0 || last.goroutines == 0 {
			t.Errorf("%s: %+v", name, last)
		}
		if text := table(samples); strings.Count(text, "\n") != 3*rows+1 {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestJudge(t *testing.T) {
	flat := func(change func(i int, s *sample)) (all []sample) {
		for _, p := range []phase{silent, absent, failing} {
			for i := range 30 {
				s := sample{phase: p, heap: 50 << 20, goroutines: 10, files: 12}
				if p == absent {
					change(i, &s)
				}
				all = append(all, s)
			}
		}
		return all
	}
	for name, tt := range map[string]struct {
		change func(i int, s *sample)
		want   string
	}{
		"flat":             {func(int, *sample) {}, ""},
		"fills at first":   {func(i int, s *sample) { s.heap = int64(min(i, 8)) << 20 }, ""},
		"heap grows":       {func(i int, s *sample) { s.heap += int64(i) << 20 }, "absent: bytes of the heap grow"},
		"goroutines grow":  {func(i int, s *sample) { s.goroutines += i }, "absent: goroutines grow"},
		"open files grow":  {func(i int, s *sample) { s.files += i }, "absent: open files grow"},
		"one sample apart": {func(i int, s *sample) { s.heap += int64(i/29) << 30 }, ""},
	} {
		err := judge(flat(tt.change))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if judge(nil) == nil {
		t.Error("no samples are no problem")
	}
}

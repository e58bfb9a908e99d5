package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// sample is how a client was at a moment.
type sample struct {
	at                                 time.Duration
	phase                              phase
	heap, resident                     int64 // bytes
	goroutines, files                  int
	accepted, dropped, spooled, queued int64
}

const header = "milliseconds,phase,heap,resident,goroutines,files,accepted,dropped,spooled,queued"

// String returns a line of CSV.
func (s sample) String() string {
	return fmt.Sprintf("%d,%s,%d,%d,%d,%d,%d,%d,%d,%d", s.at.Milliseconds(), s.phase, s.heap, s.resident,
		s.goroutines, s.files, s.accepted, s.dropped, s.spooled, s.queued)
}

func readSamples(r io.Reader) (all []sample, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text := strings.ReplaceAll(lines.Text(), ",", " ")
		if lines.Text() == header {
			continue
		}
		var s sample
		var ms int64
		if _, err := fmt.Sscan(text, &ms, &s.phase, &s.heap, &s.resident, &s.goroutines, &s.files, &s.accepted, &s.dropped, &s.spooled, &s.queued); err != nil {
			return nil, fmt.Errorf("sample %q: %w", lines.Text(), err)
		}
		s.at = time.Duration(ms) * time.Millisecond
		all = append(all, s)
	}
	return all, lines.Err()
}

// What may be more at the end than in the middle without being growth: the heap is
// looked at when it was last collected, and connections come and go.
const (
	heapTolerance  = 8 << 20
	countTolerance = 4
)

// judge reports what grows: in each phase the last third of the samples is compared with
// the second.
func judge(samples []sample) error {
	var problems []error
	for _, p := range []phase{silent, absent, failing} {
		part := slices.DeleteFunc(slices.Clone(samples), func(s sample) bool { return s.phase != p })
		if len(part) < 9 {
			problems = append(problems, fmt.Errorf("%s: only %d samples", p, len(part)))
			continue
		}
		third := len(part) / 3
		compare := func(what string, tolerance int64, of func(sample) int64) {
			middle, last := median(part[third:2*third], of), median(part[2*third:], of)
			if last > middle+tolerance {
				problems = append(problems, fmt.Errorf("%s: %s grow from %d to %d", p, what, middle, last))
			}
		}
		compare("bytes of the heap", heapTolerance, func(s sample) int64 { return s.heap })
		compare("goroutines", countTolerance, func(s sample) int64 { return int64(s.goroutines) })
		compare("open files", countTolerance, func(s sample) int64 { return int64(s.files) })
	}
	return errors.Join(problems...)
}

func median(samples []sample, of func(sample) int64) int64 {
	values := make([]int64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// rows is how many lines the table has in each phase.
const rows = 6

// table shows some of the samples, and the heap as a curve.
func table(samples []sample) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%8s %-8s %9s %9s %10s %5s %10s %10s %9s\n", "time", "server", "heap", "resident", "goroutines", "files", "accepted", "dropped", "spooled")
	most := int64(1)
	for _, s := range samples {
		most = max(most, s.heap)
	}
	step := max(len(samples)/(3*rows), 1)
	for i := step - 1; i < len(samples); i += step {
		s := samples[i]
		fmt.Fprintf(&b, "%8s %-8s %6.1f MB %6.1f MB %10d %5d %10d %10d %9d %s\n", s.at.Round(time.Second), s.phase, float64(s.heap)/1e6,
			float64(s.resident)/1e6, s.goroutines, s.files, s.accepted, s.dropped, s.spooled, strings.Repeat("#", int(20*s.heap/most)))
	}
	return b.String()
}

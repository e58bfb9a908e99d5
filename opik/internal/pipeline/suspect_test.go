package pipeline

import (
	"testing"
)

func TestSuspicion(t *testing.T) {
	const start = int64(1_000_000_000)
	late := start + int64(minSuspicion)
	for name, c := range map[string]struct {
		s    suspicion
		now  int64
		want bool
	}{
		"never alone":                        {suspicion{start, 0, 1000, 0}, late, false},
		"once, though hundreds were taken":   {suspicion{start, 1, 500, 0}, late, false},
		"often, among many":                  {suspicion{start, 7, 70, 0}, late, true},
		"often, among many, but not long":    {suspicion{start, 7, 70, 0}, late - 1, false},
		"with one other each time":           {suspicion{start, 12, 12, 0}, late, true},
		"with one other each time, too few":  {suspicion{start, 9, 9, 0}, late, false},
		"as others do":                       {suspicion{start, 30, 30, 30}, late, false},
		"a server that mostly fails":         {suspicion{start, 100, 20, 300}, late, false},
		"one of several bad records of many": {suspicion{start, 20, 200, 40}, late, true},
	} {
		if got := c.s.proven(c.now); got != c.want {
			t.Errorf("%s: %v, with %.1f bits", name, got, c.s.evidence())
		}
	}
}

func TestMayBeTheRecord(t *testing.T) {
	for status, want := range map[int]bool{0: false, 200: false, 408: false, 429: false, 500: true, 502: true, 503: false, 504: true} {
		if got := (failure{status: status}).mayBeTheRecord(); got != want {
			t.Errorf("%d: %v", status, got)
		}
	}
}

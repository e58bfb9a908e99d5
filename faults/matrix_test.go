package main

import (
	"strings"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik"
)

// TestMatrix runs each fault and each kind of records at least once, with and
// without a spool in turn. The whole matrix is run by make faults.
func TestMatrix(t *testing.T) {
	var cells []cell
	for i := range max(len(faults), len(entities)) {
		cells = append(cells, cell{faults[i%len(faults)], entities[i%len(entities)], i%2 == 0})
	}
	results, err := measure(t.Context(), cells, options{records: 10, parallel: 12})
	if err != nil {
		t.Fatal(err)
	}
	if err := problems(results); err != nil {
		t.Error(err)
	}
	for _, r := range results {
		if r.counts.Accepted != 10 {
			t.Errorf("%v: %d records were accepted, want 10", r.cell, r.counts.Accepted)
		}
	}
}

// TestCompareSeesLoss makes sure that the program would notice.
func TestCompareSeesLoss(t *testing.T) {
	markers := map[string]bool{"a": true, "b": true, "c": true}
	for name, tt := range map[string]struct {
		counts     opik.Counts
		arrivals   map[string]int
		lost       int64
		duplicates int
		problem    string
	}{
		"all there":       {opik.Counts{Accepted: 3, Delivered: 3}, map[string]int{"a": 1, "b": 1, "c": 2}, 0, 1, ""},
		"dropped":         {opik.Counts{Accepted: 3, Delivered: 2, Dropped: 1}, map[string]int{"a": 1, "b": 1}, 0, 0, ""},
		"silently":        {opik.Counts{Accepted: 3, Delivered: 2}, map[string]int{"a": 1, "b": 1}, 1, 0, "missing and not counted"},
		"a lie":           {opik.Counts{Accepted: 3, Delivered: 3}, map[string]int{"a": 1, "b": 1}, 1, 0, "count as delivered"},
		"refused for bad": {opik.Counts{Accepted: 3, Delivered: 2, Rejected: 1}, map[string]int{"a": 1, "b": 1}, 0, 0, "were rejected, want 0"},
	} {
		r := result{counts: tt.counts}
		r.check(tt.counts)
		r.compare(markers, tt.arrivals)
		if r.lost != tt.lost || r.duplicates != tt.duplicates {
			t.Errorf("%s: lost %d, duplicates %d; want %d, %d", name, r.lost, r.duplicates, tt.lost, tt.duplicates)
		}
		if text := strings.Join(r.problems, "; "); tt.problem == "" && text != "" && name != "silently" || !strings.Contains(text, tt.problem) {
			t.Errorf("%s: problems %q, want %q", name, text, tt.problem)
		}
	}
	var r result
	r.check(opik.Counts{Accepted: 2, Delivered: 1})
	if len(r.problems) != 1 {
		t.Errorf("counts that do not add up: %q", r.problems)
	}
}

func TestReportHasALineForEachCell(t *testing.T) {
	cells := choose(func(c cell) bool { return c.fault.name == "503" })
	var results []result
	for i, c := range cells {
		results = append(results, result{cell: c, counts: opik.Counts{Accepted: 40, Delivered: 40}, recovery: time.Duration(i) * time.Second})
	}
	text, err := report(results, options{records: 40})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(string(text), "\n| 503 |"), len(cells)+2; got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	if !strings.Contains(string(text), "| 503 | thread score | yes | 40 | 40 | 0 | 0 | 0 | 0 |") {
		t.Errorf("a line is missing:\n%s", text)
	}
}

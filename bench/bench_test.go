package main

import (
	"os"
	"strings"
	"testing"

	"github.com/opik-go/sdk/bench/internal/contest"
	"github.com/opik-go/sdk/bench/internal/measure"
	"github.com/opik-go/sdk/bench/internal/work"
)

// TestMain does the work of a child if this process is one.
func TestMain(m *testing.M) {
	if done, err := measure.Dispatch(); done || err != nil {
		exit(err)
	}
	os.Exit(m.Run())
}

// TestEveryContestantIsMeasured runs each once on little work. What promises to lose
// nothing must have arrived, as often as it was recorded.
func TestEveryContestantIsMeasured(t *testing.T) {
	var r measure.Runner
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	results := make(map[key][]measure.Run)
	o := options{count: 1, traces: 60}
	for _, w := range workloads(o.traces)[:2] {
		for _, c := range contest.All {
			run, err := r.Run(t.Context(), c, w)
			if err != nil {
				t.Fatal(err)
			}
			want := int64(60 * work.EntitiesPerTrace)
			if c.Share > 0 {
				want = int64(60*c.Share) * work.EntitiesPerTrace
			}
			if o := run.Outcome; o.Recorded != want || o.Failed != 0 || o.Error != "" || o.CPU <= 0 || o.P50 <= 0 || o.P999 < o.P50 {
				t.Errorf("%s: %+v", c.Name, o)
			}
			if run.Lost() != 0 && c.Lossless || run.Sink.Bad != 0 || run.Sink.Requests == 0 {
				t.Errorf("%s: %d lost, %+v", c.Name, run.Lost(), run.Sink)
			}
			results[key{c.Name, w}] = append(results[key{c.Name, w}], run)
		}
	}
	text, err := report(results, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contest.All {
		if n := strings.Count(string(text), "\n| "+c.Name+" | "); n != 3 { // two workloads, and what it is
			t.Errorf("%d lines of %s", n, c.Name)
		}
	}
}

// TestLossIsReported has a run in which not everything arrived.
func TestLossIsReported(t *testing.T) {
	w := workloads(10)[0]
	run := measure.Run{Contestant: contest.Ours, Workload: w}
	run.Outcome.Recorded, run.Sink.Distinct = 1000, 900
	text, err := report(map[key][]measure.Run{{contest.Ours, w}: {run}}, options{count: 1, traces: 10})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "| 10.0 % |\n") || !strings.Contains(line(run), " 100 lost\n") {
		t.Errorf("%s%s", line(run), text)
	}
}

func TestTable(t *testing.T) {
	for n, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%v: %s, want %s", n, got, want)
		}
	}
}

package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed reliability.md.tmpl
var layout string

// report writes the page from the results.
func report(results []result, o options) ([]byte, error) {
	page, err := template.New("reliability").Parse(layout)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{
		"Cells": len(results), "Records": o.records, "Processors": runtime.NumCPU(), "Go": runtime.Version(),
		"Total": totals(results), "Summary": summary(results), "Matrix": matrix(results),
	})
	return out.Bytes(), err
}

type sums struct {
	Accepted, Delivered, Rejected, Dropped, Spooled, Lost int64
	Duplicates                                            int
}

func totals(results []result) (s sums) {
	for _, r := range results {
		s.Accepted += r.counts.Accepted
		s.Delivered += r.counts.Delivered
		s.Rejected += r.counts.Rejected
		s.Dropped += r.counts.Dropped
		s.Spooled += r.counts.Spooled
		s.Lost += r.lost
		s.Duplicates += r.duplicates
	}
	return s
}

// summary has a line for each fault, with all kinds of records together.
func summary(results []result) string {
	var t table
	t.row("fault", "spool", "accepted", "delivered", "rejected", "dropped", "lost", "duplicates", "recovery, median", "longest")
	for _, f := range faults {
		for _, spool := range []bool{false, true} {
			var part []result
			for _, r := range results {
				if r.fault.name == f.name && r.spool == spool {
					part = append(part, r)
				}
			}
			if len(part) == 0 {
				continue
			}
			s := totals(part)
			times := recoveries(part)
			t.row(f.name, yes(spool), s.Accepted, s.Delivered, s.Rejected, s.Dropped, s.Lost, s.Duplicates,
				seconds(times[len(times)/2]), seconds(times[len(times)-1]))
		}
	}
	return t.String()
}

// matrix has a line for each fault and kind. A cell shows what came of the records
// without a spool and with one.
func matrix(results []result) string {
	var t table
	t.row("fault", "kind", "spool", "accepted", "delivered", "rejected", "dropped", "lost", "duplicates", "recovery")
	for _, r := range results {
		t.row(r.fault.name, r.entity.kind, yes(r.spool), r.counts.Accepted, r.counts.Delivered, r.counts.Rejected,
			r.counts.Dropped, r.lost, r.duplicates, seconds(r.recovery))
	}
	return t.String()
}

func recoveries(results []result) (times []time.Duration) {
	for _, r := range results {
		times = append(times, r.recovery)
	}
	slices.Sort(times)
	return times
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

// table is a Markdown table; its first row is the head.
type table struct{ rows [][]string }

func (t *table) row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	t.rows = append(t.rows, row)
}

func (t *table) String() string {
	var b strings.Builder
	for i, row := range t.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

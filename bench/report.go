package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"runtime"
	"strings"
	"text/template"

	"github.com/opik-go/sdk/bench/internal/contest"
	"github.com/opik-go/sdk/bench/internal/measure"
	"github.com/opik-go/sdk/bench/internal/work"
)

//go:embed performance.md.tmpl
var layout string

// report writes the page from the runs.
func report(results map[key][]measure.Run, o options) ([]byte, error) {
	page, err := template.New("performance").Parse(layout)
	if err != nil {
		return nil, err
	}
	var parts []map[string]any
	for _, w := range workloads(o.traces) {
		if table := workloadTable(results, w); table != "" {
			parts = append(parts, map[string]any{"Title": title(w), "Table": table})
		}
	}
	var out bytes.Buffer
	err = page.Execute(&out, map[string]any{
		"Rounds": o.count, "Processors": runtime.NumCPU(), "Go": runtime.Version(), "Traces": o.traces,
		"Entities": o.traces * work.EntitiesPerTrace, "Workloads": parts, "Aims": aims(results, o), "Contestants": contestants(),
	})
	return out.Bytes(), err
}

func title(w measure.Workload) string {
	text := fmt.Sprintf("%s an entity, from %d goroutines", strings.Replace(string(w.Size), "KB", " KB", 1), w.Goroutines)
	if w.Goroutines == 1 {
		text = strings.TrimSuffix(text, "s")
	}
	if w.Rate > 0 {
		text += fmt.Sprintf(", %d a second", w.Rate)
	}
	return text
}

func contestants() string {
	var t table
	t.row("name", "what it is")
	for _, c := range contest.All {
		t.row(c.Name, c.About)
	}
	return t.String()
}

// workloadTable has a line for each contestant.
func workloadTable(results map[key][]measure.Run, w measure.Workload) string {
	floor := results[key{contest.Floor, w}]
	var t table
	t.row("", "caller p50", "p99", "p99.9", "CPU", "CPU / floor", "allocations", "entities/s", "peak memory", "requests", "lost")
	for _, c := range contest.All {
		runs := results[key{c.Name, w}]
		if len(runs) == 0 {
			continue
		}
		s := measure.Summarize(runs)
		ratio := ""
		if len(floor) > 0 {
			ratio = fmt.Sprintf("%.1f", measure.Ratio(runs, floor, measure.CPUPerEntity))
		}
		t.row(c.Name, micro(s.P50), micro(s.P99), micro(s.P999), micro(s.CPU), ratio, fmt.Sprintf("%.1f", s.CallerAllocs),
			thousands(s.Rate), fmt.Sprintf("%.0f MiB", s.Peak/(1<<20)), thousands(s.Requests), percent(s.MostLost, s.Recorded))
	}
	if len(t.rows) == 1 {
		return ""
	}
	return t.String()
}

// aims holds the figures against what they should be.
func aims(results map[key][]measure.Run, o options) string {
	var t table
	t.row("", "aim", "2.4 KB, 1", "2.4 KB, 8", "0.35 KB, 1", "0.35 KB, 8")
	each := func(name, aim string, of func(w measure.Workload) string) {
		cells := []any{name, aim}
		for _, w := range workloads(o.traces)[:4] {
			cells = append(cells, of(w))
		}
		t.row(cells...)
	}
	ratio := func(ours, theirs string, of func(measure.Run) float64) func(measure.Workload) string {
		return func(w measure.Workload) string {
			a, b := results[key{ours, w}], results[key{theirs, w}]
			if len(a) == 0 || len(b) == 0 {
				return ""
			}
			return fmt.Sprintf("%.2f", measure.Ratio(a, b, of))
		}
	}
	ours := func(name string, of func(measure.Summary) string) func(measure.Workload) string {
		return func(w measure.Workload) string {
			if runs := results[key{name, w}]; len(runs) > 0 {
				return of(measure.Summarize(runs))
			}
			return ""
		}
	}
	each("CPU, structured values, to the floor's", "at most 1.5", ratio(contest.OursBlocking, contest.Floor, measure.CPUPerEntity))
	each("CPU, raw JSON, to the floor's", "at most 1.5", ratio("opik-raw-block", contest.Floor, measure.CPUPerEntity))
	each("entities/s, to OpenTelemetry's, blocking", "at least 2.5", ratio(contest.OursBlocking, contest.OTelBlocking, measure.Run.Rate))
	each("allocations of the caller, structured", "at most 8", ours(contest.OursBlocking, func(s measure.Summary) string { return fmt.Sprintf("%.1f", s.CallerAllocs) }))
	each("allocations of the caller, raw JSON", "at most 4", ours("opik-raw-block", func(s measure.Summary) string { return fmt.Sprintf("%.1f", s.CallerAllocs) }))
	each("caller's p99, structured", "under 15 µs", ours(contest.Ours, func(s measure.Summary) string { return micro(s.P99) }))
	each("peak memory beyond the program's", "under 64 MiB", ours(contest.Ours, func(s measure.Summary) string { return fmt.Sprintf("%.0f MiB", (s.Peak-s.Base)/(1<<20)) }))
	each("lost in the worst run, blocking", "0", ours(contest.OursBlocking, func(s measure.Summary) string { return fmt.Sprintf("%.0f", s.MostLost) }))
	each("lost in the worst run, defaults", "0", ours(contest.Ours, func(s measure.Summary) string { return percent(s.MostLost, s.Recorded) }))
	return t.String()
}

func micro(ns float64) string { return fmt.Sprintf("%.1f µs", ns/1000) }

func thousands(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func percent(part, whole float64) string {
	if part <= 0 || whole <= 0 {
		return "0"
	}
	return fmt.Sprintf("%.1f %%", 100*part/whole)
}

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
			b.WriteString("|---|" + strings.Repeat("---:|", len(row)-1) + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

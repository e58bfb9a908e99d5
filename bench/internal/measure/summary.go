package measure

import (
	"slices"
	"time"
)

// Summary holds the medians of several runs of a contestant on a workload. All but
// the last group are per entity that was recorded.
type Summary struct {
	Contestant string
	Workload   Workload
	Runs       int

	P50, P99, P999 float64 // ns of the caller
	CPU            float64 // ns
	SinkCPU        float64 // ns
	CallerAllocs   float64
	Allocs         float64
	AllocBytes     float64
	WireBytes      float64

	Rate     float64 // entities a second
	Peak     float64 // bytes of the process
	Base     float64 // bytes of the process before the SDK was started
	Heap     float64 // bytes
	Requests float64
	Recorded float64
	Lost     float64
	MostLost float64 // in the worst run
}

// Summarize returns the medians of runs of one contestant on one workload.
func Summarize(runs []Run) Summary {
	median := func(of func(Run) float64) float64 {
		values := make([]float64, len(runs))
		for i, r := range runs {
			values[i] = of(r)
		}
		return Median(values)
	}
	s := Summary{
		Contestant: runs[0].Contestant, Workload: runs[0].Workload, Runs: len(runs),
		P50:          median(func(r Run) float64 { return r.Outcome.P50 }),
		P99:          median(func(r Run) float64 { return r.Outcome.P99 }),
		P999:         median(func(r Run) float64 { return r.Outcome.P999 }),
		CPU:          median(func(r Run) float64 { return r.per(float64(r.Outcome.CPU)) }),
		SinkCPU:      median(func(r Run) float64 { return r.per(float64(r.Sink.CPU)) }),
		CallerAllocs: median(func(r Run) float64 { return r.CallerAllocs }),
		Allocs:       median(func(r Run) float64 { return r.per(float64(r.Outcome.Allocs)) }),
		AllocBytes:   median(func(r Run) float64 { return r.per(float64(r.Outcome.AllocBytes)) }),
		WireBytes:    median(func(r Run) float64 { return float64(r.Sink.Bytes) / float64(max(r.Sink.Distinct, 1)) }),
		Rate:         median(Run.Rate),
		Peak:         median(func(r Run) float64 { return float64(r.Outcome.Peak) }),
		Base:         median(func(r Run) float64 { return float64(r.Outcome.Base) }),
		Heap:         median(func(r Run) float64 { return float64(r.Outcome.Heap) }),
		Requests:     median(func(r Run) float64 { return float64(r.Sink.Requests) }),
		Recorded:     median(func(r Run) float64 { return float64(r.Outcome.Recorded) }),
		Lost:         median(func(r Run) float64 { return float64(r.Lost()) }),
	}
	for _, r := range runs {
		s.MostLost = max(s.MostLost, float64(r.Lost()))
	}
	return s
}

// Median returns the middle of values, and 0 of none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Ratio returns the median, over the rounds of a measurement, of what a contestant
// needs divided by what another one needs in the same round. Rounds follow each
// other, so what else the machine has to do meets both.
func Ratio(a, b []Run, of func(Run) float64) float64 {
	var ratios []float64
	for i := range min(len(a), len(b)) {
		if d := of(b[i]); d != 0 {
			ratios = append(ratios, of(a[i])/d)
		}
	}
	return Median(ratios)
}

// CPUPerEntity returns the processor time of a run per recorded entity.
func CPUPerEntity(r Run) float64 { return r.per(float64(r.Outcome.CPU)) }

// Elapsed is how long a paced workload takes.
func (w Workload) Elapsed() time.Duration {
	if w.Rate == 0 {
		return 0
	}
	return time.Duration(w.Entities()) * time.Second / time.Duration(w.Rate)
}

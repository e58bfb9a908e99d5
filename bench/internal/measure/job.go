// Package measure runs contestants, each in a fresh process of its own, and says what
// they used and what arrived.
package measure

import (
	"time"

	"github.com/opik-go/sdk/bench/internal/sink"
	"github.com/opik-go/sdk/bench/internal/work"
)

// Workload is what contestants have to do.
type Workload struct {
	Size       work.Size
	Goroutines int
	// Traces is how many traces are recorded, each with its spans.
	Traces int
	// Rate paces the recording, in entities a second. 0 does not pace it.
	Rate int
}

// Job is what a contestant's process has to do.
type Job struct {
	Workload
	Contestant string
	URL        string
	Batch      int
	// Hold asks for the allocations of the caller's side alone; see contest.Config.
	Hold bool
	Dir  string
	// CPUProfile and AllocProfile name files for profiles, if they are wanted.
	CPUProfile, AllocProfile string
}

// Outcome is what a contestant's process says.
type Outcome struct {
	// Recorded counts the entities that were recorded, and Failed those of them for
	// whose trace a call returned an error, of which Error is the first.
	Recorded, Failed int64
	Error            string
	// First is when the first call began, in nanoseconds since 1970.
	First int64
	// Of an entity's calls.
	P50, P99, P999, Max, Mean float64
	// CPU is the processor time from the first call to the end of Close.
	CPU time.Duration
	// Allocs and AllocBytes count what was allocated meanwhile.
	Allocs, AllocBytes int64
	// Base is the memory of the process before the SDK was started, and Peak the most
	// that it took. Heap is the most that objects on the heap took.
	Base, Peak, Heap int64
}

// Run is one run of a contestant: what its process says, and what the sink says.
type Run struct {
	Contestant string
	Workload   Workload
	Outcome    Outcome
	Sink       sink.Report
	// CallerAllocs and CallerBytes are allocations per entity on the caller's side,
	// measured in another process.
	CallerAllocs, CallerBytes float64
}

func (r Run) per(v float64) float64 { return v / float64(max(r.Outcome.Recorded, 1)) }

// Lost is how many of the recorded entities did not arrive.
func (r Run) Lost() int64 { return r.Outcome.Recorded - r.Sink.Distinct }

// Rate is how many entities arrived in a second, from the first call to the last arrival.
func (r Run) Rate() float64 {
	took := r.Sink.Last - r.Outcome.First
	if r.Sink.Distinct == 0 || took <= 0 {
		return 0
	}
	return float64(r.Sink.Distinct) / (float64(took) / 1e9)
}

package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"sync"
	"time"

	"github.com/opik-go/sdk/bench/internal/contest"
	"github.com/opik-go/sdk/bench/internal/hist"
	"github.com/opik-go/sdk/bench/internal/usage"
	"github.com/opik-go/sdk/bench/internal/work"
)

// Child is the contestant's process: it reads a [Job] from in and writes the [Outcome].
func Child(in io.Reader, out io.Writer) error {
	var job Job
	if err := json.NewDecoder(in).Decode(&job); err != nil {
		return fmt.Errorf("reading the job: %w", err)
	}
	outcome, err := Do(job)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(outcome)
}

// contents is how many different traces are recorded in turn.
const contents = 64

// closeTimeout bounds the sending of what is left.
const closeTimeout = 2 * time.Minute

// Do carries out a job in this process.
func Do(job Job) (o Outcome, err error) {
	contestant, err := contest.Find(job.Contestant)
	if err != nil {
		return o, err
	}
	traces, err := work.Make(job.Size, contents)
	if err != nil {
		return o, err
	}
	histograms := make([]*hist.Histogram, job.Goroutines)
	for g := range histograms {
		histograms[g] = new(hist.Histogram)
	}
	runtime.GC()
	if o.Base, _, err = usage.Memory(); err != nil {
		return o, err
	}
	if job.AllocProfile != "" {
		runtime.MemProfileRate = 4 << 10 // fine enough for sites, and still cheap
	}
	recorder, err := contestant.Open(contest.Config{
		URL: job.URL, Goroutines: job.Goroutines, Batch: job.Batch, Hold: job.Hold, Dir: job.Dir,
	})
	if err != nil {
		return o, err
	}
	stopProfile, err := startProfile(job.CPUProfile)
	if err != nil {
		return o, err
	}
	heap := watchHeap()
	allocs, bytes := allocated()
	cpu := usage.CPU()
	first := time.Now()

	o.Failed, o.Error = record(job, recorder, traces, histograms)
	if job.Hold {
		o.measureAllocs(allocs, bytes)
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if job.Hold {
		cancel() // nothing is to be sent
	}
	if err := recorder.Close(ctx); err != nil && o.Error == "" && !job.Hold {
		o.Error = err.Error()
	}

	o.CPU = usage.CPU() - cpu
	if !job.Hold {
		o.measureAllocs(allocs, bytes)
	}
	o.Heap = heap()
	stopProfile()
	o.First = first.UnixNano()
	o.Recorded = int64(job.Traces) * work.EntitiesPerTrace
	o.describe(histograms)
	if _, o.Peak, err = usage.Memory(); err != nil {
		return o, err
	}
	return o, writeAllocProfile(job.AllocProfile)
}

func (o *Outcome) measureAllocs(allocs, bytes uint64) {
	a, b := allocated()
	o.Allocs, o.AllocBytes = int64(a-allocs), int64(b-bytes)
}

func (o *Outcome) describe(histograms []*hist.Histogram) {
	all := histograms[0]
	for _, h := range histograms[1:] {
		all.Merge(h)
	}
	o.P50, o.P99, o.P999 = float64(all.Percentile(0.5)), float64(all.Percentile(0.99)), float64(all.Percentile(0.999))
	o.Max, o.Mean = float64(all.Max()), all.Mean()
}

// record records the traces from the job's goroutines.
func record(job Job, recorder contest.Recorder, traces []*work.Trace, histograms []*hist.Histogram) (failed int64, first string) {
	var (
		wg sync.WaitGroup
		mu sync.Mutex
	)
	begin := time.Now()
	for g := range job.Goroutines {
		wg.Go(func() {
			for i := g; i < job.Traces; i += job.Goroutines {
				if job.Rate > 0 {
					at := time.Duration(i) * work.EntitiesPerTrace * time.Second / time.Duration(job.Rate)
					time.Sleep(at - time.Since(begin))
				}
				if err := recorder.Trace(context.Background(), g, traces[i%len(traces)], histograms[g]); err != nil {
					mu.Lock()
					failed += work.EntitiesPerTrace
					if first == "" {
						first = err.Error()
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return failed, first
}

// allocated returns how many objects and bytes were allocated so far.
func allocated() (objects, bytes uint64) {
	samples := []metrics.Sample{{Name: "/gc/heap/allocs:objects"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64(), samples[1].Value.Uint64()
}

// heapEvery is how often the heap is looked at. A look takes about a microsecond.
const heapEvery = 5 * time.Millisecond

// watchHeap looks at the heap until the returned function is called, which returns
// the most that was seen.
func watchHeap() func() int64 {
	stop, most := make(chan struct{}), make(chan int64)
	go func() {
		ticker := time.NewTicker(heapEvery)
		defer ticker.Stop()
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		var peak uint64
		for {
			metrics.Read(sample)
			peak = max(peak, sample[0].Value.Uint64())
			select {
			case <-ticker.C:
			case <-stop:
				most <- int64(peak)
				return
			}
		}
	}()
	return func() int64 { close(stop); return <-most }
}

func startProfile(name string) (stop func(), err error) {
	if name == "" {
		return func() {}, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	runtime.SetCPUProfileRate(500)
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() { pprof.StopCPUProfile(); f.Close() }, nil
}

func writeAllocProfile(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return pprof.Lookup("allocs").WriteTo(f, 0)
}

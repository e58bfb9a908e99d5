// Command bench compares the SDK with others that a Go program could record the same
// calls with: OpenTelemetry's, and the other Go SDK for Opik; and with a floor, the least
// that can be done. All record the same content, each run in a fresh process, and send it
// to the same sink in another process on this machine, which counts what arrives.
//
//	go run .                          everything, five rounds: about eight minutes
//	go run . -count 2 -only 'opik|floor' -work 2.4KB/g=1
//	go run . -update FILE             write the report
//	go run . -profiles DIR            with profiles of each contestant
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"github.com/opik-go/sdk/bench/internal/contest"
	"github.com/opik-go/sdk/bench/internal/measure"
	"github.com/opik-go/sdk/bench/internal/work"
)

func main() {
	if done, err := measure.Dispatch(); done || err != nil {
		exit(err)
	}
	var o options
	flag.IntVar(&o.count, "count", 5, "rounds; the medians are reported")
	flag.StringVar(&o.only, "only", "", "only contestants whose name matches this regular expression")
	flag.StringVar(&o.work, "work", "", "only workloads whose name matches this regular expression")
	flag.IntVar(&o.traces, "traces", 20_000, "traces in a workload that is not paced, of five entities each")
	flag.StringVar(&o.profiles, "profiles", "", "write profiles of the contestants to this folder")
	flag.StringVar(&o.update, "update", "", "write the report to this file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(run(ctx, o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

type options struct {
	count, traces    int
	only, work       string
	profiles, update string
}

// pacedRate is what a busy application records, in entities a second, and pacedTraces
// makes it last four seconds.
const (
	pacedRate   = 2500
	pacedTraces = 2000
)

// workloads lists what has to be done.
func workloads(traces int) (all []measure.Workload) {
	for _, size := range work.Sizes {
		for _, g := range []int{1, 8} {
			all = append(all, measure.Workload{Size: size, Goroutines: g, Traces: traces})
		}
	}
	return append(all, measure.Workload{Size: work.Large, Goroutines: 8, Traces: pacedTraces, Rate: pacedRate})
}

func run(ctx context.Context, o options) error {
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	wanted, err := regexp.Compile(o.work)
	if err != nil {
		return err
	}
	runner := measure.Runner{Profiles: o.profiles}
	if err := runner.Start(ctx); err != nil {
		return err
	}
	defer runner.Stop()
	results := make(map[key][]measure.Run)
	for round := range o.count {
		for _, w := range workloads(o.traces) {
			if !wanted.MatchString(w.Name()) {
				continue
			}
			for _, c := range contest.All {
				if !only.MatchString(c.Name) {
					continue
				}
				r, err := runner.Run(ctx, c, w)
				if err != nil {
					return err
				}
				// The share of a contestant that records less has another workload.
				results[key{c.Name, w}] = append(results[key{c.Name, w}], r)
				fmt.Print(line(r))
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d is done\n", round+1, o.count)
	}
	if len(results) == 0 {
		return fmt.Errorf("no contestant and workload matches")
	}
	text, err := report(results, o)
	if err != nil {
		return err
	}
	if o.update != "" {
		return os.WriteFile(o.update, text, 0o644)
	}
	_, err = os.Stdout.Write(text)
	return err
}

// key identifies the runs that medians are taken of.
type key struct {
	contestant string
	work       measure.Workload
}

// line is a run in the form that benchstat reads.
func line(r measure.Run) string {
	n := float64(max(r.Outcome.Recorded, 1))
	return fmt.Sprintf("Benchmark/%s/sdk=%s %d %.0f p50-ns/op %.0f p99-ns/op %.0f p99.9-ns/op %.0f cpu-ns/op %.2f allocs/op %.0f B/op %.0f entities/s %d peak-B %d requests %d lost\n",
		r.Workload.Name(), r.Contestant, r.Outcome.Recorded, r.Outcome.P50, r.Outcome.P99, r.Outcome.P999, float64(r.Outcome.CPU)/n,
		r.CallerAllocs, float64(r.Outcome.AllocBytes)/n, r.Rate(), r.Outcome.Peak, r.Sink.Requests, r.Lost())
}

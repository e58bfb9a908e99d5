package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opik-go/sdk/bench/internal/contest"
	"github.com/opik-go/sdk/bench/internal/sink"
	"github.com/opik-go/sdk/bench/internal/work"
)

// Arguments by which a program that uses a [Runner] is started as a child.
const (
	ArgSink  = "-as-sink"
	ArgChild = "-as-contestant"
)

// Dispatch does the work of a child process if the program was started as one. It
// must be called first in main; it reports whether there is nothing else to do.
func Dispatch() (done bool, err error) {
	if len(os.Args) != 2 {
		return false, nil
	}
	switch os.Args[1] {
	case ArgSink:
		return true, sink.Serve(os.Stdin, os.Stdout)
	case ArgChild:
		return true, Child(os.Stdin, os.Stdout)
	}
	return false, nil
}

// Runner runs contestants against a sink in another process.
type Runner struct {
	// Program is started again for each child; empty is this program.
	Program string
	// Profiles is a folder for profiles of the children; empty is none.
	Profiles string
	// Whole makes every contestant record everything, also those that do a share.
	Whole bool

	sink  *sink.Process
	batch map[Workload]int
}

// Start starts the sink.
func (r *Runner) Start(ctx context.Context) (err error) {
	if r.Program == "" {
		if r.Program, err = os.Executable(); err != nil {
			return err
		}
	}
	r.batch = make(map[Workload]int)
	r.sink, err = sink.Start(r.command(ctx, ArgSink))
	return err
}

// Stop ends the sink.
func (r *Runner) Stop() error { return r.sink.Stop() }

// command starts the program as a child, without the settings of the user's that an
// SDK might read from the environment.
func (r *Runner) command(ctx context.Context, arg string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.Program, arg)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "OPIK_") || strings.HasPrefix(name, "OTEL_") || name == "HOME"
	})
	cmd.Env = append(cmd.Env, "HOME="+os.TempDir())
	return cmd
}

// holdTraces is how many traces are recorded to see what the caller's side allocates:
// few enough that every queue has room for them.
const holdTraces = 2000

// Run runs a contestant once.
func (r *Runner) Run(ctx context.Context, c contest.Contestant, w Workload) (run Run, err error) {
	batch := r.batch[w]
	if c.Share > 0 && !r.Whole && w.Rate == 0 {
		w.Traces = max(int(float64(w.Traces)*c.Share), 1)
	}
	if batch == 0 {
		batch = defaultBatch
	}
	job := Job{Workload: w, Contestant: c.Name, URL: r.sink.URL, Batch: batch}
	run = Run{Contestant: c.Name, Workload: w}
	if r.Profiles != "" {
		name := filepath.Join(r.Profiles, fmt.Sprintf("%s-%s-g%d", c.Name, w.Size, w.Goroutines))
		if w.Rate > 0 {
			name += "-paced"
		}
		job.CPUProfile, job.AllocProfile = name+".cpu.pprof", name+".allocs.pprof"
	}
	if err := r.sink.Reset(ctx); err != nil {
		return run, err
	}
	if run.Outcome, err = r.child(ctx, job); err != nil {
		return run, err
	}
	if run.Sink, err = r.sink.Report(ctx); err != nil {
		return run, err
	}
	if c.Name == contest.OursBlocking && run.Sink.Requests > 0 {
		r.batch[w] = int(math.Ceil(float64(run.Sink.Distinct) / float64(run.Sink.Requests)))
	}
	held := Job{Workload: w, Contestant: c.Name, URL: r.sink.URL, Batch: batch, Hold: true}
	held.Traces, held.Rate = min(held.Traces, holdTraces), 0
	outcome, err := r.child(ctx, held)
	if err != nil {
		return run, err
	}
	run.CallerAllocs = float64(outcome.Allocs) / float64(outcome.Recorded)
	run.CallerBytes = float64(outcome.AllocBytes) / float64(outcome.Recorded)
	return run, nil
}

// defaultBatch is how many entities the floor sends in a request if it is not known
// how many ours sends.
const defaultBatch = 100

func (r *Runner) child(ctx context.Context, job Job) (o Outcome, err error) {
	if job.Dir, err = os.MkdirTemp("", "opik-bench-"); err != nil {
		return o, err
	}
	defer os.RemoveAll(job.Dir)
	input, err := json.Marshal(job)
	if err != nil {
		return o, err
	}
	cmd := r.command(ctx, ArgChild)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &out, &errs
	if err := cmd.Run(); err != nil {
		return o, fmt.Errorf("contestant %s: %w\n%s", job.Contestant, err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &o); err != nil {
		return o, fmt.Errorf("contestant %s did not say what it did: %w\n%s", job.Contestant, err, out.String())
	}
	return o, nil
}

// Entities is how many entities a workload has.
func (w Workload) Entities() int { return w.Traces * work.EntitiesPerTrace }

// Name names the workload as a part of a benchmark's name.
func (w Workload) Name() string {
	name := fmt.Sprintf("size=%s/g=%d", w.Size, w.Goroutines)
	if w.Rate > 0 {
		name += fmt.Sprintf("/rate=%d", w.Rate)
	}
	return name
}

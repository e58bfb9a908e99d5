package uploader

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// op is one step of a random history.
type op struct {
	what string
	n    int
}

var ops = []string{"add", "add", "add", "add", "reader", "in place", "flush", "sleep", "sleep", "fault", "fault", "well", "close", "crash", "adopt"}

func history(r *rand.Rand) (h []op) {
	for range 5 + r.IntN(40) {
		h = append(h, op{ops[r.IntN(len(ops))], r.IntN(1000)})
	}
	return h
}

// faults are what may be wrong with a server for a while.
var faults = []func(string) error{
	always(errReset), always(status(503)), always(status(401)), always(status(429)),
	onCall("start", status(500)), onCall("part 1", errReset), onCall("part 1", status(403)), onCall("complete", status(404)),
	onCall("complete", status(402)), onCall("whole", status(408)), onCall("start", status(400)),
}

func onCall(call string, err error) func(string) error {
	return func(c string) error {
		if c == call {
			return err
		}
		return nil
	}
}

// world is a server, a folder, and one process after the other.
type world struct {
	o     Options
	srv   *fake
	u     *Uploader
	local string

	files   map[string][]byte // those that were accepted
	refused int64             // those that were counted, and not kept
	// What processes that have ended have counted, and what the crashed ones had
	// in memory.
	ended   pipeline.Counts
	crashed int64
}

func (w *world) start() (err error) {
	w.u, err = New(w.o)
	return err
}

// balance checks what must be so at every moment.
func (w *world) balance() (pipeline.Counts, error) {
	c := w.u.Stats().Kinds[Kind]
	if c.Accepted != c.Delivered+c.Rejected+c.Dropped+c.Spooled+c.Queued || min(c.Delivered, c.Rejected, c.Dropped, c.Spooled, c.Queued) < 0 {
		return c, fmt.Errorf("out of balance: %+v", c)
	}
	var drops int64
	for _, n := range w.u.Stats().Drops {
		drops += n
	}
	if drops != c.Dropped {
		return c, fmt.Errorf("%d dropped, with reasons %d", c.Dropped, drops)
	}
	w.u.mu.Lock()
	defer w.u.mu.Unlock()
	if w.u.memory > w.o.MaxMemory || w.u.memory < 0 || w.u.disk > w.o.MaxDisk || w.u.disk < 0 {
		return c, fmt.Errorf("%d bytes of memory and %d of disk", w.u.memory, w.u.disk)
	}
	return c, nil
}

func (w *world) end(queued bool) error {
	c, err := w.balance()
	if err != nil {
		return err
	}
	if c.Queued > 0 && !queued {
		return fmt.Errorf("queued after Close: %+v", c)
	}
	w.ended.Accepted += c.Accepted - c.Adopted
	w.ended.Delivered += c.Delivered
	w.ended.Rejected += c.Rejected
	w.ended.Dropped += c.Dropped
	return w.start()
}

func (w *world) do(o op) error {
	switch o.what {
	case "add", "reader", "in place":
		return w.add(o)
	case "flush":
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(o.n)*10*time.Millisecond)
		defer cancel()
		r, err := w.u.Flush(ctx)
		c := r.Kinds[Kind]
		if c.Accepted != c.Delivered+c.Rejected+c.Dropped+c.Spooled+c.Queued {
			return fmt.Errorf("receipt out of balance: %+v", c)
		}
		if err == nil && c.Queued > 0 {
			return fmt.Errorf("a complete flush left %+v", c)
		}
	case "sleep":
		time.Sleep(time.Duration(o.n*o.n) * time.Millisecond)
	case "fault":
		w.srv.setFail(faults[o.n%len(faults)])
	case "well":
		w.srv.setFail(nil)
	case "adopt":
		w.u.Adopt()
	case "close":
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(o.n)*10*time.Millisecond)
		defer cancel()
		began := time.Now()
		_, err := w.u.Close(ctx)
		if deadline, _ := ctx.Deadline(); time.Now().After(deadline.Add(100 * time.Millisecond)) {
			return fmt.Errorf("close took %v", time.Since(began))
		}
		if c := w.u.Stats().Kinds[Kind]; err == nil && w.u.Stats().Drops[pipeline.DropDeadline] > 0 {
			return fmt.Errorf("close says nothing of %+v", c)
		}
		return w.end(false)
	case "crash":
		w.u.giveUp()
		<-w.u.quiet
		for _, h := range append([]*home{&w.u.home}, w.u.homes...) {
			if h.lock != nil {
				if err := h.lock.Unlock(); err != nil {
					return err
				}
			}
		}
		for _, it := range w.u.rest() {
			if it.home == nil {
				w.crashed++
			}
		}
		return w.end(true)
	}
	return nil
}

func (w *world) add(o op) error {
	name := fmt.Sprint("f", len(w.files)+int(w.refused))
	data := bytes.Repeat([]byte{byte(o.n), byte(o.n >> 8)}, 1+o.n)
	c := Content{Data: data}
	switch o.what {
	case "reader":
		c = Content{Reader: bytes.NewReader(data)}
	case "in place":
		path := filepath.Join(w.local, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
		c = Content{Path: path, InPlace: true}
	}
	if err := w.u.Add(text(name), c); err != nil {
		w.refused++
		return nil
	}
	w.files[name] = data
	return nil
}

// settle lets the server be well, and a last process send everything.
func (w *world) settle() error {
	w.srv.setFail(nil)
	if err := w.do(op{"close", 0}); err != nil {
		return err
	}
	w.u.Adopt()
	time.Sleep(3 * time.Hour)
	c, err := w.balance()
	if err != nil {
		return err
	}
	if c.Spooled > 0 || c.Queued > 0 {
		return fmt.Errorf("left at the end: %+v", c)
	}
	if _, err := w.u.Close(context.Background()); err != nil {
		return err
	}
	if err := w.end(false); err != nil {
		return err
	}
	if want := int64(len(w.files)) + w.refused; w.ended.Accepted != want {
		return fmt.Errorf("%d were handed over, all processes accepted %d", want, w.ended.Accepted)
	}
	var missing int64
	for name, data := range w.files {
		switch got := w.srv.got(text(name)); {
		case got == nil:
			missing++
		case !bytes.Equal(got, data):
			return fmt.Errorf("%s arrived with another content", name)
		}
	}
	lost := w.ended.Rejected + w.ended.Dropped - w.refused
	// A file that arrived without the answer may have been given up as well.
	if missing > lost+w.crashed {
		return fmt.Errorf("%d are missing, but %d were given up and %d were in memory at a crash", missing, lost, w.crashed)
	}
	if w.ended.Delivered > int64(len(w.files)) {
		return fmt.Errorf("%d of %d were delivered", w.ended.Delivered, len(w.files))
	}
	if left := os.RemoveAll(filepath.Join(w.o.Dir, damagedName)); left != nil {
		return left
	}
	if left, err := filepath.Glob(filepath.Join(w.o.Dir, "*", "*")); w.o.Dir != "" && (err != nil || len(left) > 0) {
		return fmt.Errorf("files are left: %v, %v", left, err)
	}
	return nil
}

// live runs a history, and returns what is wrong with it.
func live(t *testing.T, seed uint64, h []op) (problem error) {
	synctest.Test(t, func(t *testing.T) {
		folder, err := os.MkdirTemp(t.TempDir(), "")
		check(t, err)
		w := &world{srv: newFake(), local: folder, files: map[string][]byte{}}
		w.srv.whole = seed%2 == 0
		w.o = Options{Server: w.srv, MaxMemory: 6 << 10, MaxDisk: 8 << 20, Workers: 1 + int(seed%3)}
		if seed%5 == 0 {
			w.o.MaxDisk = 20 << 10
		}
		if seed%4 != 3 {
			w.o.Dir, w.o.Destination, w.o.Durable = filepath.Join(folder, "spool"), "here", seed%8 < 3
		}
		check(t, w.start())
		for i, o := range h {
			if problem == nil {
				if problem = w.do(o); problem == nil {
					_, problem = w.balance()
				}
				if problem != nil {
					problem = fmt.Errorf("step %d, %v: %w", i, o, problem)
				}
			}
		}
		if problem == nil {
			problem = w.settle()
		}
		w.u.giveUp()
		<-w.u.quiet
	})
	return problem
}

// TestModel lives random histories of calls, faults and processes. A failure is
// reported with the shortest history that still shows one.
func TestModel(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	n := uint64(150)
	if os.Getenv("OPIK_TEST_FULL") != "" {
		n = 5000
	}
	for seed := range n {
		h := history(rand.New(rand.NewPCG(seed, 1)))
		problem := live(t, seed, h)
		if problem == nil {
			continue
		}
		for i := 0; i < len(h); {
			shorter := slices.Delete(slices.Clone(h), i, i+1)
			if err := live(t, seed, shorter); err != nil {
				h, problem = shorter, err
			} else {
				i++
			}
		}
		t.Fatalf("seed %d: %v\nhistory: %v", seed, problem, h)
	}
}

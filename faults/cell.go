package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik"
)

// cell is one experiment: a fault, a kind of records, and whether there is a spool.
type cell struct {
	fault  fault
	entity entity
	spool  bool
}

func (c cell) String() string {
	spool := "no spool"
	if c.spool {
		spool = "spool"
	}
	return fmt.Sprintf("%s, %s, %s", c.fault.name, c.entity.kind, spool)
}

// result is what came of a cell.
type result struct {
	cell
	counts     opik.Counts
	arrived    int           // different records that the server has
	duplicates int           // records that it was given more than once
	lost       int64         // accepted, missing, and not counted
	recovery   time.Duration // from the end of the fault until nothing was left to do
	problems   []string
}

func (r result) String() string {
	return fmt.Sprintf("%v: %+v, arrived %d, again %d, lost %d, recovery %v %q",
		r.cell, r.counts, r.arrived, r.duplicates, r.lost, r.recovery.Round(time.Millisecond), r.problems)
}

type options struct {
	records, parallel int
	done              func(result)
}

// choose returns the cells that a condition holds for.
func choose(want func(cell) bool) (cells []cell) {
	for _, f := range faults {
		for _, e := range entities {
			for _, spool := range []bool{false, true} {
				if c := (cell{f, e, spool}); want(c) {
					cells = append(cells, c)
				}
			}
		}
	}
	return cells
}

// measure runs cells, some at a time, and returns their results in the same order.
func measure(ctx context.Context, cells []cell, o options) ([]result, error) {
	results := make([]result, len(cells))
	failures := make([]error, len(cells))
	slots := make(chan struct{}, o.parallel)
	var wg sync.WaitGroup
	for i, c := range cells {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if results[i], failures[i] = c.run(ctx, o.records); failures[i] != nil {
				failures[i] = fmt.Errorf("%v: %w", c, failures[i])
			} else if o.done != nil {
				o.done(results[i])
			}
		})
	}
	wg.Wait()
	return results, errors.Join(failures...)
}

// patience is how long a cell may take to recover before it counts as stuck.
const patience = 40 * time.Second

// run carries the experiment out.
func (c cell) run(ctx context.Context, records int) (result, error) {
	r := result{cell: c}
	folder, err := os.MkdirTemp("", "opik-faults-*")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(folder)
	w, err := newWorld()
	if err != nil {
		return r, err
	}
	defer w.close()
	client, err := c.client(w, folder)
	if err != nil {
		return r, err
	}
	handed, err := c.entity.prepare(ctx, client, records)
	if err != nil {
		return r, err
	}
	if receipt, err := client.Flush(ctx); err != nil {
		return r, fmt.Errorf("prepare: %v: %w", receipt, err)
	}
	w.ClearRequests()
	before := client.Stats().Kinds[c.entity.kind]

	w.poison = c.entity.marker(handed, records/3)
	stop, err := c.fault.start(w)
	if err != nil {
		return r, err
	}
	markers := make(map[string]bool)
	for i := range records {
		if err := c.entity.log(ctx, client, handed, i); err == nil {
			markers[c.entity.marker(handed, i)] = true
		}
	}
	wait(ctx, c.fault.lasts)

	var older opik.Counts
	if c.fault.restart {
		short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		_, _ = client.Close(short) // what it could not do, the counts say
		cancel()
		older = client.Stats().Kinds[c.entity.kind]
		r.check(older)
		if client, err = c.client(w, folder); err != nil {
			return r, errors.Join(err, stop())
		}
	}
	if err := stop(); err != nil {
		return r, err
	}
	healed := time.Now()
	r.settle(ctx, client, older.Spooled)
	r.recovery = time.Since(healed)
	if _, err := client.Close(ctx); err != nil && !errors.Is(err, opik.ErrNotDelivered) {
		return r, err
	}
	last := client.Stats().Kinds[c.entity.kind]
	r.check(last)
	r.count(before, older, last)
	r.compare(markers, w.arrivals(markers))
	return r, nil
}

func (c cell) client(w *world, folder string) (*opik.Client, error) {
	opts := []opik.Option{
		opik.WithURL(w.url()), opik.WithProject("faults"), opik.WithWorkspace("default"), opik.WithAPIKey(""),
		opik.WithConfigFile(os.DevNull),
		opik.WithLogger(slog.New(slog.DiscardHandler)),
		opik.WithBatch(20*time.Millisecond, 1000), opik.WithIdleTimeout(500 * time.Millisecond),
	}
	if c.spool {
		opts = append(opts, opik.WithSpool(folder))
	}
	return opik.New(opts...)
}

// settle waits until the client has found so many records on disk, and has nothing left
// to do.
func (r *result) settle(ctx context.Context, client *opik.Client, onDisk int64) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		// The error says what the counts will say.
		_, _ = client.Flush(ctx)
		c := client.Stats().Kinds[r.entity.kind]
		if c.Queued == 0 && c.Spooled == 0 && c.Adopted >= onDisk {
			return
		}
		if ctx.Err() != nil {
			r.problems = append(r.problems, fmt.Sprintf("not settled after %v: %v", patience, client.Stats().LastFailure))
			return
		}
		wait(ctx, 5*time.Millisecond)
	}
}

// check compares the sides of the accounting's identity.
func (r *result) check(c opik.Counts) {
	if c.Accepted != c.Delivered+c.Rejected+c.Dropped+c.Spooled+c.Queued {
		r.problems = append(r.problems, fmt.Sprintf("the counts do not add up: %+v", c))
	}
}

// count sums up what one or two clients did since the preparation.
func (r *result) count(before, older, last opik.Counts) {
	if !r.fault.restart {
		last.Accepted -= before.Accepted
		last.Delivered -= before.Delivered
		r.counts = last
		return
	}
	if older.Spooled != last.Adopted {
		r.problems = append(r.problems, fmt.Sprintf("%d records were left on disk, %d found", older.Spooled, last.Adopted))
	}
	r.counts = opik.Counts{
		Accepted:  older.Accepted - before.Accepted,
		Delivered: older.Delivered - before.Delivered + last.Delivered,
		Rejected:  older.Rejected + last.Rejected,
		Dropped:   older.Dropped + last.Dropped,
		Spooled:   last.Spooled,
		Queued:    last.Queued,
	}
}

// compare holds what the client says against what the server has.
func (r *result) compare(markers map[string]bool, arrivals map[string]int) {
	for marker := range markers {
		switch n := arrivals[marker]; {
		case n > 0:
			r.arrived++
			r.duplicates += n - 1
		}
	}
	missing := int64(len(markers) - r.arrived)
	r.lost = max(0, missing-r.counts.Rejected-r.counts.Dropped-r.counts.Spooled-r.counts.Queued)
	if r.lost > 0 {
		r.problems = append(r.problems, fmt.Sprintf("%d records are missing and not counted", r.lost))
	}
	if r.counts.Delivered > int64(r.arrived) {
		r.problems = append(r.problems, fmt.Sprintf("%d records count as delivered, %d arrived", r.counts.Delivered, r.arrived))
	}
	if want := int64(r.fault.rejects); r.counts.Rejected != want {
		r.problems = append(r.problems, fmt.Sprintf("%d records were rejected, want %d", r.counts.Rejected, want))
	}
}

// problems joins what is wrong with any cell.
func problems(results []result) error {
	var all []error
	for _, r := range results {
		for _, p := range r.problems {
			all = append(all, fmt.Errorf("%v: %s", r.cell, p))
		}
	}
	return errors.Join(all...)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

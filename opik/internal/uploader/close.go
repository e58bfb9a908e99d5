package uploader

import (
	"context"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// flush waits for the items up to a seq that counted as queued when it began.
type flush struct {
	upTo     uint64
	left     int64
	patience int // how many refusals of the account it bears
	refused  error
	ended    bool
	done     chan struct{}
}

// settled is told of an item that does not count as queued any more.
func (f *flush) settled(seq uint64) {
	if seq <= f.upTo && !f.ended {
		if f.left--; f.left == 0 {
			f.end(nil)
		}
	}
}

// denied is told of a refusal of the account.
func (f *flush) denied(err error) {
	if f.patience--; f.patience <= 0 && !f.ended {
		f.end(err)
	}
}

func (f *flush) end(err error) {
	f.refused, f.ended = err, true
	close(f.done)
}

// addFlush is called with the lock held.
func (u *Uploader) addFlush(patience int) *flush {
	f := &flush{upTo: u.seq, left: u.counts.Queued, patience: patience, done: make(chan struct{})}
	switch {
	case f.left == 0:
		f.end(nil)
	case u.pace.pauses > 0 && u.pace.hinted:
		f.end(u.pace.lastError) // the server said when to come back
	}
	u.flushes = append(u.flushes, f)
	return f
}

// removeFlush is called with the lock held.
func (u *Uploader) removeFlush(f *flush) {
	for i, g := range u.flushes {
		if g == f {
			u.flushes = append(u.flushes[:i], u.flushes[i+1:]...)
			return
		}
	}
}

// Hurry cuts waits short, as Flush does, and returns at once.
func (u *Uploader) Hurry() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.hurry()
}

// closePatience is how often Close asks a server that refuses the account.
const closePatience = 3

// Save writes what is in memory only to disk, as far as that works before ctx ends. It
// does nothing without a folder.
func (u *Uploader) Save(ctx context.Context) {
	if u.opts.Dir != "" {
		u.spill(func(it *item) bool { return it.home == nil && ctx.Err() == nil })
	}
}

// Flush returns when every file that was accepted before the call is delivered,
// rejected, dropped, or safe on disk because the server cannot be had. It returns
// earlier with the error of ctx, if that ends, or with the server's refusal of the
// account, after having asked for once more. The receipt is valid in any case.
func (u *Uploader) Flush(ctx context.Context) (pipeline.Receipt, error) {
	u.mu.Lock()
	since := u.lastMark
	f := u.addFlush(1)
	u.hurry()
	u.mu.Unlock()
	err := wait(ctx, f)
	u.mu.Lock()
	defer u.mu.Unlock()
	u.removeFlush(f)
	return u.receipt(since), err
}

// Receipt describes what happened since the previous receipt. It does not wait.
func (u *Uploader) Receipt() pipeline.Receipt {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.receipt(u.lastMark)
}

// wait returns why a flush ended, also if ctx has ended as well.
func wait(ctx context.Context, f *flush) error {
	select {
	case <-f.done:
		return f.refused
	case <-ctx.Done():
	}
	select {
	case <-f.done:
		return f.refused
	default:
		return ctx.Err()
	}
}

// grace is how long Close goes on after its context has ended, so that requests end
// and small content gets to the disk.
const grace = 20 * time.Millisecond

// Close refuses further files, sends what is queued as Flush does, and ends the
// goroutines. When ctx ends first, requests under way are abandoned; what is on disk
// stays there for the next process, what is in memory gets there if there is a
// folder, and the rest is dropped. The same happens after a server has refused the
// account three times. The error is that of ctx, or the refusal, if anything was
// dropped because of it. Close may be called again.
func (u *Uploader) Close(ctx context.Context) (pipeline.Receipt, error) {
	u.mu.Lock()
	since := u.lastMark
	u.closing = true
	f := u.addFlush(closePatience)
	u.hurry()
	u.mu.Unlock()

	saved := make(chan struct{})
	if u.opts.Dir != "" {
		// Now, since there may be no time for it later.
		go func() {
			defer close(saved)
			u.spill(u.onlyInMemory)
		}()
	} else {
		close(saved)
	}
	err := wait(ctx, f)
	u.giveUp()
	done := make(chan struct{})
	if ended := both(saved, u.quiet, grace); ended {
		// What was being sent while the others were saved.
		go func() {
			defer close(done)
			u.saveRest(time.Now().Add(grace))
		}()
		both(done, done, grace)
	}
	lost := u.settleRest()

	u.mu.Lock()
	defer u.mu.Unlock()
	u.removeFlush(f)
	if lost == 0 {
		err = nil
	}
	return u.receipt(since), err
}

// both waits for two channels to be closed, and reports whether they were in time.
func both(a, b <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for _, c := range []<-chan struct{}{a, b} {
		select {
		case <-c:
		case <-timer.C:
			return false
		}
	}
	return true
}

// giveUp ends everything that is under way.
func (u *Uploader) giveUp() {
	u.cancel()
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.dead {
		return
	}
	u.dead = true
	if u.timer != nil {
		u.timer.Stop()
	}
	if u.busy == 0 {
		close(u.quiet)
	}
}

// rest returns the items that have no verdict. The lock is held.
func (u *Uploader) rest() (all []*item) {
	for _, same := range u.byKey {
		all = append(all, same...)
	}
	return all
}

// saveRest writes what is in memory to disk until there is no time left. Nobody
// else works any more.
func (u *Uploader) saveRest(until time.Time) {
	if u.opts.Dir == "" {
		return
	}
	u.mu.Lock()
	all := u.rest()
	u.mu.Unlock()
	for _, it := range all {
		if it.home != nil || !time.Now().Before(until) {
			continue
		}
		if err := u.save(it); err != nil {
			u.diskFailed("opik: attachments cannot be kept on disk", err)
			return
		}
		u.mu.Lock()
		it.home = &u.home
		u.home.live++
		u.mu.Unlock()
	}
}

// settleRest gives what has no verdict its last one, and leaves the folders. It
// returns how many items were dropped.
func (u *Uploader) settleRest() (lost int64) {
	u.mu.Lock()
	for _, it := range u.rest() {
		if it.home == nil {
			u.drop(it, pipeline.DropDeadline)
			lost++
			continue
		}
		u.spool(it)
		u.forget(it)
	}
	u.items, u.old = nil, nil
	homes := append([]*home{&u.home}, u.homes...)
	u.homes = nil
	u.mu.Unlock()
	for i, h := range homes {
		if err := h.leave(i == 0 && u.opts.Dir == ""); err != nil {
			u.report("remove", "opik: a folder of attachments cannot be left as it should", "error", err)
		}
	}
	return lost
}

package uploader

import (
	"time"
)

// pace says when the server may be asked again.
type pace struct {
	failures int // consecutive ones, of all items
	pauses   int // consecutive answers that only somebody else can change
	// lastError is that of the latest of these.
	lastError error
	last      time.Time // of the latest of these
	retryAt   time.Time
	hinted    bool // retryAt is the server's wish
}

// outage is the number of consecutive failures from which on what waits in memory is
// written to disk, and the logger is told.
const outage = 3

// troubled reports whether what waits had better be on disk. The lock is held.
func (u *Uploader) troubled() bool { return u.pace.failures >= outage || u.pace.pauses > 0 }

// pump starts workers for what can be done now, and sets the timer for what can be
// done later. The lock is held.
func (u *Uploader) pump() {
	for u.workers < u.opts.Workers {
		do := u.next(time.Now())
		if do == nil {
			return
		}
		u.workers++
		u.busy++
		go u.work(do)
	}
}

// work is a worker's goroutine. It ends when there is nothing to do for now.
func (u *Uploader) work(do func()) {
	for do != nil {
		do()
		u.mu.Lock()
		if do = u.next(time.Now()); do == nil {
			u.workers--
			u.end()
		}
		u.mu.Unlock()
	}
}

// next returns what a worker has to do now, or sets the timer and returns nil. The
// lock is held.
func (u *Uploader) next(now time.Time) func() {
	if u.dead {
		return nil
	}
	if wait := u.pace.retryAt.Sub(now); wait > 0 {
		u.alarm(wait)
		return nil
	}
	if !u.pace.retryAt.IsZero() && len(u.flying) > 0 {
		return nil // one attempt shows whether the server is there again
	}
	var soonest time.Duration
	for _, list := range [][]*item{u.items, u.old} {
		for _, it := range list {
			switch wait := it.retryAt.Sub(now); {
			case wait > 0:
				if soonest == 0 || wait < soonest {
					soonest = wait
				}
			case u.byKey[it.key()][0] == it: // a later one would be replaced by it
				u.delist(it)
				u.flying[it] = true
				return func() { u.carry(it) }
			}
		}
	}
	if do := u.nextLoad(); do != nil {
		return do
	}
	if soonest > 0 {
		u.alarm(soonest)
	}
	return nil
}

// alarm makes workers start after a while. The lock is held.
func (u *Uploader) alarm(wait time.Duration) {
	if u.timer == nil {
		u.timer = time.AfterFunc(wait, u.ring)
		return
	}
	u.timer.Reset(wait)
}

func (u *Uploader) ring() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pump()
}

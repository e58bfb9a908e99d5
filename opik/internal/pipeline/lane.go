package pipeline

import (
	"slices"
	"sync"
	"time"
)

// lane sends the records of the kinds that must not overtake each other, one
// request after the other.
type lane struct {
	p     *Pipeline
	kinds []*kindState // by stage

	// What waits, and since when. Records that are being sent do not count.
	records int
	bytes   int
	since   time.Time

	// flight holds the records of the current batch that have no verdict yet,
	// in order.
	flight []*record
	// Memory for the next batch and its request.
	batch []*record
	parts [][]byte

	probe probe

	// flushTo asks to send records up to this seq without delay.
	flushTo uint64

	failures    int // consecutive
	lastError   error
	lastAttempt time.Time
	retryAt     time.Time // nothing is sent before
	hinted      bool      // retryAt is the server's wish

	// disk is held by who moves records to disk, before the pipeline's lock.
	disk sync.Mutex
	// turn: it is the turn of records that are read back.
	turn bool

	holding bool // all that waits is held; a new record may not be
	wake    chan struct{}
	started bool
	done    chan struct{} // closed when the goroutine has ended
}

func newLane(p *Pipeline) *lane {
	return &lane{p: p, wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// added accounts for a record that now waits, and wakes the goroutine if that
// changes when it has to act.
func (l *lane) added(size int) {
	before := l.bytes
	l.records++
	l.bytes += size
	if l.since.IsZero() {
		l.since = time.Now()
	}
	switch {
	case !l.started:
		l.start()
	case l.holding, l.records == 1, l.records == l.p.opts.BatchItems, before < l.p.opts.ReadyBytes && l.bytes >= l.p.opts.ReadyBytes:
		l.signal()
	}
}

func (l *lane) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take removes a waiting record from its list.
func (l *lane) take(r *record) {
	r.kind.waiting.remove(r)
	r.kind.forget(r)
	l.records--
	l.bytes -= len(r.data)
	if l.records == 0 {
		l.since = time.Time{}
	}
}

// run is the lane's goroutine.
func (l *lane) run() {
	defer close(l.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		l.finish()
		l.p.reportDisk()
		l.p.mu.Lock()
		do, wait, k := l.next(time.Now())
		l.p.mu.Unlock()
		var alarm <-chan time.Time
		switch do {
		case idle:
			if l.p.memory.trimIfDue(time.Now()) {
				timer.Reset(trimEvery)
				alarm = timer.C
			}
		case exit:
			return
		case send:
			l.cycle()
			continue
		case spill:
			l.toDisk(choice{kinds: l.stuckKinds(time.Now())})
			continue
		case replay:
			l.replay(k)
			continue
		case adopt:
			l.p.adopt()
			continue
		case pause:
			if l.p.spool != nil && l.p.memory.trimIfDue(time.Now()) {
				wait = min(wait, trimEvery) // a lane that looks after the disk is never idle
			}
			timer.Reset(wait)
			alarm = timer.C
		}
		select {
		case <-l.wake:
		case <-alarm:
		case <-l.p.dead:
		}
	}
}

type action uint8

const (
	idle  action = iota // wait for a record
	pause               // wait for a while
	send
	exit
	spill  // what cannot be sent for now
	replay // records of a kind that are on disk
	adopt  // what dead processes left on disk
)

// nextLive decides what the goroutine has to do, as far as records in memory are
// concerned.
func (l *lane) nextLive(now time.Time) (action, time.Duration) {
	if l.p.isDead() {
		return exit, 0
	}
	if l.records == 0 {
		if l.p.closing {
			return exit, 0
		}
		return idle, 0
	}
	if wait := l.retryAt.Sub(now); wait > 0 {
		return pause, wait
	}
	r := l.ready(now)
	l.holding = r.records == 0
	if l.holding {
		if r.lost {
			return exit, 0
		}
		return pause, r.wait
	}
	isRetry := r.probe || !l.retryAt.IsZero()
	if isRetry || l.p.closing || r.records >= l.p.opts.BatchItems || l.bytes >= l.p.opts.ReadyBytes || r.oldest <= l.flushTo {
		return send, 0
	}
	if wait := l.p.opts.BatchDelay - now.Sub(l.since); wait > 0 {
		return pause, min(wait, r.wait)
	}
	return send, 0
}

// oldest returns the smallest seq that waits or is being sent, and the largest
// number if there is none.
func (l *lane) oldest() uint64 {
	low := l.oldestMoving()
	for _, k := range l.kinds {
		if r := k.waiting.first; r != nil {
			low = min(low, r.seq)
		}
	}
	return low
}

// oldestMoving is oldest without the records that wait.
func (l *lane) oldestMoving() uint64 {
	low := l.oldestFlying()
	for _, k := range l.kinds {
		if m := k.disk.moving; len(m) > 0 {
			low = min(low, m[0].seq)
		}
	}
	return low
}

func (l *lane) oldestFlying() uint64 {
	switch {
	case len(l.probe.suspects) > 0:
		return l.probe.suspects[0].seq
	case len(l.flight) > 0:
		return l.flight[0].seq
	}
	return ^uint64(0)
}

// hurry asks for everything up to seq to be sent now. It cuts short a wait that
// we chose ourselves, though not below the shortest one; a wait that the server
// asked for stays.
func (l *lane) hurry(seq uint64) {
	l.flushTo = max(l.flushTo, seq)
	if !l.hinted && !l.retryAt.IsZero() {
		if early := l.lastAttempt.Add(l.p.opts.Retry.Base); early.Before(l.retryAt) {
			l.retryAt = early
		}
	}
	l.askNow(seq)
	l.signal()
}

// flying returns the records that are neither waiting nor settled, in order.
func (l *lane) flying() []*record { return slices.Concat(l.probe.suspects, l.flight) }

// cycle sends everything that was accepted before it began: lower stages first,
// so that no record arrives before one that it refers to. It ends early when a
// request has to be repeated later.
func (l *lane) cycle() {
	p := l.p
	p.mu.Lock()
	upTo := p.seq
	l.since = time.Time{} // of records that are accepted from now on
	kinds := slices.Clone(l.kinds)
	p.mu.Unlock()
	for _, k := range kinds {
		if !l.sendKind(k, upTo) {
			return
		}
	}
	l.turn = true
}

// sendKind sends the records of one kind up to a seq. It returns false if some
// of them were put back.
func (l *lane) sendKind(k *kindState, upTo uint64) bool {
	for {
		l.p.mu.Lock()
		var batch []*record
		if l.heldBy(k, time.Now()) == nil && !l.behind(k) {
			batch = l.collect(k, upTo)
		}
		l.p.mu.Unlock()
		if len(batch) == 0 {
			return l.judgeSuspects(k)
		}
		_, ok := l.send(k, batch)
		l.finish()
		if !ok {
			return false
		}
	}
}

// collect moves the next batch of a kind from waiting to flight.
func (l *lane) collect(k *kindState, upTo uint64) []*record {
	if l.p.isDead() {
		return nil
	}
	batch := l.batch[:0]
	size, items := len(k.head)+len(k.tail), k.items
	if k.paused() {
		items = 1 // enough to learn whether it goes on
	}
	if items = l.grant(k, min(items, k.waiting.length)); items == 0 {
		return nil
	}
	for len(batch) < items {
		r := k.waiting.first
		if r == nil || r.seq > upTo {
			break
		}
		if size += len(r.data); len(batch) > 0 && size > k.bytes {
			break
		}
		l.take(r)
		batch = append(batch, r)
		if l.flight = batch; len(batch)%stride == 0 && !l.breathe() {
			return nil
		}
	}
	l.flight, l.batch = batch, batch
	return batch
}

// putBack returns what is in flight, and the suspects, to the front of the queue, or
// to disk if it was read back. A record that was accepted meanwhile for the same
// entity is merged.
func (l *lane) putBack() {
	for _, r := range slices.Backward(l.flying()) {
		if r.replayed() {
			l.giveBack(r)
		} else {
			l.restore(r)
		}
	}
	l.flight, l.probe = nil, probe{}
}

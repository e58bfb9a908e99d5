package pipeline

import (
	"time"

	"github.com/opik-go/sdk/opik/internal/spool"
)

// What is on disk is read back by the lane, a request's worth at a time. Records in
// memory go first: with many of them, one request of a backlog follows each round of
// theirs, and none while a Flush waits.

const (
	// firstReplayed is the seq of records that were read back. They are older than
	// all others, but nothing waits for them.
	firstReplayed = uint64(1) << 63
	// maxReplayBytes bounds what is read at once.
	maxReplayBytes = 4 << 20
	// Waits when the disk gives nothing back.
	firstReplayWait = time.Second
	lastReplayWait  = time.Minute
)

// behind reports whether records of a kind may not be sent from memory, because older
// ones on disk must arrive first: of the same kind, unless the order does not matter,
// and those that a change may concern. The lock is held.
func (l *lane) behind(k *kindState) bool {
	if l.p.spool == nil {
		return false
	}
	if !k.Versioned && k.counts.Spooled > 0 {
		return true
	}
	for _, first := range l.kinds {
		if k.follows(first) && first.counts.Spooled > 0 {
			return true
		}
	}
	return false
}

// isStuck reports whether what waits of a kind cannot be sent for now, and should be
// on disk.
func (l *lane) isStuck(k *kindState, now time.Time) bool {
	if l.failures >= reportAfter || l.behind(k) {
		return true
	}
	by := l.heldBy(k, now)
	return by != nil && by.paused()
}

func (l *lane) stuckKinds(now time.Time) func(*kindState) bool {
	return func(k *kindState) bool { return l.isStuck(k, now) }
}

// next decides what the goroutine has to do: with records in memory, and then with
// those on disk.
func (l *lane) next(now time.Time) (do action, wait time.Duration, k *kindState) {
	p := l.p
	do, wait = l.nextLive(now)
	if p.spool == nil || p.isDead() {
		return do, wait, nil
	}
	if do == idle {
		wait = time.Duration(1<<63 - 1)
	}
	first := l == p.lanes[0]
	switch {
	case first && !p.closing && !now.Before(p.adoptAt):
		return adopt, 0, nil
	case do == send && !l.turn:
		return send, 0, nil
	}
	if do != send {
		due, in := l.stuckDue(now)
		if due {
			return spill, 0, nil
		}
		if in > 0 {
			wait = min(wait, in)
			if do == idle {
				do = pause
			}
		}
	}
	if p.closing && (l.records == 0 || p.diskWorks(now)) {
		if do == pause && l.records == 0 {
			do = exit
		}
		return do, wait, nil
	}
	k, in := l.nextReplay(now)
	switch {
	case k != nil && (do != send || l.oldest() > l.flushTo):
		return replay, 0, k
	case do == send:
		return send, 0, nil
	case in > 0:
		wait = min(wait, in)
		do = pause
	}
	if first {
		wait = min(wait, p.adoptAt.Sub(now))
		do = pause
	}
	return do, wait, nil
}

// stuckDue reports whether it is time to move what is stuck to disk, and if not, when
// it is; 0 is never.
func (l *lane) stuckDue(now time.Time) (due bool, in time.Duration) {
	p := l.p
	records, oldest := 0, ^uint64(0)
	for _, k := range l.kinds {
		if r := k.waiting.first; r != nil && l.isStuck(k, now) {
			records += k.waiting.length
			oldest = min(oldest, r.seq)
		}
	}
	if records == 0 {
		return false, 0
	}
	if !p.diskWorks(now) {
		return false, p.diskRetry.Sub(now)
	}
	if p.closing || records >= p.opts.BatchItems || l.bytes >= p.opts.ReadyBytes || oldest <= l.flushTo {
		return true, 0
	}
	in = p.opts.BatchDelay - now.Sub(l.since)
	return in <= 0, max(in, 0)
}

// nextReplay returns the kind whose records are to be read back next, or nil and when
// there may be one; 0 is never.
func (l *lane) nextReplay(now time.Time) (next *kindState, in time.Duration) {
	later := func(at time.Time) {
		if d := at.Sub(now); d > 0 && (in == 0 || d < in) {
			in = d
		}
	}
	for _, k := range l.kinds {
		if k.counts.Spooled == 0 || l.waitsForOthers(k) {
			continue
		}
		at := l.retryAt
		for _, t := range []time.Time{k.disk.next, k.heldUntil()} {
			if t.After(at) {
				at = t
			}
		}
		if !at.After(now) {
			return k, 0
		}
		later(at)
	}
	return nil, in
}

// waitsForOthers reports whether records of k on disk change some that have not been
// sent.
func (l *lane) waitsForOthers(k *kindState) bool {
	for _, first := range l.kinds {
		if !k.follows(first) {
			continue
		}
		if r := first.waiting.first; first.counts.Spooled > 0 || r != nil && r.seq < k.disk.spilledTo {
			return true
		}
	}
	return false
}

// maxProbes bounds how many requests in a row look for the record that makes the
// server fail.
const maxProbes = 16

// replay sends a request's worth of the records of a kind that are on disk, and more
// if there is one among them that makes the server fail.
func (l *lane) replay(k *kindState) {
	l.turn = false
	ok := l.replayOnce(k)
	for n := 1; ok && l.probe.active && n < maxProbes; n++ {
		ok = l.replayOnce(k)
	}
	l.judgeSuspects(k)
	l.finish()
}

func (l *lane) replayOnce(k *kindState) (ok bool) {
	p := l.p
	p.mu.Lock()
	items := k.items
	if k.paused() {
		items = 1 // enough to learn whether it goes on
	}
	if items = l.grant(k, items); items == 0 {
		p.mu.Unlock()
		return false
	}
	room := p.opts.MaxBytes - p.bytes
	size := min(room/2, p.opts.MaxBytes/spillShare, int64(k.bytes), maxReplayBytes)
	p.mu.Unlock()
	if size <= 0 {
		l.replayLater(k, nil)
		return false
	}
	entries, err := k.disk.stream.Next(items, int(size))
	if len(entries) == 0 {
		l.replayLater(k, err)
		return false
	}
	batch := l.load(k, entries)
	if len(batch) == 0 {
		return false
	}
	_, ok = l.send(k, batch)
	return ok
}

// replayLater notes that nothing could be read.
func (l *lane) replayLater(k *kindState, err error) {
	p := l.p
	p.mu.Lock()
	defer p.mu.Unlock()
	k.disk.next = time.Now().Add(min(firstReplayWait<<min(k.disk.empty, 8), lastReplayWait))
	k.disk.empty++
	if err != nil {
		p.spoolFailures++
		p.spoolError = err
		p.tellLater(diskEvent{err: err})
	}
}

// load makes records of what was read, and puts them in flight. What the memory has no
// room for goes back.
func (l *lane) load(k *kindState, entries []spool.Entry) []*record {
	p := l.p
	batch := make([]*record, len(entries))
	for i, e := range entries {
		data := p.memory.get(len(e.Data) + 1)
		data[0] = ','
		copy(data[1:], e.Data)
		batch[i] = &record{
			kind: k, key: e.Key, path: e.Path, group: e.Group, data: data, weight: e.Weight,
			seq:  firstReplayed + uint64(i),
			disk: &place{tokens: []spool.Token{e.Token}, replayed: true},
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isDead() {
		return nil
	}
	k.disk.empty = 0
	fit := 0
	for _, r := range batch {
		// One that is larger than the memory may have it all.
		if p.bytes+r.cost() > p.opts.MaxBytes && (fit > 0 || p.bytes > 0) {
			break
		}
		p.bytes += r.cost()
		r.suspicion = k.disk.suspicions[r.disk.tokens[0]]
		fit++
	}
	for _, r := range batch[fit:] {
		k.disk.back = append(k.disk.back, r.disk.tokens...)
	}
	batch = batch[:fit]
	if fit == 0 {
		k.disk.next = time.Now().Add(firstReplayWait)
	}
	l.flight = batch
	return batch
}

// giveBack lets a record be read again that was read in vain. The lock is held.
func (l *lane) giveBack(r *record) {
	d := &r.kind.disk
	l.p.bytes -= r.cost()
	if r.suspicion.since != 0 {
		d.suspect(r.disk.tokens[0], r.suspicion)
	}
	d.back = append(d.back, r.disk.tokens...)
}

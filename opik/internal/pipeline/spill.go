package pipeline

import (
	"slices"

	"github.com/opik-go/sdk/opik/internal/spool"
)

// choice says which waiting records of a lane are to go to disk.
type choice struct {
	// bytes is about how many, but at least one record; 0 is all.
	bytes int64
	// kinds excludes kinds; nil is none.
	kinds func(*kindState) bool
	// stored: only what is there already, and need not be written.
	stored bool
}

// spillShare is the part of the memory that is freed at once, when it is full.
const spillShare = 8

// spillOldest moves the records that wait longest to disk, if the policy is to do so;
// under any policy those that need not be written. It returns false if that gave no
// room. The lock is held, and released meanwhile.
func (p *Pipeline) spillOldest(need int64) bool {
	write := p.mayWrite(Spill)
	if p.spool == nil || !write && !p.opts.Durable {
		return false
	}
	oldest := p.oldestWaiting()
	if oldest == nil {
		// Maybe others are at it; their lane is free when they have finished.
		for _, l := range p.lanes {
			if l.isMoving() {
				p.mu.Unlock()
				l.waitForDisk()
				p.mu.Lock()
				return true
			}
		}
		return false
	}
	l := oldest.kind.lane
	p.mu.Unlock()
	moved := l.toDisk(choice{bytes: max(need, p.opts.MaxBytes/spillShare), stored: !write})
	p.mu.Lock()
	return moved
}

// waitForDisk returns when nobody moves records of the lane to disk.
func (l *lane) waitForDisk() {
	l.disk.Lock()
	defer l.disk.Unlock()
}

func (l *lane) isMoving() bool {
	for _, k := range l.kinds {
		if len(k.disk.moving) > 0 {
			return true
		}
	}
	return false
}

// toDisk moves waiting records to disk, the oldest first. It returns whether any of
// them has left the memory. It is called without the lock, by any goroutine.
func (l *lane) toDisk(c choice) (moved bool) {
	l.disk.Lock() // records of a kind reach the disk in their order
	defer l.disk.Unlock()
	p := l.p
	p.mu.Lock()
	l.choose(c)
	kinds := slices.Clone(l.kinds)
	p.mu.Unlock()
	for _, k := range kinds {
		if l.move(k) {
			moved = true
		}
	}
	return moved
}

// choose takes records out of their lists. The lock is held, and released now and
// then.
func (l *lane) choose(c choice) {
	size := int64(0)
	for n := 1; !l.p.isDead(); n++ {
		var oldest *record
		for _, k := range l.kinds {
			r := k.waiting.first
			if r == nil || c.kinds != nil && !c.kinds(k) || c.stored && !r.stored() {
				continue
			}
			if oldest == nil || r.seq < oldest.seq {
				oldest = r
			}
		}
		if oldest == nil || size > 0 && c.bytes > 0 && size+oldest.cost() > c.bytes {
			return
		}
		size += oldest.cost()
		l.take(oldest)
		d := &oldest.kind.disk
		d.moving = append(d.moving, oldest)
		if n%stride == 0 {
			l.breathe()
		}
	}
}

// writing is a record that is being written.
type writing struct {
	at  *place
	old []spool.Token
}

// move writes the moving records of a kind, as far as they are not on disk, and lets
// go of them. It returns false if none of them has left the memory. The lane's disk
// lock is held.
func (l *lane) move(k *kindState) (moved bool) {
	p := l.p
	p.mu.Lock()
	moving := k.disk.moving
	if len(moving) == 0 || p.gaveUp {
		p.mu.Unlock()
		return false
	}
	pinned, fresh := l.unwritten(k, moving)
	recs, pins := l.begin(pinned)
	for _, r := range fresh {
		recs = append(recs, r.spoolRecord())
	}
	p.mu.Unlock()

	var tokens []spool.Token
	var err error
	if len(recs) > 0 {
		tokens, err = k.disk.stream.Append(true, recs...)
	}

	p.mu.Lock()
	if len(recs) > 0 {
		p.wrote(err)
	}
	tokens = k.end(pins, tokens)
	if p.gaveUp {
		p.mu.Unlock()
		return false
	}
	failed := fresh[len(tokens):]
	if len(failed) > 0 {
		moving = moving[:slices.Index(moving, failed[0])]
	}
	var leaving, old []spool.Token
	for _, r := range moving {
		if len(fresh) > 0 && fresh[0] == r {
			if r.disk != nil {
				old = append(old, r.disk.tokens...)
			}
			leaving = append(leaving, tokens[0])
			fresh, tokens = fresh[1:], tokens[1:]
		} else {
			leaving = append(leaving, r.disk.tokens...)
		}
		if r.suspicion.since != 0 {
			k.disk.suspect(leaving[len(leaving)-1], r.suspicion)
		}
		k.counts.Queued -= r.weight
		k.counts.Spooled += r.weight
		p.bytes -= r.cost()
		k.disk.spilledTo = max(k.disk.spilledTo, r.seq)
		p.recycle(r)
	}
	rest := k.disk.moving[len(moving):]
	k.disk.moving = nil
	for _, r := range slices.Backward(rest) {
		l.restore(r)
	}
	if len(recs) > 0 && p.opts.Durable && !k.Versioned {
		// What follows was written before these, and has to be after them.
		for r := k.waiting.first; r != nil; r = r.next {
			if r.stored() {
				r.disk.partial = true
			}
		}
	}
	p.released()
	l.backlogged()
	p.mu.Unlock()
	k.disk.stream.Release(leaving...)
	k.disk.stream.Done(old...)
	return len(leaving) > 0
}

// unwritten returns which of the moving records of a kind have to be written, and
// which in flight have to be before them, so that these come first if they come back.
// The lock is held.
func (l *lane) unwritten(k *kindState, moving []*record) (pinned, fresh []*record) {
	if k.Versioned {
		for _, r := range moving {
			if !r.stored() {
				fresh = append(fresh, r)
			}
		}
		return nil, fresh
	}
	behind := false
	for _, r := range l.flying() {
		if r.kind == k && !r.replayed() {
			if behind = behind || !r.stored(); behind {
				pinned = append(pinned, r)
			}
		}
	}
	for _, r := range moving {
		if behind = behind || !r.stored(); behind {
			fresh = append(fresh, r)
		}
	}
	return pinned, fresh
}

// begin and end are what happens to records that are written and stay in memory. The
// lock is held.
func (l *lane) begin(pinned []*record) (recs []spool.Record, pins []writing) {
	for _, r := range pinned {
		at, old := r.beginWriting()
		pins = append(pins, writing{at, old})
		recs = append(recs, r.spoolRecord())
	}
	return recs, pins
}

// end returns the tokens that are not those of pins.
func (k *kindState) end(pins []writing, tokens []spool.Token) (rest []spool.Token) {
	for _, w := range pins {
		var token spool.Token
		if len(tokens) > 0 {
			token, tokens = tokens[0], tokens[1:]
		}
		k.disk.done = append(k.disk.done, w.at.endWriting(token, w.old)...)
	}
	return tokens
}

// writeNew writes a record that is being added. It stays held until it is released.
// The lock is held, and released meanwhile.
func (p *Pipeline) writeNew(k *kindState, key, path, group string, data []byte) (*place, error) {
	l := k.lane
	rec := spool.Record{Kind: k.Name, Key: key, Path: path, Group: group, Weight: 1, Data: data[1:]}
	ordered := !k.Versioned && (k.disk.bare || !p.opts.Durable)
	p.mu.Unlock()
	var tokens []spool.Token
	var err error
	if ordered {
		tokens, err = l.writeAfter(k, rec)
	} else {
		tokens, err = k.disk.stream.Append(true, rec)
	}
	p.mu.Lock()
	p.wrote(err)
	if len(tokens) == 0 {
		k.disk.bare = true
		return nil, notDurable(err)
	}
	return &place{tokens: tokens}, nil
}

// writeAfter writes a record, and before it those of its kind in memory that are not
// on disk: so they keep their order whatever becomes of them.
func (l *lane) writeAfter(k *kindState, rec spool.Record) ([]spool.Token, error) {
	l.disk.Lock()
	defer l.disk.Unlock()
	p := l.p
	p.mu.Lock()
	var pinned []*record
	behind := false
	pin := func(r *record) {
		if r.kind == k && !r.replayed() {
			if behind = behind || !r.stored(); behind {
				pinned = append(pinned, r)
			}
		}
	}
	for _, r := range l.flying() {
		pin(r)
	}
	for r := k.waiting.first; r != nil; r = r.next {
		pin(r)
	}
	recs, pins := l.begin(pinned)
	k.disk.bare = false // until another one fails
	p.mu.Unlock()
	tokens, err := k.disk.stream.Append(true, append(recs, rec)...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(tokens) < len(recs)+1 {
		k.disk.bare = true
	}
	return k.end(pins, tokens), err
}

// finish tells the streams what was delivered, rejected, dropped or is to be read
// again. It is called without the lock, by the lane.
func (l *lane) finish() {
	p := l.p
	if p.spool == nil {
		return
	}
	for i := 0; ; i++ {
		p.mu.Lock()
		if i >= len(l.kinds) {
			p.mu.Unlock()
			return
		}
		d := &l.kinds[i].disk
		stream, done, back := d.stream, d.done, d.back
		d.done, d.back = nil, nil
		p.mu.Unlock()
		if len(done) > 0 {
			stream.Done(done...)
		}
		if len(back) > 0 {
			stream.Return(back...)
		}
	}
}

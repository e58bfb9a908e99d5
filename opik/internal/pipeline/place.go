package pipeline

import (
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/internal/spool"
)

// place says where on disk a record lies that is in memory too.
type place struct {
	// tokens are those of all records on disk that this one stands for.
	tokens []spool.Token
	// partial: what they hold is not all of the record, or has the wrong order among
	// others; so it has to be written before it can leave the memory.
	partial bool
	// writing: it is being written just now. over: it had its verdict meanwhile.
	writing, over bool
	// replayed: it was read back, and counts as spooled until it has a verdict.
	replayed bool
}

// onDisk is what the pipeline knows of the records of a kind that are on disk.
type onDisk struct {
	stream *spool.Stream
	// moving holds records on their way to disk, in order. They are queued, and
	// neither waiting nor in flight.
	moving []*record
	// bare: there may be records in memory that are not on disk, as durable ones
	// should be.
	bare bool
	// spilledTo is the greatest seq of a record that went to disk.
	spilledTo uint64
	// done and back are to be given to the stream when the lock is released: what
	// had its verdict, and what was read back in vain.
	done, back []spool.Token
	// suspicions are those of records that were read back.
	suspicions map[spool.Token]suspicion
	// empty counts the reads in a row that gave nothing; next is when to read again.
	empty int
	next  time.Time
}

// stored reports whether all of the record is on disk, in its place.
func (r *record) stored() bool {
	return r.disk != nil && len(r.disk.tokens) > 0 && !r.disk.partial && !r.disk.writing
}

func (r *record) replayed() bool { return r.disk != nil && r.disk.replayed }

// joinPlace notes that another record has become part of r, which is at o.
func (r *record) joinPlace(o *place) {
	switch {
	case r.disk == nil && o == nil:
	case r.disk == nil:
		r.disk = &place{tokens: o.tokens, partial: true}
		r.kind.disk.bare = true
	case o == nil:
		r.disk.partial = true
		r.kind.disk.bare = true
	default:
		r.disk.tokens = append(r.disk.tokens, o.tokens...)
		r.disk.partial = r.disk.partial || o.partial
	}
}

// joinable reports whether r may become part of another record: not while somebody
// writes to its place.
func (r *record) joinable() bool { return r.disk == nil || !r.disk.writing }

// leaveDisk is called when a record has its verdict. The lock is held.
func (r *record) leaveDisk() {
	d := r.disk
	if d == nil {
		return
	}
	k := &r.kind.disk
	if d.replayed && len(k.suspicions) > 0 {
		delete(k.suspicions, d.tokens[0])
	}
	k.done = append(k.done, d.tokens...)
	d.tokens, d.over = nil, true
}

// beginWriting makes a place for r whose content is about to be written, and returns
// the tokens that are of no use once it is. The data must not change from now on.
func (r *record) beginWriting() (at *place, old []spool.Token) {
	if r.disk == nil {
		r.disk = new(place)
	}
	at = r.disk
	old, at.tokens = at.tokens, nil
	at.writing, at.partial = true, false
	r.shared = true
	return at, old
}

// endWriting returns the tokens of records that are of no use any more. token is that
// of what was written, and zero if that failed.
func (at *place) endWriting(token spool.Token, old []spool.Token) (unused []spool.Token) {
	at.writing = false
	switch {
	case token == (spool.Token{}):
		at.partial = true
		if at.over {
			return old
		}
		at.tokens = append(slices.Clone(old), at.tokens...)
		return nil
	case at.over:
		return append(slices.Clone(old), token)
	}
	at.tokens = append([]spool.Token{token}, at.tokens...)
	return old
}

// spoolRecord is what is written of r.
func (r *record) spoolRecord() spool.Record {
	return spool.Record{Kind: r.kind.Name, Key: r.key, Path: r.path, Group: r.group, Weight: r.weight, Data: r.data[1:]}
}

// restore makes a record wait again, in its order. One that was accepted meanwhile
// for the same entity is merged. The lock is held.
func (l *lane) restore(r *record) {
	p, k := l.p, r.kind
	later := k.mergeTarget(r.key, r.path)
	if later != nil && later.joinable() {
		if merged, ok := k.combine(r.data, later.data); ok && len(merged) <= p.opts.MaxRecordBytes {
			l.take(later)
			p.bytes -= r.cost() + later.cost()
			r.data = merged
			r.weight += later.weight
			r.joinPlace(later.disk)
			p.bytes += r.cost()
			p.recycle(later)
			later = nil
		}
	}
	k.waiting.insert(r)
	if later == nil {
		k.remember(r)
	}
	l.records++
	l.bytes += len(r.data)
}

// suspect remembers what speaks against a record that leaves the memory.
func (d *onDisk) suspect(t spool.Token, s suspicion) {
	if d.suspicions == nil {
		d.suspicions = make(map[spool.Token]suspicion)
	}
	d.suspicions[t] = s
}

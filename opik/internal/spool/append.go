package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// maxBatch is the size at which a batch takes no further records.
const maxBatch = 4 << 20

// batch is what is written and synced at once, for all who append meanwhile.
type batch struct {
	buf    []byte
	meta   []meta
	tokens []Token
	done   bool
	err    error
	users  int // who have not looked at the outcome yet
}

// meta is what the index needs of a record.
type meta struct {
	kind   int
	weight int64
	group  uint64
	time   int64
	held   bool
}

// Append writes records and returns when they are as durable as the policy demands.
// With hold they stay with the caller too: Next does not give them before Release.
// Records have the order of their calls. The tokens are those of the records that
// are on disk, from the first one; if they are fewer, the error says why: it wraps
// [ErrClosed], [ErrFull], [ErrTooLarge] or an error of the disk. Nothing of recs is
// kept.
func (s *Stream) Append(hold bool, recs ...Record) ([]Token, error) {
	tokens := make([]Token, 0, len(recs))
	for len(recs) > 0 {
		if err := check(&recs[0]); err != nil {
			return tokens, err
		}
		n, bytes := 1, payloadBound(&recs[0])
		for n < len(recs) && check(&recs[n]) == nil && bytes+payloadBound(&recs[n]) <= maxBatch {
			bytes += payloadBound(&recs[n])
			n++
		}
		var err error
		if tokens, err = s.join(tokens, hold, recs[:n]); err != nil {
			return tokens, err
		}
		recs = recs[n:]
	}
	return tokens, nil
}

func check(r *Record) error {
	if len(r.Kind) > maxName || len(r.Group) > maxName {
		return fmt.Errorf("%w: its kind has %d bytes and its group %d, the limit is %d", ErrTooLarge, len(r.Kind), len(r.Group), maxName)
	}
	if n := payloadBound(r); n > maxRecord {
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, n, maxRecord)
	}
	return nil
}

// join adds records to the batch that is gathering, and writes it if nobody else
// will.
func (s *Stream) join(tokens []Token, hold bool, recs []Record) ([]Token, error) {
	sp := s.sp
	sp.mu.Lock()
	for s.gathering != nil && len(s.gathering.buf) >= maxBatch && !sp.closed {
		sp.idle.Wait()
	}
	if sp.closed {
		sp.mu.Unlock()
		return tokens, ErrClosed
	}
	b := s.gathering
	if b == nil {
		b = s.newBatch()
		s.gathering = b
	}
	first := len(b.meta)
	now := sp.o.Now()
	for i := range recs {
		s.gather(b, &recs[i], hold, now)
	}
	b.users++
	var lost losses
	for !b.done {
		if s.writing {
			sp.idle.Wait()
			continue
		}
		s.writing, s.gathering = true, nil
		sp.mu.Unlock()
		lost = append(lost, s.write(b)...)
		sp.mu.Lock()
		s.writing, b.done = false, true
		sp.idle.Broadcast()
	}
	err := b.err
	if err == nil {
		tokens = append(tokens, b.tokens[first:first+len(recs)]...)
	}
	if b.users--; b.users == 0 {
		s.keep(b)
	}
	sp.mu.Unlock()
	sp.tell(lost)
	return tokens, err
}

func (s *Stream) newBatch() *batch {
	if b := s.spare; b != nil {
		s.spare = nil
		return b
	}
	return new(batch)
}

// keep keeps the memory of a batch for another one, unless it is large.
func (s *Stream) keep(b *batch) {
	if cap(b.buf) <= maxBatch/4 {
		*b = batch{buf: b.buf[:0], meta: b.meta[:0], tokens: b.tokens[:0]}
		s.spare = b
	}
}

func (s *Stream) gather(b *batch, r *Record, hold bool, now time.Time) {
	rec := *r
	rec.Weight = clampWeight(rec.Weight)
	if rec.Time.IsZero() {
		rec.Time = now
	}
	b.buf = appendFrame(b.buf, &rec)
	b.meta = append(b.meta, meta{
		kind: s.sp.kinds.learn(rec.Kind), weight: rec.Weight, group: s.sp.evicted.hash([]byte(rec.Group)),
		time: rec.Time.UnixNano(), held: hold,
	})
}

// write writes a batch, by the only goroutine that writes the stream.
func (s *Stream) write(b *batch) losses {
	sp := s.sp
	lost := sp.expire(s)
	more, err := sp.makeRoom(s, int64(len(b.buf)))
	lost = append(lost, more...)
	if err != nil {
		b.err = err
		return lost
	}
	g, err := s.toWrite()
	if err == nil {
		err = s.writeTo(g, b)
	}
	if err != nil {
		b.err = fmt.Errorf("spool: %w", err)
		sp.note(err)
	}
	return lost
}

// toWrite returns the segment that is written to next.
func (s *Stream) toWrite() (*segment, error) {
	sp := s.sp
	sp.mu.Lock()
	g := s.active
	full := g != nil && g.size >= sp.o.SegmentBytes
	sp.mu.Unlock()
	if full {
		// What the interval has not synced yet must be, for nobody else will.
		s.seal(sp.o.Sync != Never)
		g = nil
	}
	if g != nil {
		return g, nil
	}
	g, err := s.begin()
	if errors.Is(err, fs.ErrNotExist) {
		// Somebody has removed the folder.
		sp.forget()
		g, err = s.begin()
	}
	return g, err
}

// begin begins a segment.
func (s *Stream) begin() (*segment, error) {
	sp := s.sp
	h, err := sp.ownHome()
	if err != nil {
		return nil, err
	}
	sp.mu.Lock()
	h.seq++
	h.created = max(h.created+1, sp.o.Now().UnixNano())
	path, created := h.segmentPath(h.seq, s.name), h.created
	h.segments++ // so that nobody removes the folder
	sp.mu.Unlock()
	file, err := sp.create(h, path, created)
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if err != nil {
		h.segments--
		return nil, err
	}
	g := &segment{stream: s, home: h, path: path, created: created, size: headerSize, fromOff: headerSize}
	s.segs = append(s.segs, g)
	s.active, s.file = g, file
	sp.bytes += g.size
	return g, nil
}

// create creates the file of a segment, or nothing.
func (sp *Spool) create(h *home, path string, created int64) (File, error) {
	file, err := sp.o.FS.Create(path)
	if err != nil {
		return nil, err
	}
	_, err = writeAll(file, appendHeader(nil, created, sp.dest))
	if err == nil && sp.o.Sync != Never {
		err = sp.o.FS.SyncDir(h.dir)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close(), sp.o.FS.Remove(path))
	}
	return file, nil
}

func writeAll(f File, b []byte) (int, error) {
	n, err := f.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, err
}

// writeTo writes a batch to the active segment and enters it in the index. After a
// failure the segment is closed: what follows a torn record would be hard to find.
func (s *Stream) writeTo(g *segment, b *batch) error {
	sp := s.sp
	sp.mu.Lock()
	next, off := uint32(len(g.index)), g.size
	file := s.file
	sp.mu.Unlock()
	seed := sp.dest.seed()
	b.tokens = b.tokens[:0]
	at := uint32(off)
	for i, rest := 0, b.buf; i < len(b.meta); i++ {
		b.tokens = append(b.tokens, Token{seg: g, group: b.meta[i].group, index: next + uint32(i), off: at})
		before := len(rest)
		rest = seal(rest, next+uint32(i), seed)
		at += uint32(before - len(rest))
	}
	_, err := writeAll(file, b.buf)
	if err == nil && sp.o.Sync == Always {
		err = file.Sync()
	}
	if err != nil {
		// Without the cut, another process may take the records for appended ones and
		// give them. That does no harm, but it is more than was promised.
		return errors.Join(err, file.Truncate(off), s.abandon(g))
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, m := range b.meta {
		st := free
		if m.held {
			st = held
		}
		g.add(st, m.kind, m.weight)
		sp.kinds.sums[m.kind][st] += m.weight
		g.newest = max(g.newest, m.time)
	}
	g.size += int64(len(b.buf))
	sp.bytes += int64(len(b.buf))
	sp.totals.Appended += int64(len(b.meta))
	if sp.o.Sync > 0 {
		s.dirty = true
		sp.armSync()
	}
	return nil
}

// seal ends the active segment. It is called by who writes the stream.
func (s *Stream) seal(sync bool) {
	sp := s.sp
	sp.mu.Lock()
	g, file := s.active, s.file
	sync = sync && s.dirty
	s.active, s.file, s.dirty = nil, nil, false
	remove := g != nil && sp.retire(g)
	sp.mu.Unlock()
	if file == nil {
		return
	}
	if sync && !remove {
		sp.note(file.Sync())
	}
	sp.note(file.Close())
	if remove {
		sp.discard(g)
	}
}

// abandon ends the active segment after a failure.
func (s *Stream) abandon(g *segment) error {
	sp := s.sp
	sp.mu.Lock()
	file := s.file
	s.active, s.file, s.dirty = nil, nil, false
	remove := sp.retire(g)
	sp.mu.Unlock()
	err := file.Close()
	if remove {
		sp.discard(g)
	}
	return err
}

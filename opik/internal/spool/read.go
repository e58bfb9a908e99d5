package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// reader is the segment that is being read.
type reader struct {
	seg  *segment
	file File
	*frames
}

func (r *reader) close() error {
	file := r.file
	*r = reader{}
	if file == nil {
		return nil
	}
	return file.Close()
}

// Next takes the oldest records that wait, at most so many and so many bytes of data
// but at least one, if there is one. Each is to be returned or done. An error may
// come with records, and says that others cannot be read now; they are tried again
// later.
func (s *Stream) Next(maxRecords, maxBytes int) ([]Entry, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	var entries []Entry
	var errs []error
	s.sp.tell(s.sp.expire(nil))
	for maxRecords > 0 && maxBytes > 0 {
		g, err := s.toRead()
		if err != nil {
			return nil, err
		}
		if g == nil {
			break
		}
		before := len(entries)
		entries, err = s.readFrom(g, entries, maxRecords, maxBytes)
		for _, e := range entries[before:] {
			maxRecords--
			maxBytes -= len(e.Data)
		}
		if err != nil {
			errs = append(errs, s.setAside(g, err))
		}
	}
	return entries, errors.Join(errs...)
}

// toRead returns the oldest segment with free records, or nil.
func (s *Stream) toRead() (*segment, error) {
	sp := s.sp
	now := sp.o.Now()
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.closed {
		return nil, ErrClosed
	}
	for _, g := range s.segs {
		if g.count[free] > 0 && !g.evicting && !g.retry.After(now) {
			return g, nil
		}
	}
	return nil, nil
}

// setAside leaves a segment alone for a while whose file cannot be read.
func (s *Stream) setAside(g *segment, err error) error {
	sp := s.sp
	sp.note(errors.Join(err, s.reader.close()))
	sp.mu.Lock()
	g.failures++
	g.retry = later(sp.o.Now(), g.failures)
	sp.mu.Unlock()
	return fmt.Errorf("spool: %w", err)
}

// readFrom takes the free records of a segment.
func (s *Stream) readFrom(g *segment, entries []Entry, maxRecords, maxBytes int) ([]Entry, error) {
	sp := s.sp
	var lost losses
	marks := make(map[*segment][]uint32)
	defer func() {
		sp.mu.Lock()
		sp.calm()
		work := sp.afterwards(marks)
		sp.mu.Unlock()
		for _, j := range work {
			if j.remove && s.reader.seg == j.seg {
				sp.note(s.reader.close()) // some systems do not remove open files
			}
		}
		sp.carryOut(work)
		sp.tell(lost)
	}()
	if s.reader.seg != g {
		if err := s.reader.close(); err != nil {
			sp.note(err)
		}
		file, err := sp.o.FS.Open(g.path)
		if errors.Is(err, fs.ErrNotExist) {
			sp.mu.Lock()
			marks[g] = sp.loseRest(g, 0, uint32(len(g.index)), &lost)
			sp.mu.Unlock()
			return entries, nil
		}
		if err != nil {
			return entries, err
		}
		s.reader = reader{seg: g, file: file, frames: newFrames(file, 0, sp.dest)}
	}
	for maxRecords > 0 && maxBytes > 0 {
		sp.mu.Lock()
		s.reader.size = g.size
		i, off := g.from, int64(g.fromOff)
		stop := g.count[free] == 0 || g.gone || g.evicting || sp.closed
		sp.mu.Unlock()
		if stop {
			break
		}
		s.reader.budget = 16*s.reader.size + 1<<20
		h, payload, ok, err := s.reader.read(off)
		if err != nil {
			return entries, err
		}
		if !ok || h.index != i {
			if marks[g], err = s.skipDamage(g, i, off, marks[g], &lost); err != nil {
				return entries, err
			}
			continue
		}
		e, took := s.take(g, h, off, payload, marks, &lost)
		if took {
			maxRecords--
			maxBytes -= len(e.Data)
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// take takes the record that was read, if it is still free, and goes on to the next.
func (s *Stream) take(g *segment, h head, off int64, payload []byte, marks map[*segment][]uint32, lost *losses) (e Entry, took bool) {
	sp := s.sp
	raw, ok := rawRecord{}, h.version == formatVersion
	if ok {
		raw, ok = parsePayload(payload)
	}
	now := sp.o.Now()
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if g.from != h.index {
		return e, false // an earlier one was freed meanwhile
	}
	g.from, g.fromOff, g.failures = h.index+1, uint32(off+h.frame()), 0
	if g.gone || g.evicting || g.state(h.index) != free {
		if g.evicting {
			g.from, g.fromOff = h.index, uint32(off)
		}
		return e, false
	}
	group := sp.evicted.hash(raw.group)
	why := sp.evicted.why(group)
	switch {
	case !ok:
		why = LostDamage
		sp.totals.QuarantinedRecords++
	case why == "" && raw.time < now.Add(-sp.o.MaxAge).UnixNano():
		why = LostAge
		sp.evicted.add(group, why)
	}
	if why != "" {
		sp.lose(g, h.index, why, lost)
		marks[g] = append(marks[g], h.index)
		return e, false
	}
	sp.move(g, h.index, taken)
	e.Token = Token{seg: g, group: group, index: h.index, off: uint32(off)}
	kind := sp.kinds.names[g.kind(h.index)]
	if kind != string(raw.kind) {
		kind = string(raw.kind) // one of more kinds than have numbers
	}
	e.Record = raw.copied(kind)
	return e, true
}

// skipDamage goes on after a damaged stretch, whose free records are lost.
func (s *Stream) skipDamage(g *segment, i uint32, off int64, marks []uint32, lost *losses) ([]uint32, error) {
	sp := s.sp
	at, found, err := s.reader.resync(off, i)
	if err != nil {
		return marks, err
	}
	next := uint32(0)
	if found {
		h, _, ok, err := s.reader.read(at)
		if err != nil {
			return marks, err
		}
		found, next = ok, h.index
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if g.from != i || g.evicting || g.gone {
		return marks, nil
	}
	if !found || next > uint32(len(g.index)) {
		next, at = uint32(len(g.index)), g.size
	}
	marks = append(marks, sp.loseRest(g, i, next, lost)...)
	g.from, g.fromOff = next, uint32(at)
	return marks, nil
}

// loseRest loses the free records of a stretch to damage. The lock is held.
func (sp *Spool) loseRest(g *segment, from, to uint32, lost *losses) (marks []uint32) {
	g.damaged = true
	for i := from; i < to; i++ {
		if g.state(i) == free {
			sp.lose(g, i, LostDamage, lost)
			sp.totals.QuarantinedRecords++
			marks = append(marks, i)
		}
	}
	return marks
}

// expire loses what has reached its age, in whole segments.
func (sp *Spool) expire(writer *Stream) losses {
	limit := sp.o.Now().Add(-sp.o.MaxAge).UnixNano()
	if !sp.anyOlder(limit) {
		return nil
	}
	sp.evicting.Lock()
	defer sp.evicting.Unlock()
	var lost losses
	for {
		g := sp.victim(writer, func(g *segment) bool { return g.newest < limit })
		if g == nil {
			return lost
		}
		lost = append(lost, sp.evict(g, LostAge)...)
	}
}

func (sp *Spool) anyOlder(limit int64) bool {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	for _, s := range sp.streams {
		for _, g := range s.segs {
			if g.newest < limit && g.count[free] > 0 {
				return true
			}
		}
	}
	return false
}

// oldest returns when the oldest segment with records was begun; zero for none.
// The lock is held.
func (sp *Spool) oldest() (at time.Time) {
	for _, s := range sp.streams {
		for _, g := range s.segs {
			if t := time.Unix(0, g.created); g.open() > 0 && (at.IsZero() || t.Before(at)) {
				at = t
			}
		}
	}
	return at
}

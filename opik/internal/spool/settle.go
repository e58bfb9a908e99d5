package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"time"
)

// Done says that records need not be kept: they were delivered, or given up. What
// is not open is ignored. It does not wait for the disk to sync: a loss of power may
// bring records back.
func (s *Stream) Done(tokens ...Token) { s.settle(tokens, nil) }

// settle settles the records and, under the same lock, whatever else does.
func (s *Stream) settle(tokens []Token, also func(*losses) []Token) {
	sp := s.sp
	var lost losses
	sp.mu.Lock()
	if sp.closed {
		sp.mu.Unlock()
		return
	}
	marks := make(map[*segment][]uint32)
	for _, t := range tokens {
		if t.open(s) {
			sp.move(t.seg, t.index, settled)
			marks[t.seg] = append(marks[t.seg], t.index)
		}
	}
	if also != nil {
		for _, t := range also(&lost) {
			marks[t.seg] = append(marks[t.seg], t.index)
		}
	}
	sp.calm()
	work := sp.afterwards(marks)
	sp.mu.Unlock()
	sp.carryOut(work)
	sp.tell(lost)
}

// open says whether the token is that of a record of the stream that is not done.
func (t Token) open(s *Stream) bool {
	return t.seg != nil && t.seg.stream == s && !t.seg.gone && t.seg.state(t.index) != settled
}

// Return says that records were not delivered: Next gives them again.
func (s *Stream) Return(tokens ...Token) { s.free(taken, tokens) }

// Release says that records are not in memory any more: Next gives them now.
func (s *Stream) Release(tokens ...Token) { s.free(held, tokens) }

func (s *Stream) free(from state, tokens []Token) {
	s.settle(nil, func(lost *losses) (settled []Token) {
		sp := s.sp
		for _, t := range tokens {
			if !t.open(s) || t.seg.state(t.index) != from {
				continue
			}
			if why := sp.evicted.why(t.group); why != "" {
				sp.lose(t.seg, t.index, why, lost)
				settled = append(settled, t)
				continue
			}
			sp.lower(t.seg, t)
		}
		return settled
	})
}

// calm forgets which groups are being lost, once nothing waits. The lock is held.
func (sp *Spool) calm() {
	if len(sp.evicted.order) == 0 {
		return
	}
	for k := range sp.kinds.names {
		if s := sp.kinds.sums[k]; s[free]+s[held]+s[taken] > 0 {
			return
		}
	}
	sp.evicted.reset()
}

// job is what is to be done on disk for a segment with newly settled records.
type job struct {
	seg    *segment
	marks  []uint32
	remove bool
	file   File // to be closed first
}

// afterwards decides it. The lock is held.
func (sp *Spool) afterwards(marks map[*segment][]uint32) []job {
	var jobs []job
	for g, indices := range marks {
		j := job{seg: g, marks: indices}
		// A large segment that is done need not wait until it is full.
		if s := g.stream; s.active == g && g.open() == 0 && !s.writing && g.size >= sp.o.SegmentBytes/4 {
			j.file = s.file
			s.active, s.file, s.dirty = nil, nil, false
		}
		j.remove = sp.retire(g)
		jobs = append(jobs, j)
	}
	return jobs
}

func (sp *Spool) carryOut(jobs []job) {
	for _, j := range jobs {
		if j.file != nil {
			sp.note(j.file.Close())
		}
		if j.remove {
			sp.discard(j.seg)
		} else {
			sp.mark(j.seg, j.marks)
		}
	}
}

// retire takes a segment out of its stream if it is of no further use. The caller
// discards it then. The lock is held.
func (sp *Spool) retire(g *segment) bool {
	if g.open() > 0 || g.gone || g.stream.active == g || g.evicting {
		return false
	}
	g.gone = true
	g.stream.segs = slices.DeleteFunc(g.stream.segs, func(x *segment) bool { return x == g })
	return true
}

// discard removes the files of a segment, or keeps them aside if it was damaged.
func (sp *Spool) discard(g *segment) {
	h := g.home
	h.files.Lock()
	var err error
	if g.damaged {
		err = sp.putAside(g.path)
	} else {
		err = sp.o.FS.Remove(g.path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// It stays; at least nobody is to read it again.
		sp.note(err)
		sp.note(sp.writeMarks(g, [][2]uint32{{0, uint32(len(g.index))}}))
	} else if err := sp.o.FS.Remove(donePath(g.path)); !errors.Is(err, fs.ErrNotExist) {
		// Only now: a segment without its marks would be given again.
		sp.note(err)
	}
	h.files.Unlock()
	sp.mu.Lock()
	sp.bytes -= g.size
	h.segments--
	last := h.segments == 0 && h.adopted && !sp.closed && sp.homes[h.dir] == h
	if last {
		delete(sp.homes, h.dir)
	}
	sp.mu.Unlock()
	if last {
		sp.note(sp.leave(h))
	}
}

// mark notes on disk which records are done. A failure is only counted: the records
// may be given again after the end of the process.
func (sp *Spool) mark(g *segment, indices []uint32) {
	if len(indices) == 0 {
		return
	}
	slices.Sort(indices)
	var ranges [][2]uint32
	for _, i := range indices {
		if n := len(ranges); n > 0 && ranges[n-1][0]+ranges[n-1][1] == i {
			ranges[n-1][1]++
			continue
		}
		ranges = append(ranges, [2]uint32{i, 1})
	}
	g.home.files.Lock()
	defer g.home.files.Unlock()
	sp.mu.Lock()
	gone := g.gone
	sp.mu.Unlock()
	if !gone {
		sp.note(sp.writeMarks(g, ranges))
	}
}

// A mark is the index of a record, how many are done from there on, and the CRC-32C
// of that: three numbers of four bytes.
const markSize = 12

func (sp *Spool) writeMarks(g *segment, ranges [][2]uint32) error {
	b := make([]byte, 0, len(ranges)*markSize)
	for _, r := range ranges {
		start := len(b)
		b = binary.LittleEndian.AppendUint32(b, r[0])
		b = binary.LittleEndian.AppendUint32(b, r[1])
		b = binary.LittleEndian.AppendUint32(b, crc32.Update(sp.dest.seed(), castagnoli, b[start:]))
	}
	f, err := sp.o.FS.Append(donePath(g.path))
	if err != nil {
		return err
	}
	_, err = writeAll(f, b)
	return errors.Join(err, f.Close())
}

// readMarks settles what the marks of a segment name that is not in use yet. Marks
// that are damaged are passed over, at any offset: a torn one shifts those after it.
func (sp *Spool) readMarks(g *segment, size int64, done func(uint32)) error {
	f, err := sp.o.FS.Open(donePath(g.path))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	seed := sp.dest.seed()
	buf := make([]byte, 0, window)
	for at := int64(0); at < size; {
		buf = buf[:min(int64(cap(buf)), size-at)]
		n, readErr := f.ReadAt(buf, at)
		b := buf[:n]
		for len(b) >= markSize {
			if crc32.Update(seed, castagnoli, b[:8]) != binary.LittleEndian.Uint32(b[8:]) {
				b, at = b[1:], at+1
				continue
			}
			first, count := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
			end := min(uint64(first)+uint64(count), uint64(len(g.index)))
			for i := uint64(first); i < end; i++ {
				g.put(uint32(i), settled)
				done(uint32(i))
			}
			b, at = b[markSize:], at+markSize
		}
		if readErr != nil && readErr != io.EOF {
			err = readErr
			break
		}
		if n < markSize || at+int64(len(b)) >= size {
			break
		}
	}
	return errors.Join(err, f.Close())
}

// later returns when a segment that could not be read is tried again.
func later(now time.Time, failures int) time.Time {
	return now.Add(time.Second << min(failures, 8))
}

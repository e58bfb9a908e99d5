package spool

// makeRoom loses the oldest records until so many bytes fit. writer is the stream
// whose writer calls.
func (sp *Spool) makeRoom(writer *Stream, need int64) (lost losses, err error) {
	need += headerSize // of a segment that may have to be begun
	if sp.fits(need) {
		return nil, nil
	}
	sp.evicting.Lock()
	defer sp.evicting.Unlock()
	for !sp.fits(need) {
		if need > sp.o.MaxBytes {
			return lost, ErrFull
		}
		g := sp.victim(writer, func(*segment) bool { return true })
		if g == nil {
			return lost, ErrFull
		}
		lost = append(lost, sp.evict(g, LostSize)...)
	}
	return lost, nil
}

func (sp *Spool) fits(need int64) bool {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.bytes+need <= sp.o.MaxBytes
}

// victim returns the oldest segment with free records that is not being written to.
// It is not read any more, and does not change but for what Done does.
func (sp *Spool) victim(writer *Stream, fit func(*segment) bool) *segment {
	sp.mu.Lock()
	var oldest *segment
	for _, s := range sp.streams {
		for _, g := range s.segs {
			if g.count[free] == 0 || s.active == g && s.writing && s != writer || !fit(g) {
				continue
			}
			if oldest == nil || g.created < oldest.created {
				oldest = g
			}
		}
	}
	if oldest == nil {
		sp.mu.Unlock()
		return nil
	}
	oldest.evicting = true
	var file File
	sync := false
	if s := oldest.stream; s.active == oldest {
		file, sync = s.file, s.dirty && oldest.count[held] > 0
		s.active, s.file, s.dirty = nil, nil, false
	}
	sp.mu.Unlock()
	if file != nil {
		if sync {
			sp.note(file.Sync())
		}
		sp.note(file.Close())
	}
	return oldest
}

// evict loses the free records of a victim. What later segments have of the same
// groups is lost when it is come to: to look for it now would be to read them all.
func (sp *Spool) evict(g *segment, why Cause) losses {
	groups, err := sp.groups(g)
	sp.note(err) // then they are lost without those that belong to them
	var lost losses
	var marks []uint32
	sp.mu.Lock()
	for i := range uint32(len(g.index)) {
		if g.state(i) == free {
			sp.lose(g, i, why, &lost)
			marks = append(marks, i)
		}
	}
	for _, hash := range groups {
		sp.evicted.add(hash, why)
	}
	g.evicting = false
	sp.calm()
	work := sp.afterwards(map[*segment][]uint32{g: marks})
	sp.mu.Unlock()
	sp.carryOut(work)
	return lost
}

// groups returns the groups of the free records of a segment.
func (sp *Spool) groups(g *segment) (hashes []uint64, err error) {
	file, err := sp.o.FS.Open(g.path)
	if err != nil {
		return nil, err
	}
	err = scan(newFrames(file, g.size, sp.dest), headerSize, func(h head, _ int64, payload []byte) {
		raw, ok := parsePayload(payload)
		if !ok || h.version != formatVersion || int64(h.index) >= int64(len(g.index)) {
			return
		}
		sp.mu.Lock()
		defer sp.mu.Unlock()
		if hash := sp.evicted.hash(raw.group); g.state(h.index) == free {
			if n := len(hashes); n == 0 || hashes[n-1] != hash {
				hashes = append(hashes, hash)
			}
		}
	})
	if e := file.Close(); err == nil {
		err = e
	}
	return hashes, err
}

// scan calls found for each undamaged record from off on, in order.
func scan(f *frames, off int64, found func(h head, off int64, payload []byte)) error {
	next := uint32(0)
	for off+minFrame <= f.size {
		h, payload, ok, err := f.read(off)
		if err != nil {
			return err
		}
		if !ok || h.index < next || h.index >= f.maxIndex() {
			at, ok, err := f.resync(off, next)
			if err != nil || !ok {
				return err
			}
			if at == off {
				return nil // cannot be: the record was refused a moment ago
			}
			off = at
			continue
		}
		found(h, off, payload)
		off += h.frame()
		next = h.index + 1
	}
	return nil
}

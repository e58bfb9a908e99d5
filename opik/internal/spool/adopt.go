package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opik-go/sdk/opik/internal/filelock"
)

// maxEntries bounds how many names of a folder are read at once.
const maxEntries = 1 << 14

// Adopted says what was taken over of a kind.
type Adopted struct {
	Kind string
	// Weight is the sum of the weights of the records, Records their number.
	Weight, Records int64
}

// Adopt takes over the folders of the same destination whose owners are gone, with
// every record that is not done. It may be called again at any time. Folders whose
// owners live, and all else in the shared folder, are left alone. The error names
// folders that could not be read; found is right in any case.
func (sp *Spool) Adopt() (found []Adopted, err error) {
	sp.adopting.Lock()
	defer sp.adopting.Unlock()
	entries, err := sp.o.FS.ReadDir(sp.o.Dir, maxEntries)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		sp.note(err)
		return nil, fmt.Errorf("spool: %w", err)
	}
	sums := make(map[string]Adopted)
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), sp.homePrefix()) {
			continue
		}
		if err := sp.adopt(filepath.Join(sp.o.Dir, e.Name()), sums); err != nil {
			sp.note(err)
			errs = append(errs, fmt.Errorf("spool: adopt: %w", err))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(sums)) {
		found = append(found, sums[kind])
	}
	sp.tell(sp.expire(nil))
	lost, _ := sp.makeRoom(nil, 0) // what is held stays, however much it is
	sp.tell(lost)
	return found, errors.Join(errs...)
}

// adopt takes over one folder, if nobody has it.
func (sp *Spool) adopt(dir string, sums map[string]Adopted) error {
	sp.mu.Lock()
	known, closed := sp.homes[dir] != nil, sp.closed
	sp.mu.Unlock()
	if closed {
		return ErrClosed
	}
	if known {
		return nil
	}
	lock, err := filelock.TryLock(filepath.Join(dir, lockName))
	if errors.Is(err, filelock.ErrLocked) || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	h := &home{dir: dir, lock: lock, adopted: true}
	segments, err := sp.load(h)
	if err != nil {
		return errors.Join(err, lock.Unlock())
	}
	if len(segments) == 0 {
		return sp.leave(h)
	}
	sp.publish(h, segments, sums)
	return nil
}

// publish makes what was loaded part of the spool.
func (sp *Spool) publish(h *home, segments []*segment, sums map[string]Adopted) {
	kinds := make(map[int]Adopted)
	sp.mu.Lock()
	for _, g := range segments {
		for i := range g.index {
			if g.state(uint32(i)) == free {
				k := g.kind(uint32(i))
				kinds[k] = Adopted{sp.kinds.names[k], kinds[k].Weight + g.weight(uint32(i)), kinds[k].Records + 1}
			}
		}
	}
	sp.mu.Unlock()
	for _, a := range kinds {
		sum := sums[a.Kind]
		sums[a.Kind] = Adopted{a.Kind, sum.Weight + a.Weight, sum.Records + a.Records}
		sp.o.Adopted(a.Kind, a.Weight)
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	h.segments = len(segments)
	sp.homes[h.dir] = h
	sp.totals.AdoptedFolders++
	for _, g := range segments {
		for i := range g.index {
			if g.state(uint32(i)) == free {
				sp.kinds.sums[g.kind(uint32(i))][free] += g.weight(uint32(i))
			}
		}
		sp.bytes += g.size
		g.stream.segs = append(g.stream.segs, g)
	}
	for _, s := range sp.streams {
		slices.SortStableFunc(s.segs, func(a, b *segment) int {
			if a.home.adopted != b.home.adopted {
				return map[bool]int{true: -1, false: 1}[a.home.adopted]
			}
			return cmp.Compare(a.created, b.created)
		})
	}
}

// load reads the segments of a folder whose lock is held. They are not in use yet.
func (sp *Spool) load(h *home) ([]*segment, error) {
	entries, err := sp.o.FS.ReadDir(h.dir, maxEntries)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	sizes := make(map[string]int64)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			sizes[e.Name()] = info.Size()
		}
	}
	var segments []*segment
	for _, e := range entries {
		name := e.Name()
		path := filepath.Join(h.dir, name)
		_, stream, suffix, ok := parseName(name)
		size, regular := sizes[name]
		switch {
		case name == lockName:
		case !ok || !regular:
			sp.quarantine(path)
		case suffix == doneSuffix:
			if _, ok := sizes[filepath.Base(segmentOf(path))]; !ok {
				sp.note(sp.o.FS.Remove(path)) // of a segment that is gone
			}
		default:
			g, err := sp.loadSegment(h, path, stream, size, sizes[filepath.Base(donePath(path))])
			if err != nil {
				sp.note(err) // it stays where it is, and may be read another time
			}
			if g != nil {
				segments = append(segments, g)
			}
		}
	}
	return segments, nil
}

func segmentOf(done string) string { return strings.TrimSuffix(done, doneSuffix) + segmentSuffix }

// loadSegment reads a segment. It returns nil if nothing in it is to be kept; then
// it is removed, or kept aside if it was damaged.
func (sp *Spool) loadSegment(h *home, path, stream string, size, doneSize int64) (*segment, error) {
	if size > maxFile {
		sp.quarantine(path)
		return nil, nil
	}
	sp.mu.Lock()
	g := &segment{stream: sp.stream(stream), home: h, path: path, size: headerSize, fromOff: headerSize}
	sp.mu.Unlock()
	damage, err := sp.index(g, size, doneSize)
	if errors.Is(err, errVersion) || errors.Is(err, errForeign) {
		sp.quarantine(path)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sp.mu.Lock()
	sp.totals.QuarantinedRecords += damage
	sp.mu.Unlock()
	g.damaged = damage > 0
	if h.created = max(h.created+1, g.created); g.created < h.created {
		g.created = h.created // the clock was put back, or the header is damaged
	}
	if g.count[free] > 0 {
		return g, nil
	}
	h.files.Lock()
	defer h.files.Unlock()
	if g.damaged {
		sp.quarantine(path)
	} else {
		sp.note(sp.o.FS.Remove(path))
	}
	if err := sp.o.FS.Remove(donePath(path)); !errors.Is(err, fs.ErrNotExist) {
		sp.note(err)
	}
	return nil, nil
}

// index makes the index of a file, and says how many records are damaged; a torn or
// foreign stretch whose records cannot be told counts as one.
func (sp *Spool) index(g *segment, size, doneSize int64) (damage int64, err error) {
	file, err := sp.o.FS.Open(g.path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	f := newFrames(file, size, sp.dest)
	b, err := f.peek(0, headerSize)
	if err != nil {
		return 0, err
	}
	if g.created, err = parseHeader(b, sp.dest); err != nil {
		if !errors.Is(err, errHeader) {
			return 0, err
		}
		if size > 0 {
			damage++ // an empty file was only begun
		}
	}
	end := int64(headerSize)
	missing := make(map[uint32]bool)
	gaps := int64(0)
	err = scan(f, headerSize, func(h head, off int64, payload []byte) {
		raw, ok := parsePayload(payload)
		ok = ok && h.version == formatVersion
		if uint32(len(g.index)) == h.index && off > end {
			gaps++ // what was there was no record
		}
		for uint32(len(g.index)) < h.index {
			missing[uint32(len(g.index))] = true
			g.add(settled, 0, 1)
		}
		if off > end {
			g.damaged = true
		}
		end = off + h.frame()
		if !ok {
			missing[h.index] = true
			g.add(settled, 0, 1)
			return
		}
		sp.mu.Lock()
		kind := sp.kinds.number(raw.kind)
		sp.mu.Unlock()
		g.add(free, kind, raw.weight)
		g.newest = max(g.newest, min(raw.time, sp.o.Now().UnixNano()))
	})
	if err != nil {
		return 0, err
	}
	if size > max(end, headerSize) {
		gaps++
	}
	g.size = end
	err = sp.readMarks(g, min(doneSize, maxFile), func(i uint32) { delete(missing, i) })
	return damage + gaps + int64(len(missing)), err
}

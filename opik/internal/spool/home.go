package spool

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"

	"github.com/opik-go/sdk/opik/internal/filelock"
)

// home is the folder of one owner: segments, their marks, and a lock that says
// whether the owner lives. It is named after the format, the destination and chance.
type home struct {
	dir     string
	lock    *filelock.Lock
	adopted bool

	// files is held by who changes marks or removes segments.
	files sync.Mutex

	// The rest is guarded by the spool's lock.
	seq      uint32
	created  int64
	segments int
}

const (
	lockName       = "lock"
	segmentSuffix  = ".log"
	doneSuffix     = ".done"
	quarantineName = "quarantine"
)

func donePath(segment string) string { return strings.TrimSuffix(segment, segmentSuffix) + doneSuffix }

func (sp *Spool) homePrefix() string {
	return fmt.Sprintf("v%d-%s-", formatVersion, hex.EncodeToString(sp.dest[:8]))
}

func (h *home) segmentPath(seq uint32, stream string) string {
	return filepath.Join(h.dir, fmt.Sprintf("%08x-%s%s", seq, escape(stream), segmentSuffix))
}

// parseName reads the name of a segment or of its marks.
func parseName(name string) (seq uint32, stream, suffix string, ok bool) {
	stem, suffix := strings.TrimSuffix(name, segmentSuffix), segmentSuffix
	if stem == name {
		stem, suffix = strings.TrimSuffix(name, doneSuffix), doneSuffix
	}
	if stem == name || len(stem) < 9 || stem[8] != '-' {
		return 0, "", "", false
	}
	b, err := hex.DecodeString(stem[:8])
	if err != nil {
		return 0, "", "", false
	}
	stream, ok = unescape(stem[9:])
	seq = uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	return seq, stream, suffix, ok && name == fmt.Sprintf("%08x-%s%s", seq, escape(stream), suffix)
}

// escape makes the name of a stream one that every file system takes, whether or not
// it tells small letters from capitals.
func escape(stream string) string {
	var b strings.Builder
	for _, c := range []byte(stream) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "=%02x", c)
	}
	return b.String()
}

func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '=' {
			b.WriteByte(s[i])
			continue
		}
		if i+3 > len(s) {
			return "", false
		}
		c, err := hex.DecodeString(s[i+1 : i+3])
		if err != nil {
			return "", false
		}
		b.Write(c)
		i += 2
	}
	return b.String(), true
}

// ownHome returns the folder that is appended to, and makes it first if need be.
func (sp *Spool) ownHome() (*home, error) {
	sp.founding.Lock()
	defer sp.founding.Unlock()
	sp.mu.Lock()
	h, closed := sp.home, sp.closed
	sp.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	if h != nil {
		return h, nil
	}
	h, err := sp.newHome()
	if err != nil {
		return nil, fmt.Errorf("spool: make a folder: %w", err)
	}
	sp.mu.Lock()
	if closed = sp.closed; !closed {
		sp.home, sp.homes[h.dir] = h, h
	}
	sp.mu.Unlock()
	if closed {
		return nil, errors.Join(ErrClosed, sp.leave(h))
	}
	return h, nil
}

func (sp *Spool) newHome() (*home, error) {
	f := sp.o.FS
	if err := f.MkdirAll(sp.o.Dir); err != nil {
		return nil, err
	}
	for range 8 {
		var name [8]byte
		if _, err := rand.Read(name[:]); err != nil {
			return nil, err
		}
		dir := filepath.Join(sp.o.Dir, sp.homePrefix()+hex.EncodeToString(name[:]))
		if err := f.Mkdir(dir); err != nil {
			if errors.Is(err, fs.ErrExist) {
				continue
			}
			return nil, err
		}
		lock, err := filelock.TryLock(filepath.Join(dir, lockName))
		if errors.Is(err, filelock.ErrLocked) || errors.Is(err, fs.ErrNotExist) {
			continue // somebody took it for one whose owner is gone
		}
		if err == nil && sp.o.Sync != Never {
			err = f.SyncDir(sp.o.Dir)
		}
		if err != nil {
			return nil, errors.Join(err, lock.Unlock(), sp.removeEmpty(dir))
		}
		return &home{dir: dir, lock: lock}, nil
	}
	return nil, filelock.ErrLocked
}

// removeEmpty removes a folder that was just made.
func (sp *Spool) removeEmpty(dir string) error {
	if err := sp.o.FS.Remove(filepath.Join(dir, lockName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return sp.o.FS.Remove(dir)
}

// forget gives up the spool's own folder, which somebody has removed. The lock stays
// ours until Close: segments that are open may still be read.
func (sp *Spool) forget() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.home = nil
}

// leave gives a folder back that is in use no more, and removes it if nothing is left
// in it that anybody wants.
func (sp *Spool) leave(h *home) error {
	h.files.Lock()
	defer h.files.Unlock()
	sp.mu.Lock()
	empty := h.segments == 0
	sp.mu.Unlock()
	if !empty {
		return h.lock.Unlock()
	}
	entries, err := sp.o.FS.ReadDir(h.dir, 2)
	if errors.Is(err, fs.ErrNotExist) {
		return h.lock.Unlock()
	}
	if err != nil || len(entries) != 1 || entries[0].Name() != lockName {
		// Foreign files, or segments that could not be removed.
		if e := h.lock.Unlock(); err == nil {
			err = e
		}
		return err
	}
	if err := h.lock.Remove(); err != nil {
		return err
	}
	if err := sp.o.FS.Remove(h.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		// Another one may have come in meanwhile, and removes it.
		if left, e := sp.o.FS.ReadDir(h.dir, 1); e == nil && len(left) == 0 {
			return err
		}
	}
	return nil
}

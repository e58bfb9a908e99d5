package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"
)

// What is kept aside is bounded: so many files, and a sixteenth of the spool's size.
const (
	maxAside       = 64
	asideShare     = 16
	maxAsideListed = 1 << 12
)

// quarantine puts a file aside that is no segment of ours, or tells nothing.
func (sp *Spool) quarantine(path string) {
	err := sp.putAside(path)
	sp.note(err)
}

// putAside moves a file or folder where nothing reads it, for somebody to look at.
func (sp *Spool) putAside(path string) error {
	dir := filepath.Join(sp.o.Dir, quarantineName)
	if err := sp.o.FS.MkdirAll(dir); err != nil {
		return err
	}
	sp.mu.Lock()
	sp.totals.asideSeq++
	name := fmt.Sprintf("%s-%d-%s", filepath.Base(filepath.Dir(path)), sp.totals.asideSeq, filepath.Base(path))
	sp.mu.Unlock()
	// The names of one process differ by the number, those of two by the time.
	name = fmt.Sprintf("%x-%s", sp.o.Now().UnixNano(), name)
	if len(name) > 200 {
		name = name[:200]
	}
	if err := sp.o.FS.Rename(path, filepath.Join(dir, name)); err != nil {
		return err
	}
	sp.mu.Lock()
	sp.totals.QuarantinedFiles++
	sp.mu.Unlock()
	return sp.trimAside(dir)
}

// trimAside removes the oldest of what is kept aside until the rest is within bounds.
func (sp *Spool) trimAside(dir string) error {
	entries, err := sp.o.FS.ReadDir(dir, maxAsideListed)
	if err != nil {
		return err
	}
	type aside struct {
		path string
		size int64
		at   time.Time
	}
	var all []aside
	total := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another process removed it
		}
		if err != nil {
			return err
		}
		all = append(all, aside{filepath.Join(dir, e.Name()), info.Size(), info.ModTime()})
		total += info.Size()
	}
	slices.SortFunc(all, func(a, b aside) int { return a.at.Compare(b.at) })
	var errs []error
	for left := len(all); left > 0 && (left > maxAside || total > sp.o.MaxBytes/asideShare); left-- {
		a := all[len(all)-left]
		// A link is removed itself, not what it names.
		errs = append(errs, sp.o.FS.RemoveAll(a.path))
		total -= a.size
	}
	return errors.Join(errs...)
}

package uploader

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/internal/filelock"
	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// adoptEvery is how often an uploader looks for what others have left, as long as it
// has something to do.
const adoptEvery = time.Minute

// loadAtOnce is how many of the files that wait on disk are known at a time.
const loadAtOnce = 32

// parked is a file on disk of which nothing is in memory but this.
type parked struct {
	id   string
	size int64
}

// Adopt makes the uploader send what processes have left that have ended. It only
// looks whether the folder exists; the rest is done in the background. Later the
// uploader does so by itself, when it has sent something, at most once a minute.
func (u *Uploader) Adopt() {
	if _, err := os.Stat(u.opts.Dir); err != nil {
		return // and if it cannot be read, writing to it will say so
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closing {
		return
	}
	u.adopted = time.Time{}
	u.pump()
}

// nextLoad returns what a worker has to do that has nothing to send. The lock is held.
func (u *Uploader) nextLoad() func() {
	if u.opts.Dir == "" || u.closing {
		return nil
	}
	if len(u.old) == 0 && !u.loading && u.memory+overhead <= u.opts.MaxMemory {
		for _, h := range append([]*home{&u.home}, u.homes...) {
			if len(h.parked) > 0 {
				n := min(loadAtOnce, len(h.parked))
				files := h.parked[:n:n]
				h.parked = h.parked[n:]
				h.live += n // until it is known what they are
				u.loading = true
				return func() { u.load(h, files) }
			}
		}
	}
	if now := time.Now(); u.adopted.IsZero() || now.Sub(u.adopted) >= adoptEvery {
		u.adopted = now
		return u.adopt
	}
	return nil
}

// adopt takes over the folders whose owners have ended.
func (u *Uploader) adopt() {
	list, err := os.ReadDir(u.opts.Dir)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			u.report("adopt", "opik: attachments of earlier processes cannot be found", "error", err)
		}
		return
	}
	known := u.knownFolders()
	for _, entry := range list {
		dir := filepath.Join(u.opts.Dir, entry.Name())
		if !entry.IsDir() || !strings.HasPrefix(entry.Name(), u.opts.Destination+"-") || known[dir] {
			continue
		}
		lock, err := filelock.TryLock(filepath.Join(dir, lockName))
		if err != nil {
			// The owner is alive, or has just removed it.
			if !errors.Is(err, filelock.ErrLocked) && !errors.Is(err, os.ErrNotExist) {
				u.report("adopt", "opik: attachments of earlier processes cannot be taken over", "error", err)
			}
			continue
		}
		if err := u.takeOver(&home{dir: dir, lock: lock}); err != nil {
			u.report("adopt", "opik: attachments of earlier processes cannot be taken over", "error", err)
		}
	}
}

func (u *Uploader) knownFolders() map[string]bool {
	u.home.making.Lock()
	known := map[string]bool{u.home.dir: true}
	u.home.making.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, h := range u.homes {
		known[h.dir] = true
	}
	return known
}

// takeOver counts what is in a folder whose lock is held, and removes what its owner
// had not finished.
func (u *Uploader) takeOver(h *home) error {
	list, err := os.ReadDir(h.dir)
	if err != nil {
		return errors.Join(err, h.leave(false))
	}
	names := make(map[string]bool, len(list))
	for _, entry := range list {
		names[entry.Name()] = true
	}
	var files []parked
	var problems []error
	var bytes int64
	for name := range names {
		switch id, suffix := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name); {
		case suffix == unfinished, suffix == contentSuffix && !names[id+manifestSuffix]:
			problems = append(problems, remove(filepath.Join(h.dir, name)))
		case suffix == manifestSuffix:
			size := sizeOf(filepath.Join(h.dir, id+contentSuffix))
			files = append(files, parked{id, size})
			bytes += size
		}
	}
	slices.SortFunc(files, func(a, b parked) int { return strings.Compare(a.id, b.id) })
	u.mu.Lock()
	if u.dead || len(files) == 0 {
		u.mu.Unlock()
		return errors.Join(append(problems, h.leave(false))...)
	}
	n := int64(len(files))
	h.parked = files
	u.homes = append(u.homes, h)
	u.counts.Accepted += n
	u.counts.Adopted += n
	u.counts.Spooled += n
	u.disk += bytes
	u.mu.Unlock()
	return errors.Join(problems...)
}

// load reads the manifests of files that are on disk.
func (u *Uploader) load(h *home, files []parked) {
	for i, file := range files {
		it, err := h.readManifest(file.id)
		if err != nil {
			// It is accounted for without the manifest.
			it = &item{id: file.id, path: filepath.Join(h.dir, file.id+contentSuffix), home: h, spooled: true}
		}
		it.onDisk = file.size
		u.mu.Lock()
		if u.dead || !u.occupy() {
			h.parked = append(files[i:len(files):len(files)], h.parked...)
			h.live -= len(files) - i
			u.mu.Unlock()
			break
		}
		u.know(it)
		// Without the lock, others may settle it.
		expired := err == nil && u.opts.MaxAge > 0 && time.Since(it.accepted) > u.opts.MaxAge
		switch {
		case err != nil:
			u.delist(it)
			u.drop(it, pipeline.DropSpoolDamaged)
		case expired:
			u.delist(it)
			u.drop(it, pipeline.DropSpoolAge)
		}
		u.mu.Unlock()
		switch {
		case err != nil:
			u.quarantine(it)
			u.lost(it, pipeline.DropSpoolDamaged, err)
		case expired:
			u.discard(it)
			u.lost(it, pipeline.DropSpoolAge, nil)
		}
	}
	u.mu.Lock()
	u.loading = false
	u.pump()
	u.mu.Unlock()
	u.leaveEmpty()
}

// leaveEmpty gives up the folders of others in which nothing is left.
func (u *Uploader) leaveEmpty() {
	u.mu.Lock()
	var empty []*home
	kept := u.homes[:0]
	for _, h := range u.homes {
		if h.live == 0 && len(h.parked) == 0 {
			empty = append(empty, h)
		} else {
			kept = append(kept, h)
		}
	}
	clear(u.homes[len(kept):])
	u.homes = kept
	u.mu.Unlock()
	for _, h := range empty {
		if err := h.leave(false); err != nil {
			u.report("remove", "opik: a folder of attachments cannot be removed", "error", err)
		}
	}
}

// quarantine puts the files of a damaged item aside, if they outlive the process.
func (u *Uploader) quarantine(it *item) {
	if it.home == nil || it.inPlace {
		u.discard(it)
		return
	}
	aside := filepath.Join(u.opts.Dir, damagedName)
	err := os.MkdirAll(aside, 0o700)
	for _, suffix := range []string{contentSuffix, manifestSuffix} {
		moved := os.Rename(filepath.Join(it.home.dir, it.id+suffix), filepath.Join(aside, it.id+suffix))
		if !errors.Is(moved, os.ErrNotExist) {
			err = errors.Join(err, moved)
		}
	}
	if err == nil {
		err = trimDamaged(aside)
	}
	if err != nil {
		u.report("quarantine", "opik: a damaged attachment cannot be put aside", "error", err)
		u.discard(it)
		return
	}
	u.moveOut(it)
}

// maxDamaged is how many files are kept that were put aside.
const maxDamaged = 100

// trimDamaged removes the oldest files that were put aside, if there are too many.
func trimDamaged(dir string) error {
	list, err := os.ReadDir(dir) // sorted by names, which begin with times
	for len(list) > maxDamaged {
		err = errors.Join(err, remove(filepath.Join(dir, list[0].Name())))
		list = list[1:]
	}
	return err
}

// sizeOf returns 0 for a file that is not there: then it takes no room.
func sizeOf(path string) int64 {
	info, err := os.Lstat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

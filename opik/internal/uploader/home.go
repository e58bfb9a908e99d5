package uploader

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/internal/filelock"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// home is a folder with the files of one process: the content of each as ID.data
// and, unless the folder is temporary, what has to be known of it as ID.json. A
// process that has ended does not hold the lock of its folder any more.
type home struct {
	making sync.Mutex
	dir    string // "" as long as nothing had to be written
	lock   *filelock.Lock
	closed bool

	// The uploader's lock guards these.
	live   int      // items whose files are here
	parked []parked // the oldest first
}

// Names in a folder.
const (
	contentSuffix  = ".data"
	manifestSuffix = ".json"
	unfinished     = ".tmp"
	lockName       = "lock"
	damagedName    = "damaged"
)

// errGone says that a folder is not used any more.
var errGone = errors.New("the uploader is closed")

// folder returns the folder of this process, and makes it if there is none.
func (u *Uploader) folder() (string, error) {
	h := &u.home
	h.making.Lock()
	defer h.making.Unlock()
	switch {
	case h.closed:
		return "", errGone
	case h.dir != "":
		return h.dir, nil
	case u.opts.Dir == "":
		dir, err := os.MkdirTemp("", "opik-attachments-*") // with mode 0700
		h.dir = dir
		return dir, err
	}
	if err := os.MkdirAll(u.opts.Dir, 0o700); err != nil {
		return "", err
	}
	for {
		dir := filepath.Join(u.opts.Dir, u.opts.Destination+"-"+uuid7.New())
		if err := os.Mkdir(dir, 0o700); err != nil {
			return "", err
		}
		lock, err := filelock.TryLock(filepath.Join(dir, lockName))
		switch {
		case err == nil:
			h.dir, h.lock = dir, lock
			return dir, u.syncFolder(u.opts.Dir)
		case !errors.Is(err, filelock.ErrLocked) && !errors.Is(err, os.ErrNotExist):
			return "", errors.Join(err, remove(dir))
		}
		// Somebody who looked for what others have left was faster, and removes it.
	}
}

// leave gives a folder up, and removes it if nothing in it has to be kept.
func (h *home) leave(temporary bool) error {
	h.making.Lock()
	defer h.making.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	switch {
	case h.dir == "":
		return nil
	case temporary:
		return os.RemoveAll(h.dir)
	}
	list, err := os.ReadDir(h.dir)
	if err == nil && len(list) == 1 && list[0].Name() == lockName {
		// The lock is held until its file is gone, so that nobody takes an empty
		// folder over.
		err = os.Remove(filepath.Join(h.dir, lockName))
		err = errors.Join(err, h.lock.Unlock(), os.Remove(h.dir))
		return err
	}
	return errors.Join(err, h.lock.Unlock())
}

// manifest is what is kept of a file on disk beside its content.
type manifest struct {
	File
	Accepted time.Time  `json:"accepted"`
	Size     int64      `json:"size"`
	Sum      uint32     `json:"crc32c"`
	Path     string     `json:"path,omitempty"`     // of a file that is read in place
	Modified *time.Time `json:"modified,omitempty"` // of such a file
}

// sealed is how a manifest is written.
type sealed struct {
	Format   int             `json:"format"`
	Sum      uint32          `json:"crc32c"` // of the manifest's text
	Manifest json.RawMessage `json:"manifest"`
}

const format = 1

func (it *item) seal() ([]byte, error) {
	m := manifest{File: it.File, Accepted: it.accepted, Size: it.size, Sum: it.sum}
	if it.inPlace {
		m.Path, m.Modified = it.path, &it.modified
	}
	text, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(sealed{format, crc32.Checksum(text, castagnoli), text})
}

// errManifest says that a manifest is damaged.
var errManifest = errors.New("the manifest is damaged")

// readManifest returns the item that a manifest describes.
func (h *home) readManifest(id string) (*item, error) {
	text, err := os.ReadFile(filepath.Join(h.dir, id+manifestSuffix))
	if err != nil {
		return nil, err
	}
	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", errManifest, err)
	}
	if s.Format != format || crc32.Checksum(s.Manifest, castagnoli) != s.Sum {
		return nil, fmt.Errorf("%w: format or checksum differs", errManifest)
	}
	var m manifest
	if err := json.Unmarshal(s.Manifest, &m); err != nil {
		return nil, fmt.Errorf("%w: %w", errManifest, err)
	}
	it := &item{
		File: m.File, id: id, accepted: m.Accepted, size: m.Size, sum: m.Sum,
		path: filepath.Join(h.dir, id+contentSuffix), home: h, spooled: true, verify: true,
	}
	if m.Path != "" && m.Modified != nil {
		it.path, it.inPlace, it.modified = m.Path, true, *m.Modified
	}
	return it, nil
}

// save makes an item survive the process: its content, if that is in memory only,
// and its manifest. Nobody else may use the item meanwhile.
func (u *Uploader) save(it *item) error {
	dir, err := u.folder()
	if err != nil {
		return err
	}
	if it.path == "" {
		if err := u.takeDisk(it.size, 0); err != nil {
			return err
		}
		path := filepath.Join(dir, it.id+contentSuffix)
		if err := u.write(path, it.data); err != nil {
			u.giveDisk(it.size)
			return err
		}
		it.path, it.onDisk = path, it.size
	}
	text, err := it.seal()
	if err != nil {
		return err
	}
	path := filepath.Join(dir, it.id+manifestSuffix)
	if err := u.write(path+unfinished, text); err != nil {
		return err
	}
	if err := os.Rename(path+unfinished, path); err != nil {
		return errors.Join(err, os.Remove(path+unfinished))
	}
	return u.syncFolder(dir)
}

// write writes a file, and leaves none if that fails.
func (u *Uploader) write(path string, data []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil && u.opts.Sync {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

// syncFolder makes names in a folder survive a crash of the machine.
func (u *Uploader) syncFolder(dir string) error {
	if !u.opts.Sync || runtime.GOOS == "windows" { // where folders cannot be opened
		return nil
	}
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// discard removes the files of an item that nobody uses any more. The manifest goes
// first: content without one is of no meaning to the next process.
func (u *Uploader) discard(it *item) {
	var problems []error
	if it.home != nil {
		problems = append(problems, remove(filepath.Join(it.home.dir, it.id+manifestSuffix)))
	}
	if it.path != "" && !it.inPlace {
		problems = append(problems, remove(it.path))
	}
	if err := errors.Join(problems...); err != nil {
		u.report("remove", "opik: a file of an attachment cannot be removed", "error", err)
	}
	u.moveOut(it)
}

// moveOut notes that an item has no files any more.
func (u *Uploader) moveOut(it *item) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if it.home != nil {
		it.home.live--
	}
}

// remove is os.Remove for what may be gone.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

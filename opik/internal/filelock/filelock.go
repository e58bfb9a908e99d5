// Package filelock locks files among processes, and among users in one process. A
// lock ends with the process that holds it, however that ends, so it says whether
// the owner of what it guards is alive. It must be on a local disk: network file
// systems promise less.
package filelock

import (
	"errors"
	"fmt"
	"os"
)

// ErrLocked says that somebody else holds the lock.
var ErrLocked = errors.New("locked by another owner")

// Lock is a lock that is held. It is not safe for concurrent use.
type Lock struct {
	path string
	file *os.File
}

// attempts bounds how often a lock is tried for whose file is replaced meanwhile.
const attempts = 8

// TryLock locks the file at a path without waiting, and creates it (mode 0600) where
// it is missing. The error wraps [ErrLocked] if somebody else has it, an error of
// the operating system if the file cannot be opened, and [errors.ErrUnsupported]
// where there are no such locks. A symbolic link or anything else but a regular file
// is refused.
func TryLock(path string) (*Lock, error) {
	for range attempts {
		file, err := lock(path)
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		current, err := isCurrent(file, path)
		if err == nil && current {
			return &Lock{path, file}, nil
		}
		err = errors.Join(err, file.Close())
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
	}
	return nil, fmt.Errorf("lock %s: %w", path, ErrLocked)
}

// isCurrent says whether the path still names the file: the owner before may have
// removed it between the opening and the locking.
func isCurrent(file *os.File, path string) (bool, error) {
	held, err := file.Stat()
	if err != nil {
		return false, err
	}
	if !held.Mode().IsRegular() {
		return false, errors.New("not a regular file")
	}
	named, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(held, named), err
}

// Unlock gives the lock back. The file stays.
func (l *Lock) Unlock() error {
	if l == nil || l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	return file.Close()
}

//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package filelock

import (
	"errors"
	"os"
)

func lock(string) (*os.File, error) { return nil, errors.ErrUnsupported }

// Remove removes the file and gives the lock back.
func (l *Lock) Remove() error {
	if l == nil || l.file == nil {
		return nil
	}
	return errors.Join(l.Unlock(), os.Remove(l.path))
}

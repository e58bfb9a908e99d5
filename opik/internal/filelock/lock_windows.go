package filelock

import (
	"errors"
	"os"
	"syscall"
)

const (
	errSharingViolation syscall.Errno = 32
	// openReparsePoint opens a symbolic link itself instead of what it names.
	openReparsePoint = 0x00200000
)

// lock opens the file so that nobody else can open it.
func lock(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	const alone = 0
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, alone, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL|openReparsePoint, 0)
	if errors.Is(err, errSharingViolation) {
		return nil, ErrLocked
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// Remove removes the file and gives the lock back. Where files that are open cannot
// be removed, somebody else may get the lock before the file is gone; then it stays,
// and the error says so.
func (l *Lock) Remove() error {
	if l == nil || l.file == nil {
		return nil
	}
	return errors.Join(l.Unlock(), os.Remove(l.path))
}

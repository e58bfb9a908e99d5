package spool

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// FS is the part of the file system that the spool uses. Tests put one that fails
// in its place.
type FS interface {
	// MkdirAll makes a folder and its parents.
	MkdirAll(dir string) error
	// Mkdir makes a folder that must not exist.
	Mkdir(dir string) error
	// ReadDir returns at most limit entries of a folder.
	ReadDir(dir string, limit int) ([]fs.DirEntry, error)
	// Create makes a file that must not exist, for appending.
	Create(path string) (File, error)
	// Append opens a file for appending, and makes it where it is missing.
	Append(path string) (File, error)
	// Open opens a file for reading.
	Open(path string) (File, error)
	Rename(from, to string) error
	// Remove removes a file or an empty folder.
	Remove(path string) error
	RemoveAll(path string) error
	// SyncDir makes the names in a folder durable.
	SyncDir(dir string) error
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.Writer
	Truncate(size int64) error
	Sync() error
	Close() error
}

// disk is the file system of the machine.
type disk struct{}

const (
	fileMode = 0o600
	dirMode  = 0o700
)

func (disk) MkdirAll(dir string) error { return os.MkdirAll(dir, dirMode) }
func (disk) Mkdir(dir string) error    { return os.Mkdir(dir, dirMode) }

func (disk) ReadDir(dir string, limit int) ([]fs.DirEntry, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	entries, err := f.ReadDir(limit)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return entries, errors.Join(err, f.Close())
}

func (disk) Create(path string) (File, error) {
	return open(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|os.O_EXCL)
}

func (disk) Append(path string) (File, error) {
	return open(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE)
}

func (disk) Open(path string) (File, error) { return open(path, os.O_RDONLY) }

func open(path string, flag int) (File, error) {
	f, err := os.OpenFile(path, flag, fileMode)
	if err != nil {
		return nil, err // a nil *os.File would not be a nil File
	}
	return f, nil
}

func (disk) Rename(from, to string) error { return os.Rename(from, to) }
func (disk) Remove(path string) error     { return os.Remove(path) }
func (disk) RemoveAll(path string) error  { return os.RemoveAll(path) }

// SyncDir does nothing where folders cannot be synced: on Windows, and in file
// systems that say so.
func (disk) SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

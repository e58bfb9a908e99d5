package spool

import (
	"errors"
	"io/fs"
	"sync"
	"syscall"
)

// fault is what happens at a failpoint.
type fault int

const (
	noSpace     fault = iota // the operation fails; of a write, half is done
	shortWrite               // a write of half the bytes that tells no error; others fail
	readOnly                 // the operation fails and does nothing
	crashBefore              // the operation and all later ones do nothing
	crashMiddle              // half of a write is done, and nothing after it
	crashAfter               // the operation is done, and nothing after it
	faults
)

func (f fault) String() string {
	return [...]string{"no space", "short write", "read-only", "crash before", "crash amid", "crash after"}[f]
}

func (f fault) crash() bool { return f >= crashBefore }

var errCrash = errors.New("the process is gone")

// faultFS fails at operation number at, and at the times-1 after it.
type faultFS struct {
	disk
	what fault

	mu      sync.Mutex
	ops     int
	at      int
	times   int
	crashed bool
	hit     string // the operation that failed first
	die     func() // called at a crash, if it is a real one
}

// do runs one operation that changes the disk, or what the failpoint says.
func (f *faultFS) do(name string, op, half func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.crashed {
		return errCrash
	}
	f.ops++
	if f.ops < f.at || f.ops >= f.at+max(f.times, 1) {
		return op()
	}
	if f.hit == "" {
		f.hit = name
	}
	f.crashed = f.what.crash()
	if f.die != nil && f.crashed {
		defer f.die()
	}
	switch f.what {
	case crashAfter:
		return errors.Join(op(), errCrash)
	case crashMiddle:
		return errors.Join(half(), errCrash)
	case crashBefore:
		return errCrash
	case readOnly:
		return syscall.EROFS
	case shortWrite:
		if name == "write" {
			return half()
		}
	}
	return errors.Join(half(), syscall.ENOSPC)
}

func nothing() error { return nil }

func (f *faultFS) MkdirAll(dir string) error {
	return f.do("mkdirall", func() error { return f.disk.MkdirAll(dir) }, nothing)
}

func (f *faultFS) Mkdir(dir string) error {
	return f.do("mkdir", func() error { return f.disk.Mkdir(dir) }, nothing)
}

func (f *faultFS) ReadDir(dir string, limit int) (entries []fs.DirEntry, err error) {
	err = f.do("readdir", func() error { entries, err = f.disk.ReadDir(dir, limit); return err }, nothing)
	return entries, err
}

func (f *faultFS) Create(path string) (File, error) {
	return f.open("create", path, f.disk.Create)
}

func (f *faultFS) Append(path string) (File, error) {
	return f.open("append", path, f.disk.Append)
}

func (f *faultFS) Open(path string) (File, error) { return f.open("open", path, f.disk.Open) }

func (f *faultFS) open(name, path string, open func(string) (File, error)) (File, error) {
	var file File
	err := f.do(name, func() (err error) { file, err = open(path); return err }, nothing)
	if err != nil {
		if file != nil {
			err = errors.Join(err, file.Close())
		}
		return nil, err
	}
	return &faultFile{file, f}, nil
}

func (f *faultFS) Rename(from, to string) error {
	return f.do("rename", func() error { return f.disk.Rename(from, to) }, nothing)
}

func (f *faultFS) Remove(path string) error {
	return f.do("unlink", func() error { return f.disk.Remove(path) }, nothing)
}

func (f *faultFS) RemoveAll(path string) error {
	return f.do("unlink all", func() error { return f.disk.RemoveAll(path) }, nothing)
}

func (f *faultFS) SyncDir(dir string) error {
	return f.do("sync folder", func() error { return f.disk.SyncDir(dir) }, nothing)
}

type faultFile struct {
	File
	fs *faultFS
}

func (f *faultFile) Write(b []byte) (n int, err error) {
	err = f.fs.do("write",
		func() (err error) { n, err = f.File.Write(b); return err },
		func() (err error) { n, err = f.File.Write(b[:len(b)/2]); return err })
	return n, err
}

func (f *faultFile) ReadAt(b []byte, off int64) (n int, err error) {
	var end error
	err = f.fs.do("read", func() error { n, end = f.File.ReadAt(b, off); return nil }, nothing)
	if err != nil {
		return 0, err
	}
	return n, end
}

func (f *faultFile) Truncate(size int64) error {
	return f.fs.do("truncate", func() error { return f.File.Truncate(size) }, nothing)
}

func (f *faultFile) Sync() error { return f.fs.do("sync", f.File.Sync, nothing) }

// Close closes the file in any case, as the end of the process would.
func (f *faultFile) Close() error {
	closed := f.File.Close()
	return errors.Join(closed, f.fs.do("close", nothing, nothing))
}

package uploader

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/upload"
)

// Content is what a file holds: Data, or what Reader has up to its end, or what is
// in the file at Path.
type Content struct {
	Data   []byte
	Reader io.Reader
	Path   string
	// InPlace lets the file at Path stay where it is and be read when it is sent.
	InPlace bool
}

// sniffed is how much of the content tells its media type.
const sniffed = 512

// intake reads the content of one item.
type intake struct {
	u    *Uploader
	it   *item
	head []byte
}

func (in *intake) take(c Content) (err error) {
	defer func() {
		if v := recover(); v != nil { // of a reader of the caller's
			err = fmt.Errorf("%w: panic: %v", ErrContent, v)
		}
	}()
	switch {
	case c.Path != "" && c.InPlace:
		err = in.inPlace(c.Path)
	case c.Path != "":
		err = in.file(c.Path)
	case c.Reader != nil:
		err = in.reader(c.Reader)
	default:
		err = in.bytes(c.Data, true)
	}
	if err != nil {
		return err
	}
	if _, err := upload.Split(in.it.size); err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	if in.it.MIMEType == "" {
		in.it.MIMEType = upload.MediaType(in.it.Name, in.head)
	}
	return nil
}

// undo gives back what was taken.
func (in *intake) undo() {
	in.undoWrite()
	in.u.mu.Lock()
	defer in.u.mu.Unlock()
	in.u.release(int64(len(in.it.data)))
}

func (in *intake) undoWrite() {
	in.u.discard(in.it)
	in.u.giveDisk(in.it.onDisk)
	in.it.path, in.it.onDisk, in.it.size = "", 0, 0
}

// inPlace notes what the file is like now.
func (in *intake) inPlace(path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	file, size, err := openRegular(path)
	if err != nil {
		return err
	}
	defer file.Close() // nothing was written
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	in.it.path, in.it.inPlace, in.it.size, in.it.modified = path, true, size, info.ModTime()
	in.head = make([]byte, min(sniffed, size))
	if _, err := io.ReadFull(file, in.head); err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	return nil
}

func openRegular(path string) (*os.File, int64, error) {
	// Opening anything else, a pipe for instance, might wait for others.
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrContent, err)
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%w: %s is no regular file", ErrContent, path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrContent, err)
	}
	return file, info.Size(), nil
}

func (in *intake) file(path string) error {
	file, size, err := openRegular(path)
	if err != nil {
		return err
	}
	defer file.Close() // nothing was written
	if size > in.u.opts.MaxDisk {
		return tooLarge(size, in.u.opts.MaxDisk)
	}
	return in.reader(file)
}

func tooLarge(size, limit int64) error {
	return fmt.Errorf("%w: %d bytes, the limit is %d", pipeline.ErrFull, size, limit)
}

// reader reads what a reader has. What is small goes to memory if there is room.
func (in *intake) reader(r io.Reader) error {
	var head bytes.Buffer
	_, err := io.CopyN(&head, r, SmallContent+1)
	switch {
	case errors.Is(err, io.EOF):
		return in.bytes(head.Bytes(), false)
	case err != nil:
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	return in.write(io.MultiReader(&head, r), head.Bytes())
}

// bytes keeps content that is in memory. Unless it is the caller's it need not be
// copied.
func (in *intake) bytes(data []byte, callers bool) error {
	keep := func() bool {
		in.u.mu.Lock()
		defer in.u.mu.Unlock()
		return in.u.reserve(int64(len(data)))
	}
	hold := func() {
		if callers || cap(data) > len(data)+len(data)/8 {
			data = append(make([]byte, 0, len(data)), data...)
		}
		in.head = data[:min(sniffed, len(data))]
		in.it.data, in.it.size, in.it.sum = data, int64(len(data)), crc32.Checksum(data, castagnoli)
	}
	if len(data) <= SmallContent && !in.u.opts.Durable && keep() {
		hold()
		return nil
	}
	if size := int64(len(data)); size > in.u.opts.MaxDisk {
		return tooLarge(size, in.u.opts.MaxDisk)
	}
	err := in.write(bytes.NewReader(data), data)
	if err != nil && !errors.Is(err, pipeline.ErrFull) && keep() {
		// The disk fails; the memory does not.
		in.undoWrite()
		hold()
		return nil
	}
	return err
}

// write copies content to a file of this process.
func (in *intake) write(r io.Reader, head []byte) error {
	dir, err := in.u.folder()
	if err != nil {
		return err
	}
	in.head = append([]byte(nil), head[:min(sniffed, len(head))]...)
	path := filepath.Join(dir, in.it.id+contentSuffix)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	in.it.path = path
	w := &bounded{in: in, file: file}
	buffer := make([]byte, 64<<10)
	// Without the shortcuts of package io, which would go past the bound.
	_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, buffer)
	if err != nil && w.err == nil {
		err = fmt.Errorf("%w: %w", ErrContent, err)
	}
	if err == nil && in.u.opts.Sync {
		err = file.Sync()
	}
	in.it.sum = w.sum
	return errors.Join(err, file.Close())
}

// bounded writes content as long as the disk has room.
type bounded struct {
	in   *intake
	file *os.File
	sum  uint32
	err  error
}

func (w *bounded) Write(p []byte) (n int, err error) {
	if err := w.in.u.takeDisk(int64(len(p)), w.in.it.size); err != nil {
		w.err = err
		return 0, err
	}
	w.in.it.onDisk += int64(len(p))
	if n, err = w.file.Write(p); err != nil {
		w.err = err
	}
	w.in.it.size += int64(n)
	w.sum = crc32.Update(w.sum, castagnoli, p[:n])
	return n, err
}

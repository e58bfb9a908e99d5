// Package upload prepares content for being sent in parts: it makes content that
// can be read again of any reader, divides it, and tells its media type.
package upload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// memoryLimit is how much of a reader that can be read only once is kept in
// memory. What is larger goes to a temporary file.
const memoryLimit = 4 << 20

// Source is content of known length that can be read any number of times, from
// several goroutines at once.
type Source struct {
	at   io.ReaderAt
	base int64
	size int64
	free func() error // nil if there is nothing to give back

	mu     sync.RWMutex // guards reads against Close
	closed bool
}

// Open returns what r has from where it stands to its end. A reader that can also
// seek, as files and byte and string readers can, is read in place and must not be
// used before the source is closed. Any other is read to its end at once: what does
// not fit into 4 MiB of memory is kept in a temporary file that only this user can
// read. The source must be closed; the reader is not.
func Open(ctx context.Context, r io.Reader) (*Source, error) {
	if s, ok := r.(io.ReadSeeker); ok {
		if source, err := seekable(s); source != nil || err != nil {
			return source, err
		}
	}
	return spool(ctx, r)
}

// seekable returns nil if r cannot seek after all, as a file that is a pipe cannot.
func seekable(r io.ReadSeeker) (*Source, error) {
	start, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, nil
	}
	end, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, nil
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("seek: %w", err)
	}
	at, ok := r.(io.ReaderAt)
	if !ok {
		at = &seekReader{r: r}
	}
	return &Source{at: at, base: start, size: max(end-start, 0)}, nil
}

// spool reads r to its end.
func spool(ctx context.Context, r io.Reader) (*Source, error) {
	r = &endingReader{ctx, r}
	var head bytes.Buffer
	_, err := io.CopyN(&head, r, memoryLimit+1)
	switch {
	case errors.Is(err, io.EOF):
		return &Source{at: bytes.NewReader(head.Bytes()), size: int64(head.Len())}, nil
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	}
	file, err := os.CreateTemp("", "opik-attachment-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("buffer: %w", err)
	}
	free := func() error { return errors.Join(file.Close(), os.Remove(file.Name())) }
	size, err := io.Copy(file, io.MultiReader(&head, r))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("buffer: %w", err), free())
	}
	return &Source{at: file, size: size, free: free}, nil
}

// Size returns the length in bytes.
func (s *Source) Size() int64 { return s.size }

// Section returns a reader of n bytes from an offset on. It fails once the source
// is closed, so that a request that still reads its body does no harm.
func (s *Source) Section(offset, n int64) *io.SectionReader {
	return io.NewSectionReader(s, offset, n)
}

// ReadAt implements [io.ReaderAt].
func (s *Source) ReadAt(p []byte, offset int64) (int, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return 0, os.ErrClosed
	}
	return s.at.ReadAt(p, s.base+offset)
}

// Close waits for reads that are under way and removes what the source holds. It
// may be called again.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.free == nil {
		return nil
	}
	return s.free()
}

// seekReader reads at any place of something that can only seek.
type seekReader struct {
	mu sync.Mutex
	r  io.ReadSeeker
}

func (s *seekReader) ReadAt(p []byte, offset int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.r.Seek(offset, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// endingReader ends when its context does.
type endingReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *endingReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

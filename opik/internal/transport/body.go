package transport

import (
	"errors"
	"io"
	"sync"
)

// body is the body of a request in parts. net/http may go on reading it when the
// request has failed or was answered early, and may read it again for a redirect or
// a new connection. So that its memory can be used again, all reading passes through
// a lock, and ends when the body is released.
type body struct {
	mu       sync.Mutex
	parts    [][]byte
	borrowed int // how many are just writing parts to the network
	released bool
}

var errReleased = errors.New("transport: the request is over")

// release ends the reading. It reports whether it has ended: if so, nothing looks at
// the parts any more; otherwise one write to the network still may.
func (b *body) release() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.released, b.parts = true, nil
	return b.borrowed == 0
}

// reader returns a reader from the beginning.
func (b *body) reader() *bodyReader { return &bodyReader{body: b} }

// bodyReader reads the parts one after the other without joining them.
type bodyReader struct {
	body *body
	part int
	at   int
}

func (r *bodyReader) Read(p []byte) (n int, err error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.released {
		return 0, errReleased
	}
	for n < len(p) && r.part < len(r.body.parts) {
		n += copy(p[n:], r.next(len(p)-n))
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// next returns at most n bytes of the present part, and moves behind them.
func (r *bodyReader) next(n int) []byte {
	rest := r.body.parts[r.part][r.at:]
	if n < len(rest) {
		r.at += n
		return rest[:n]
	}
	r.part, r.at = r.part+1, 0
	return rest
}

// borrow is Read without a copy: it appends parts of at most limit bytes together to
// dst. They may be looked at until giveBack is called, which has to be done.
func (r *bodyReader) borrow(dst [][]byte, limit int64) ([][]byte, error) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	if r.body.released {
		return dst, errReleased
	}
	if r.part == len(r.body.parts) {
		return dst, io.EOF
	}
	for limit > 0 && r.part < len(r.body.parts) {
		part := r.next(int(limit))
		dst = append(dst, part)
		limit -= int64(len(part))
	}
	r.body.borrowed++
	return dst, nil
}

func (r *bodyReader) giveBack() {
	r.body.mu.Lock()
	r.body.borrowed--
	r.body.mu.Unlock()
}

func (r *bodyReader) Close() error { return nil }

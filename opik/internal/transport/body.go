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
	parts [][]byte

	mu       sync.Mutex
	released bool
}

var errReleased = errors.New("transport: the request is over")

// release ends the reading: the parts are not looked at when it has returned.
func (b *body) release() {
	b.mu.Lock()
	b.released, b.parts = true, nil
	b.mu.Unlock()
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
	parts := r.body.parts
	for n < len(p) && r.part < len(parts) {
		c := copy(p[n:], parts[r.part][r.at:])
		n += c
		r.at += c
		if r.at == len(parts[r.part]) {
			r.part, r.at = r.part+1, 0
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (r *bodyReader) Close() error { return nil }

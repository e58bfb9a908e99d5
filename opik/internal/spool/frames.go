package spool

import (
	"bytes"
	"hash/crc32"
	"io"
)

// window is how much of a file is read at once.
const window = 256 << 10

// frames reads the records of a segment. Its memory is bounded by the window and
// the largest record that proved undamaged.
type frames struct {
	r    io.ReaderAt
	seed uint32
	size int64 // where to stop
	buf  []byte
	at   int64 // where buf begins
	// budget bounds how many bytes are checked while looking for records in damaged
	// stretches: without it, bytes that were made for the purpose could cost the
	// square of their number.
	budget int64
}

func newFrames(r io.ReaderAt, size int64, d destination) *frames {
	return &frames{r: r, seed: d.seed(), size: size, budget: 16*size + 1<<20}
}

// peek returns n bytes at off, or fewer at the end of the file. They are valid
// until the next call.
func (f *frames) peek(off int64, n int) ([]byte, error) {
	b, err := f.some(off, n)
	return b[:min(n, len(b))], err
}

// some returns what is at hand from off on: at least n bytes, unless the file ends.
func (f *frames) some(off int64, n int) ([]byte, error) {
	if left := f.size - off; int64(n) > left {
		n = int(max(left, 0))
	}
	if n == 0 {
		return nil, nil
	}
	if off >= f.at && off+int64(n) <= f.at+int64(len(f.buf)) {
		return f.buf[off-f.at:], nil
	}
	want := int(min(int64(max(n, window)), f.size-off))
	if cap(f.buf) < want || cap(f.buf) > 4*window && want <= window {
		f.buf = make([]byte, want)
	}
	f.buf = f.buf[:want]
	got, err := f.r.ReadAt(f.buf, off)
	f.at, f.buf = off, f.buf[:got]
	if err == io.EOF {
		err = nil // the file is shorter than was thought
	}
	return f.buf, err
}

// read returns the record at off. ok is false if there is none that is undamaged; an
// error says that the file could not be read.
func (f *frames) read(off int64) (h head, payload []byte, ok bool, err error) {
	b, err := f.peek(off, headSize)
	if err != nil || len(b) < headSize {
		return h, nil, false, err
	}
	if h, ok = parseHead(b); !ok || off+h.frame() > f.size {
		return h, nil, false, nil
	}
	crc := crc32.Update(f.seed, castagnoli, b[:12])
	if h.length > window {
		// No memory for a length that has not proved right.
		for at, left := off+headSize, h.length; left > 0; {
			b, err := f.peek(at, min(left, window))
			if err != nil || len(b) == 0 {
				return h, nil, false, err
			}
			crc = crc32.Update(crc, castagnoli, b)
			at += int64(len(b))
			left -= len(b)
		}
		if crc != h.crc {
			return h, nil, false, nil
		}
	}
	b, err = f.peek(off+headSize, h.length)
	if err != nil || len(b) < h.length {
		return h, nil, false, err
	}
	if h.length <= window && crc32.Update(crc, castagnoli, b) != h.crc {
		return h, nil, false, nil
	}
	return h, b, true, nil
}

// resync looks for the next undamaged record from off on, with an index of at least
// least. found is false if there is none.
func (f *frames) resync(off int64, least uint32) (at int64, found bool, err error) {
	for off+minFrame <= f.size && f.budget > 0 {
		b, err := f.some(off, headSize)
		if err != nil || len(b) < len(frameMagic) {
			return 0, false, err
		}
		i := bytes.Index(b, frameMagic[:])
		if i < 0 {
			off += int64(len(b) - 1) // the first byte of the magic may be the last one here
			continue
		}
		off += int64(i)
		b, err = f.peek(off, headSize)
		if err != nil || len(b) < headSize {
			return 0, false, err
		}
		if h, ok := parseHead(b); ok && h.index >= least && h.index < f.maxIndex() && off+h.frame() <= f.size {
			f.budget -= h.frame()
			if _, _, ok, err := f.read(off); ok || err != nil {
				return off, ok, err
			}
		}
		off++
	}
	return 0, false, nil
}

// maxIndex bounds the memory for the index of a file: more records than fit are
// told of only by a file that has lost a stretch, and a large one by a forged file.
func (f *frames) maxIndex() uint32 { return uint32(f.size/minFrame + 1<<16) }

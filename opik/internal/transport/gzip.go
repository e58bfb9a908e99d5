package transport

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
)

// gzipWriters keeps compressors, which are large and slow to make. Level 1 is
// chosen because the sender shares the processor with the program that is
// observed: it leaves a quarter more bytes than level 6 and takes a third of
// the time.
var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	if err != nil { // only for an impossible level
		panic(err)
	}
	return w
}}

// compressParts returns the parts, one after the other, as one gzip stream.
// size is their length together.
func compressParts(parts [][]byte, size int) []byte {
	var out bytes.Buffer
	out.Grow(size/4 + 64)
	w := gzipWriters.Get().(*gzip.Writer)
	w.Reset(&out)
	for _, p := range parts {
		w.Write(p) // a bytes.Buffer does not fail
	}
	w.Close()
	w.Reset(io.Discard) // let go of out
	gzipWriters.Put(w)
	return out.Bytes()
}

// compressBody replaces the body of r by a compressed one, if that is allowed
// and worth it. A body that cannot be had twice, or of unknown length, stays.
func (t *Transport) compressBody(r *http.Request) error {
	if !t.compress || r.GetBody == nil || r.ContentLength < int64(t.threshold) ||
		r.Header.Get("Content-Encoding") != "" || !isJSON(r.Header.Get("Content-Type")) {
		return nil
	}
	src, err := r.GetBody()
	if err != nil {
		return err
	}
	defer src.Close()
	plain, err := io.ReadAll(src)
	if err != nil {
		return err
	}
	r.Body.Close()
	setBody(r, compressParts([][]byte{plain}, len(plain)))
	r.Header.Set("Content-Encoding", "gzip")
	return nil
}

func setBody(r *http.Request, b []byte) {
	r.ContentLength = int64(len(b))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
	r.Body, _ = r.GetBody()
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

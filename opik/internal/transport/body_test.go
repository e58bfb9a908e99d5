package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
)

func TestBodyIsReadInAnySteps(t *testing.T) {
	parts := [][]byte{[]byte("one"), nil, []byte("two"), {}, []byte("three")}
	for size := 1; size < 15; size++ {
		r := (&body{parts: parts}).reader()
		var got bytes.Buffer
		if _, err := io.CopyBuffer(struct{ io.Writer }{&got}, struct{ io.Reader }{r}, make([]byte, size)); err != nil || got.String() != "onetwothree" {
			t.Errorf("in steps of %d: %q, %v", size, got.String(), err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			t.Errorf("after the end: %d, %v", n, err)
		}
	}
	if n, err := (&body{parts: parts}).reader().Read(nil); n != 0 || err != nil {
		t.Errorf("reading nothing: %d, %v", n, err)
	}
}

func TestReleasedBodyCannotBeRead(t *testing.T) {
	b := &body{parts: [][]byte{[]byte("text")}}
	begun, fresh := b.reader(), b.reader()
	if n, err := begun.Read(make([]byte, 2)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	b.release()
	for _, r := range []io.Reader{begun, fresh, b.reader()} {
		if n, err := r.Read(make([]byte, 2)); n != 0 || !errors.Is(err, errReleased) {
			t.Errorf("read %d bytes, %v", n, err)
		}
	}
}

// lingering answers before it has read the body, and goes on reading, as net/http
// may do.
type lingering struct{ readers sync.WaitGroup }

func (l *lingering) RoundTrip(r *http.Request) (*http.Response, error) {
	again, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	for _, body := range []io.Reader{r.Body, again} {
		l.readers.Go(func() {
			buf := make([]byte, 10)
			for {
				if _, err := body.Read(buf); err != nil {
					return
				}
			}
		})
	}
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
}

// TestSendReleasesTheBody uses the memory of a request again at once. The race
// detector notices if something still reads it.
func TestSendReleasesTheBody(t *testing.T) {
	l := &lingering{}
	tr := newTransport(t, Options{BaseURL: parse(t, "http://127.0.0.1:1"), HTTPClient: &http.Client{Transport: l}})
	part := make([]byte, 100_000)
	for i := range 50 {
		resp, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/", Body: [][]byte{part}})
		if err != nil || resp.Status != http.StatusNoContent || !resp.Released {
			t.Fatalf("%+v, %v", resp, err)
		}
		for j := range part {
			part[j] = byte(i)
		}
	}
	l.readers.Wait()
}

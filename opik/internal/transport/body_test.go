package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
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
	if !b.release() {
		t.Error("nobody reads, and yet it is not released")
	}
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

func TestBodyIsNotReleasedWhileItIsWritten(t *testing.T) {
	b := &body{parts: [][]byte{[]byte("one"), []byte("two")}}
	r := b.reader()
	parts, err := r.borrow(nil, 4)
	if err != nil || len(parts) != 2 || string(parts[0])+string(parts[1]) != "onet" {
		t.Fatalf("%q, %v", parts, err)
	}
	if b.release() {
		t.Error("released while parts are borrowed")
	}
	if _, err := r.borrow(nil, 4); !errors.Is(err, errReleased) {
		t.Errorf("borrowed again: %v", err)
	}
	r.giveBack()
	if !b.release() {
		t.Error("not released when all is given back")
	}
}

// TestLargeBodiesArriveWhole sends bodies of many parts, some of them empty and some
// larger than what is written at once, one after the other over one connection.
func TestLargeBodiesArriveWhole(t *testing.T) {
	var mu sync.Mutex
	var got []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		all, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		got = all
		mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	}))
	defer srv.Close()
	tr := newTransport(t, Options{BaseURL: parse(t, srv.URL)})
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, largest := range []int{10, 3000, 2 * gatherBytes} {
		for range 5 {
			var parts [][]byte
			var want []byte
			for size := 0; size < 3<<20 && len(parts) < 3000; {
				part := make([]byte, rnd.IntN(largest))
				for i := range part {
					part[i] = byte(rnd.Uint32())
				}
				parts, want = append(parts, part), append(want, part...)
				size += len(part)
			}
			resp, err := tr.Send(t.Context(), Request{Method: "POST", Path: "/", Body: parts})
			if err != nil || resp.Status != http.StatusNoContent || resp.Sent != int64(len(want)) || !resp.Released {
				t.Fatalf("%+v, %v", resp, err)
			}
			mu.Lock()
			if !bytes.Equal(got, want) {
				t.Errorf("%d bytes arrived, %d were sent, or they differ", len(got), len(want))
			}
			mu.Unlock()
		}
	}
	tr.Close()
}

// TestEarlyAnswersAndAbandonedRequests uses the memory of a request again whenever it
// is said to be released, while the server does not take the body.
func TestEarlyAnswersAndAbandonedRequests(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wait" {
			select {
			case <-r.Context().Done():
			case <-release:
			}
			return
		}
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}))
	defer srv.Close()
	defer close(release)
	for i := range 10 {
		for _, path := range []string{"/early", "/wait"} {
			tr := newTransport(t, Options{BaseURL: parse(t, srv.URL)})
			part := make([]byte, 8<<20)
			ctx, cancel := context.WithCancel(t.Context())
			if path == "/wait" {
				time.AfterFunc(time.Duration(i)*time.Millisecond, cancel)
			}
			resp, err := tr.Send(ctx, Request{Method: "POST", Path: path, Body: [][]byte{part[:100], part[100:]}})
			if path == "/wait" && !errors.Is(err, context.Canceled) {
				t.Errorf("%+v, %v", resp, err)
			}
			if resp.Released {
				clear(part)
			}
			cancel()
			tr.Close()
		}
	}
}

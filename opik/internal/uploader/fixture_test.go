package uploader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/leaktest"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/upload"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		child(dir)
		return
	}
	leaktest.Main(m)
}

// fake is a server and a storage in memory.
type fake struct {
	mu    sync.Mutex
	whole bool                                // it keeps files itself
	fail  func(call string) error             // what goes wrong before a call does anything
	after func(call string) error             // and after it has been done
	delay func(ctx context.Context, c string) // how long calls take

	calls   []string
	uploads map[string]*fakeUpload
	files   map[string][]byte // complete ones, by key
	times   map[string]int    // how often each became complete
	active  int
	most    int // calls at the same time
}

type fakeUpload struct {
	file  File
	parts map[int][]byte
}

func newFake() *fake {
	return &fake{uploads: map[string]*fakeUpload{}, files: map[string][]byte{}, times: map[string]int{}}
}

func status(code int) *rest.APIError {
	return &rest.APIError{Operation: "op", Status: code, Messages: []string{"no"}, Header: http.Header{}}
}

// call runs what a call does between what goes wrong with it.
func (s *fake) call(ctx context.Context, name string, do func() error) error {
	s.mu.Lock()
	s.calls = append(s.calls, name)
	s.active++
	s.most = max(s.most, s.active)
	fail, after, delay := s.fail, s.after, s.delay
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.active--
		s.mu.Unlock()
	}()
	if delay != nil {
		delay(ctx, name)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if fail != nil {
		if err := fail(name); err != nil {
			return err
		}
	}
	s.mu.Lock()
	err := do()
	s.mu.Unlock()
	if err == nil && after != nil {
		err = after(name)
	}
	return err
}

func (s *fake) Start(ctx context.Context, f File, parts int) (up Upload, err error) {
	err = s.call(ctx, "start", func() error {
		id := fmt.Sprint(len(s.uploads))
		s.uploads[id] = &fakeUpload{f, map[int][]byte{}}
		up = Upload{ID: id, Whole: s.whole}
		for i := range parts {
			up.Addresses = append(up.Addresses, fmt.Sprintf("%s/%d", id, i+1))
			if s.whole {
				break
			}
		}
		return nil
	})
	return up, err
}

func (s *fake) PutWhole(ctx context.Context, address string, content *upload.Source) error {
	data, err := io.ReadAll(content.Section(0, content.Size()))
	if err != nil {
		return err
	}
	return s.call(ctx, "whole", func() error {
		id, _, _ := strings.Cut(address, "/")
		s.store(s.uploads[id].file, data)
		return nil
	})
}

func (s *fake) PutPart(ctx context.Context, address string, content *upload.Source, p upload.Part) (tag string, err error) {
	data, err := io.ReadAll(content.Section(p.Offset, p.Size))
	if err != nil {
		return "", err
	}
	err = s.call(ctx, fmt.Sprint("part ", p.Number), func() error {
		id, number, _ := strings.Cut(address, "/")
		if number != fmt.Sprint(p.Number) {
			return fmt.Errorf("%w: part %d went to %s", ErrPermanent, p.Number, address)
		}
		s.uploads[id].parts[p.Number] = data
		return nil
	})
	return fmt.Sprint("tag", p.Number), err
}

func (s *fake) Complete(ctx context.Context, f File, size int64, id string, stored []Stored) error {
	return s.call(ctx, "complete", func() error {
		var all []byte
		for i, p := range stored {
			if p.Number != i+1 || p.Tag != fmt.Sprint("tag", i+1) {
				return fmt.Errorf("%w: part %+v at %d", ErrPermanent, p, i)
			}
			all = append(all, s.uploads[id].parts[p.Number]...)
		}
		if int64(len(all)) != size || s.uploads[id].file != f {
			return fmt.Errorf("%w: %d bytes of %+v", ErrPermanent, len(all), f)
		}
		s.store(f, all)
		return nil
	})
}

func (s *fake) store(f File, data []byte) {
	s.files[f.key()] = data
	s.times[f.key()]++
}

func (s *fake) got(f File) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[f.key()]
}

func (s *fake) count(call string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c == call {
			n++
		}
	}
	return n
}

func (s *fake) setFail(fail func(string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = fail
}

// failing returns a rule by which the first n of certain calls fail.
func failing(call string, n int, err error) func(string) error {
	var mu sync.Mutex
	return func(c string) error {
		mu.Lock()
		defer mu.Unlock()
		if c == call && n > 0 {
			n--
			return err
		}
		return nil
	}
}

func always(err error) func(string) error { return func(string) error { return err } }

var errReset = errors.New("connection reset")

func file(name string) File {
	return File{EntityType: "trace", EntityID: "t", Name: name, Project: "p"}
}

// pattern is content that shows where a piece of it was put.
func pattern(size int) []byte { return bytes.Clone(longPattern()[:size]) }

var longPattern = sync.OnceValue(func() []byte {
	data := make([]byte, 11<<20)
	for i := range data {
		data[i] = byte(i>>16) ^ byte(i*7)
	}
	return data
})

func start1(t *testing.T, o Options) *Uploader {
	t.Helper()
	if o.Dir != "" && o.Destination == "" {
		o.Destination = "here"
	}
	u, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func add(t *testing.T, u *Uploader, name string, data []byte) {
	t.Helper()
	if err := u.Add(file(name), Content{Data: data}); err != nil {
		t.Fatalf("add %s: %v", name, err)
	}
}

// counts returns the present counts, which must be in balance.
func counts(t *testing.T, u *Uploader) pipeline.Counts {
	t.Helper()
	c := u.Stats().Kinds[Kind]
	if c.Accepted != c.Delivered+c.Rejected+c.Dropped+c.Spooled+c.Queued || min(c.Delivered, c.Rejected, c.Dropped, c.Spooled, c.Queued) < 0 {
		t.Fatalf("out of balance: %+v", c)
	}
	return c
}

func closeNow(t *testing.T, u *Uploader) pipeline.Receipt {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, _ := u.Close(ctx)
	return r
}

func closeFully(t *testing.T, u *Uploader) {
	t.Helper()
	if r, err := u.Close(context.Background()); err != nil {
		t.Errorf("close: %v, %+v", err, r)
	}
	if u.memory != 0 {
		t.Errorf("%d bytes of memory are still taken", u.memory)
	}
}

// listed returns the names of all files below a folder but locks.
func listed(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// eventually waits inside a bubble or outside until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 120_000 {
		if is() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func logger() (*slog.Logger, func() string) {
	var mu sync.Mutex
	var text bytes.Buffer
	w := writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return text.Write(p)
	})
	return slog.New(slog.NewTextHandler(w, nil)), func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

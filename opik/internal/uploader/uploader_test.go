package uploader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// TestDelivers sends contents of several sizes and origins to both kinds of servers.
func TestDelivers(t *testing.T) {
	folder := t.TempDir()
	for _, whole := range []bool{true, false} {
		for _, dir := range []string{"", t.TempDir()} {
			for _, durable := range []bool{false, true} {
				if durable && dir == "" {
					continue
				}
				t.Run(fmt.Sprintf("whole %v, spool %v, durable %v", whole, dir != "", durable), func(t *testing.T) {
					t.Setenv("TMPDIR", t.TempDir())
					srv := newFake()
					srv.whole = whole
					u := start1(t, Options{Server: srv, Dir: dir, Durable: durable, Sync: durable})
					want := map[string][]byte{}
					for _, size := range []int{1, SmallContent, SmallContent + 1, 5<<20 + 1} {
						data := pattern(size)
						path := filepath.Join(folder, fmt.Sprint(size))
						if err := os.WriteFile(path, data, 0o600); err != nil {
							t.Fatal(err)
						}
						for name, c := range map[string]Content{
							"data": {Data: data}, "path": {Path: path}, "in place": {Path: path, InPlace: true},
							"reader": {Reader: iotest.HalfReader(bytes.NewReader(data))}, "error with data": {Reader: iotest.DataErrReader(bytes.NewReader(data))},
						} {
							name = fmt.Sprint(name, size)
							want[name] = data
							if err := u.Add(file(name), c); err != nil {
								t.Fatal(name, err)
							}
						}
					}
					if r, err := u.Flush(t.Context()); err != nil || r.Total().Delivered != int64(len(want)) {
						t.Errorf("%+v, %v", r.Total(), err)
					}
					for name, data := range want {
						f := file(name)
						f.MIMEType = "text/plain"
						if got := srv.got(f); !bytes.Equal(got, data) {
							t.Errorf("%s: %d bytes arrived, or others", name, len(got))
						}
					}
					closeFully(t, u)
					for _, d := range []string{dir, os.Getenv("TMPDIR")} {
						if d == "" {
							continue
						}
						if left := listed(t, d); len(left) > 0 {
							t.Errorf("left: %v", left)
						}
					}
				})
			}
		}
	}
}

// TestCallersContentMayChange takes content before Add returns.
func TestCallersContentMayChange(t *testing.T) {
	srv := newFake()
	srv.setFail(always(errReset))
	u := start1(t, Options{Server: srv})
	for _, size := range []int{10, SmallContent + 1} {
		data := pattern(size)
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		add(t, u, fmt.Sprint("data", size), data)
		if err := u.Add(file(fmt.Sprint("path", size)), Content{Path: path}); err != nil {
			t.Fatal(err)
		}
		clear(data)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	srv.setFail(nil)
	closeFully(t, u)
	for _, size := range []int{10, SmallContent + 1} {
		for _, from := range []string{"data", "path"} {
			f := file(fmt.Sprint(from, size))
			f.MIMEType = "application/octet-stream"
			if !bytes.Equal(srv.got(f), pattern(size)) {
				t.Errorf("%s: the content is another one", f.Name)
			}
		}
	}
}

// TestBadContent is refused without being counted.
func TestBadContent(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	u := start1(t, Options{Server: newFake()})
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	large := strings.NewReader(strings.Repeat("x", 2*SmallContent))
	for name, c := range map[string]Content{
		"nothing": {}, "empty file": {Path: empty}, "empty file in place": {Path: empty, InPlace: true},
		"no file": {Path: filepath.Join(folder, "none")}, "no file in place": {Path: filepath.Join(folder, "none"), InPlace: true},
		"folder": {Path: folder}, "empty reader": {Reader: strings.NewReader("")},
		"broken reader": {Reader: iotest.ErrReader(broken)}, "reader that breaks late": {Reader: io.MultiReader(large, iotest.ErrReader(broken))},
		"reader that panics": {Reader: (*bytes.Buffer)(nil)},
	} {
		if err := u.Add(file(name), c); !errors.Is(err, ErrContent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := counts(t, u); c != (pipeline.Counts{}) {
		t.Errorf("counted %+v", c)
	}
	closeFully(t, u)
	if left := listed(t, folder); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestFailures goes on where an upload failed.
func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		name   string
		whole  bool
		fail   func(string) error
		after  func(string) error
		counts map[string]int
		status int  // of the rejection
		known  bool // the server says that it has the file
	}{
		{name: "start", fail: failing("start", 4, status(503)), counts: map[string]int{"start": 5, "part 1": 1, "part 2": 1, "part 3": 1, "complete": 1}},
		{name: "part", fail: failing("part 2", 3, errReset), counts: map[string]int{"start": 1, "part 1": 1, "part 2": 4, "part 3": 1}},
		{name: "lost answer of a part", after: failing("part 2", 1, errReset), counts: map[string]int{"start": 1, "part 1": 1, "part 2": 2, "part 3": 1}},
		{name: "expired addresses", fail: failing("part 3", 1, status(403)), counts: map[string]int{"start": 2, "part 1": 2, "part 2": 2, "part 3": 2}},
		{name: "complete", fail: failing("complete", 3, status(502)), counts: map[string]int{"start": 1, "part 3": 1, "complete": 4}},
		{name: "known already", fail: failing("complete", 1, status(409)), counts: map[string]int{"complete": 1}, known: true},
		{name: "unknown upload", fail: failing("complete", 1, status(404)), counts: map[string]int{"start": 2, "part 3": 2, "complete": 2}},
		{name: "whole", whole: true, fail: failing("whole", 2, status(429)), counts: map[string]int{"start": 1, "whole": 3, "complete": 0}},
		{name: "account", fail: failing("start", 2, status(401)), counts: map[string]int{"start": 3, "complete": 1}},
		{name: "account at the end", fail: failing("complete", 1, status(402)), counts: map[string]int{"start": 1, "part 1": 1, "complete": 2}},
		{name: "refused", fail: failing("start", 1, status(400)), counts: map[string]int{"start": 1, "part 1": 0}, status: 400},
		{name: "too large for the server", whole: true, fail: failing("whole", 1, status(413)), counts: map[string]int{"whole": 1}, status: 413},
		{name: "refused by the storage", fail: failing("part 1", 9, status(403)), counts: map[string]int{"start": 3, "part 1": 3}, status: 403},
		{name: "of no use", fail: failing("start", 1, fmt.Errorf("%w: no address", ErrPermanent)), counts: map[string]int{"start": 1}, status: -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv := newFake()
				srv.whole, srv.fail, srv.after = tt.whole, tt.fail, tt.after
				u := start1(t, Options{Server: srv})
				want := pattern(11 << 20)
				add(t, u, "f.bin", want)
				eventually(t, "a verdict", func() bool { return counts(t, u).Queued == 0 })
				for call, n := range tt.counts {
					if got := srv.count(call); got != n {
						t.Errorf("%s: %d calls, want %d", call, got, n)
					}
				}
				r, err := u.Close(t.Context())
				if err != nil {
					t.Error(err)
				}
				if tt.status != 0 {
					if len(r.Rejections) != 1 || r.Rejections[0].Status != max(tt.status, 0) || r.Rejections[0].Key != "t/f.bin" || r.Rejections[0].Message == "" {
						t.Errorf("%+v", r)
					}
					return
				}
				f := file("f.bin")
				f.MIMEType = "application/octet-stream"
				if r.Total().Delivered != 1 {
					t.Errorf("%+v", r.Total())
				}
				if !tt.known && (!bytes.Equal(srv.got(f), want) || srv.times[f.key()] != 1) {
					t.Errorf("%d bytes arrived %d times", len(srv.got(f)), srv.times[f.key()])
				}
			})
		})
	}
}

// TestAddressesExpire asks for new addresses after an hour.
func TestAddressesExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.setFail(failing("part 2", 1_000_000, status(503)))
		u := start1(t, Options{Server: srv})
		add(t, u, "f", pattern(6<<20))
		time.Sleep(2 * time.Hour)
		if n := srv.count("start"); n < 2 || n > 4 {
			t.Errorf("%d starts in two hours", n)
		}
		srv.setFail(nil)
		closeFully(t, u)
		if c := counts(t, u); c.Delivered != 1 {
			t.Errorf("%+v", c)
		}
	})
}

// TestHints waits as long as the server asks for.
func TestHints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		said := status(429)
		said.Header.Set("RateLimit-Reset", "20")
		srv.setFail(failing("start", 1, said))
		u := start1(t, Options{Server: srv})
		began := time.Now()
		add(t, u, "f", []byte("x"))
		if _, err := u.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if passed := time.Since(began); passed < 20*time.Second || passed > 22*time.Second {
			t.Errorf("after %v", passed)
		}
		closeFully(t, u)
	})
}

// TestPause keeps what waits while the server refuses the account, and says so once.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.setFail(always(status(401)))
		log, logged := logger()
		u := start1(t, Options{Server: srv, Logger: log})
		for i := range 10 {
			add(t, u, fmt.Sprint(i), []byte("x"))
		}
		r, err := u.Flush(t.Context())
		if err == nil || !strings.Contains(err.Error(), "401") || r.Total().Queued != 10 {
			t.Errorf("flush: %v, %+v", err, r.Total())
		}
		time.Sleep(30 * time.Minute)
		if n := srv.count("start"); n > 20 {
			t.Errorf("asked %d times in half an hour", n)
		}
		if n := strings.Count(logged(), "does not accept"); n != 1 {
			t.Errorf("said %d times: %s", n, logged())
		}
		srv.setFail(nil)
		time.Sleep(6 * time.Minute)
		if c := counts(t, u); c.Delivered != 10 {
			t.Errorf("%+v", c)
		}
		if !strings.Contains(logged(), "accepts attachments again") {
			t.Error("the end was not said")
		}
		srv.setFail(always(status(402)))
		add(t, u, "late", []byte("x"))
		r, err = u.Close(t.Context())
		if err == nil || r.Total().Dropped != 1 {
			t.Errorf("close: %v, %+v", err, r.Total())
		}
	})
}

// TestOneBadFileHoldsNobodyUp sends the others meanwhile.
func TestOneBadFileHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.setFail(failing("part 2", 1_000_000, status(500)))
		u := start1(t, Options{Server: srv, Workers: 1})
		add(t, u, "bad", pattern(6<<20))
		for i := range 20 {
			add(t, u, fmt.Sprint(i), []byte("x"))
		}
		time.Sleep(time.Minute)
		if c := counts(t, u); c.Delivered != 20 || c.Queued != 1 {
			t.Errorf("%+v", c)
		}
		closeNow(t, u)
	})
}

// TestOrder sends files of one name one after the other, so that the last one stays.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.whole = true
		srv.setFail(failing("whole", 3, errReset))
		u := start1(t, Options{Server: srv, Workers: 4})
		for i := range 10 {
			add(t, u, "same", []byte(fmt.Sprint(i)))
		}
		closeFully(t, u)
		f := file("same")
		f.MIMEType = "text/plain"
		if got := string(srv.got(f)); got != "9" {
			t.Errorf("the last one is %s", got)
		}
	})
}

// TestWorkers bounds the goroutines, which end when there is nothing to do.
func TestWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.delay = func(context.Context, string) { time.Sleep(time.Second) }
		u := start1(t, Options{Server: srv, Workers: 3})
		for i := range 20 {
			add(t, u, fmt.Sprint(i), []byte("x"))
		}
		if _, err := u.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if u.workers != 0 || srv.most != 3 {
			t.Errorf("%d workers are left, at most %d calls at once", u.workers, srv.most)
		}
		closeFully(t, u)
	})
}

// TestPanics turns a panic below the server into a failure.
func TestPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		first := failing("start", 1, errReset)
		srv.setFail(func(c string) error {
			if first(c) != nil {
				panic("oops")
			}
			return nil
		})
		u := start1(t, Options{Server: srv})
		add(t, u, "f", []byte("x"))
		closeFully(t, u)
		if c := counts(t, u); c.Delivered != 1 {
			t.Errorf("%+v", c)
		}
	})
}

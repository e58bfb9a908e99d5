package uploader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// sizes are a small content and one that is never in memory.
var sizes = []int{10, SmallContent + 1}

func text(name string) File {
	f := file(name)
	f.MIMEType = "application/octet-stream"
	return f
}

// TestNextProcessDelivers leaves files behind, as Close does or a crash, and lets
// another uploader send them.
func TestNextProcessDelivers(t *testing.T) {
	for _, durable := range []bool{false, true} {
		for _, crash := range []bool{false, true} {
			t.Run(fmt.Sprintf("durable %v, crash %v", durable, crash), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					dir := t.TempDir()
					srv := newFake()
					srv.delay = func(ctx context.Context, _ string) { <-ctx.Done() }
					u := start1(t, Options{Server: srv, Dir: dir, Durable: durable, Sync: true})
					n := 0
					for _, size := range sizes {
						for i := range 5 {
							n++
							add(t, u, fmt.Sprint("f", size, "-", i), pattern(size))
						}
					}
					if c := counts(t, u); c.Queued != int64(n) {
						t.Errorf("%+v", c)
					}
					if crash {
						left := n
						if !durable {
							left = n / 2 // what is small was in memory
						}
						kill(t, u)
						n = left
					} else {
						ctx, cancel := context.WithTimeout(t.Context(), time.Second)
						defer cancel()
						r, err := u.Close(ctx)
						if err != nil || r.Total().Spooled != int64(n) {
							t.Errorf("close: %v, %+v", err, r.Total())
						}
					}

					srv.delay = nil
					next := start1(t, Options{Server: srv, Dir: dir})
					next.Adopt()
					synctest.Wait()
					c := counts(t, next)
					if c.Delivered != int64(n) || c.Adopted != int64(n) || c.Accepted != int64(n) {
						t.Errorf("%+v, want %d", c, n)
					}
					for _, size := range sizes {
						if !durable && crash && size == sizes[0] {
							continue
						}
						for i := range 5 {
							if f := text(fmt.Sprint("f", size, "-", i)); !bytes.Equal(srv.got(f), pattern(size)) {
								t.Errorf("%s: %d bytes", f.Name, len(srv.got(f)))
							}
						}
					}
					closeFully(t, next)
					if left := listed(t, dir); len(left) > 0 {
						t.Errorf("left: %v", left)
					}
				})
			})
		}
	}
}

// kill ends an uploader as the end of its process would: nothing is tidied up.
func kill(t *testing.T, u *Uploader) {
	t.Helper()
	u.giveUp()
	<-u.quiet
	if u.home.lock != nil {
		if err := u.home.lock.Unlock(); err != nil {
			t.Error(err)
		}
	}
	for _, h := range u.homes {
		if err := h.lock.Unlock(); err != nil {
			t.Error(err)
		}
	}
}

// TestOnlyTheSameDestination leaves alone what waits for another server, and what
// belongs to a process that is alive.
func TestOnlyTheSameDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		leave := func(destination string) {
			u := start1(t, Options{Server: newFake(), Dir: dir, Destination: destination, Durable: true})
			u.opts.Server.(*fake).setFail(always(errReset))
			add(t, u, "f", []byte("x"))
			closeNow(t, u)
		}
		leave("elsewhere")
		alive := start1(t, Options{Server: newFake(), Dir: dir, Durable: true})
		alive.opts.Server.(*fake).setFail(always(errReset))
		add(t, alive, "f", []byte("x"))

		u := start1(t, Options{Server: newFake(), Dir: dir})
		u.Adopt()
		synctest.Wait()
		if c := counts(t, u); c != (pipeline.Counts{}) {
			t.Errorf("adopted %+v", c)
		}
		closeNow(t, alive)
		u.Adopt()
		synctest.Wait()
		if c := counts(t, u); c.Adopted != 1 || c.Delivered != 1 {
			t.Errorf("after the end of the other: %+v", c)
		}
		closeFully(t, u)
		if left := listed(t, dir); len(left) != 4 || !strings.HasPrefix(left[0], "elsewhere-") {
			t.Errorf("left: %v", left)
		}
	})
}

// TestDamage puts aside what is not what it was, and counts it.
func TestDamage(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, content, manifest string){
		"content is shorter": func(t *testing.T, content, _ string) { check(t, os.Truncate(content, 5)) },
		"content differs":    func(t *testing.T, content, _ string) { flip(t, content) },
		"content is gone":    func(t *testing.T, content, _ string) { check(t, os.Remove(content)) },
		"manifest differs":   func(t *testing.T, _, manifest string) { flip(t, manifest) },
		"manifest is empty":  func(t *testing.T, _, manifest string) { check(t, os.Truncate(manifest, 0)) },
		"manifest is short":  func(t *testing.T, _, manifest string) { check(t, os.Truncate(manifest, 40)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dir := t.TempDir()
				down := newFake()
				down.setFail(always(errReset))
				u := start1(t, Options{Server: down, Dir: dir, Durable: true})
				add(t, u, "good", pattern(100))
				synctest.Wait()
				good := listed(t, dir)
				add(t, u, "bad", pattern(100))
				closeNow(t, u)
				for _, path := range listed(t, dir) {
					if !strings.HasSuffix(path, ".json") || contains(good, path) {
						continue
					}
					manifest := filepath.Join(dir, path)
					damage(t, strings.TrimSuffix(manifest, ".json")+".data", manifest)
				}
				log, logged := logger()
				srv := newFake()
				next := start1(t, Options{Server: srv, Dir: dir, Logger: log})
				next.Adopt()
				synctest.Wait()
				c := counts(t, next)
				if c.Adopted != 2 || c.Delivered != 1 || c.Dropped != 1 || next.Stats().Drops[pipeline.DropSpoolDamaged] != 1 {
					t.Errorf("%+v, %v", c, next.Stats().Drops)
				}
				if !bytes.Equal(srv.got(text("good")), pattern(100)) {
					t.Error("the good one did not arrive")
				}
				if !strings.Contains(logged(), "an attachment is lost") {
					t.Errorf("logged: %s", logged())
				}
				closeFully(t, next)
				left := listed(t, dir)
				if len(left) < 2 || left[0] != "damaged" {
					t.Errorf("left: %v", left)
				}
			})
		})
	}
}

func contains(list []string, s string) bool {
	for _, other := range list {
		if other == s {
			return true
		}
	}
	return false
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// flip changes a bit in the middle of a file.
func flip(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	check(t, err)
	data[len(data)*2/3] ^= 4
	check(t, os.WriteFile(path, data, 0o600))
}

// TestUnfinishedFilesAreRemoved tidies up after a process that ended while it wrote.
func TestUnfinishedFilesAreRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		dead := filepath.Join(dir, "here-1")
		check(t, os.Mkdir(dead, 0o700))
		for _, name := range []string{"lock", "a.data", "b.json.tmp", "b.data"} {
			check(t, os.WriteFile(filepath.Join(dead, name), []byte("x"), 0o600))
		}
		u := start1(t, Options{Server: newFake(), Dir: dir})
		u.Adopt()
		synctest.Wait()
		if c := counts(t, u); c != (pipeline.Counts{}) {
			t.Errorf("%+v", c)
		}
		if left := listed(t, dir); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		closeFully(t, u)
	})
}

// TestOutageGoesToDisk gives memory back while the server cannot be had; a flush
// does not wait for it.
func TestOutageGoesToDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.setFail(always(status(503)))
		u := start1(t, Options{Server: srv, Dir: t.TempDir()})
		for i := range 20 {
			add(t, u, fmt.Sprint(i), pattern(1000))
		}
		r, err := u.Flush(t.Context())
		if err != nil || r.Total().Spooled != 20 {
			t.Errorf("flush: %v, %+v", err, r.Total())
		}
		if u.memory != 20*overhead {
			t.Errorf("%d bytes of memory are taken", u.memory)
		}
		srv.setFail(nil)
		time.Sleep(time.Minute)
		if c := counts(t, u); c.Delivered != 20 {
			t.Errorf("%+v", c)
		}
		closeFully(t, u)
	})
}

// TestAge drops what has waited too long.
func TestAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		srv := newFake()
		srv.setFail(always(status(503)))
		u := start1(t, Options{Server: srv, Dir: dir, Durable: true, MaxAge: time.Hour})
		add(t, u, "adopted", []byte("x"))
		closeNow(t, u)
		time.Sleep(50 * time.Minute)
		u = start1(t, Options{Server: srv, Dir: dir, Durable: true, MaxAge: time.Hour})
		add(t, u, "own", []byte("x"))
		u.Adopt()
		time.Sleep(20 * time.Minute)
		if c := counts(t, u); c.Dropped != 1 || c.Accepted != 2 {
			t.Errorf("%+v", c)
		}
		time.Sleep(time.Hour)
		if c := counts(t, u); c.Dropped != 2 || u.Stats().Drops[pipeline.DropSpoolAge] != 2 {
			t.Errorf("%+v", c)
		}
		closeFully(t, u)
		if left := listed(t, dir); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
}

// TestDiskBound makes the oldest files give way.
func TestDiskBound(t *testing.T) {
	for _, spool := range []bool{false, true} {
		t.Run(fmt.Sprint("spool ", spool), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				t.Setenv("TMPDIR", t.TempDir())
				const limit = 3 << 20
				srv := newFake()
				srv.setFail(always(status(503)))
				o := Options{Server: srv, MaxDisk: limit}
				if spool {
					o.Dir = t.TempDir()
				}
				u := start1(t, o)
				for i := range 10 {
					add(t, u, fmt.Sprint(i), pattern(1<<20))
					synctest.Wait()
					if u.disk > limit {
						t.Errorf("%d bytes on disk", u.disk)
					}
				}
				if c := counts(t, u); c.Accepted != 10 || c.Dropped != 7 {
					t.Errorf("%+v", c)
				}
				// What can never have room drives nothing out.
				if err := u.Add(file("huge"), Content{Data: pattern(limit + 1)}); !errors.Is(err, pipeline.ErrFull) {
					t.Errorf("error %v", err)
				}
				srv.setFail(nil)
				closeFully(t, u)
				for i := range 10 {
					if got := srv.got(text(fmt.Sprint(i))); i >= 8 && got == nil || i < 7 && got != nil {
						t.Errorf("file %d: %d bytes arrived", i, len(got))
					}
				}
				if u.disk != 0 {
					t.Errorf("%d bytes of disk are still taken", u.disk)
				}
			})
		})
	}
}

// TestMemoryBound never takes more than it may. With a folder nothing is lost.
func TestMemoryBound(t *testing.T) {
	for _, spool := range []bool{false, true} {
		t.Run(fmt.Sprint("spool ", spool), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				t.Setenv("TMPDIR", t.TempDir())
				srv := newFake()
				srv.setFail(always(status(503)))
				var shared int64
				o := Options{Server: srv, MaxMemory: 20 << 10,
					Reserve: func(n int64) bool {
						if shared+n > 10<<10 {
							return false
						}
						shared += n
						return true
					},
					Occupy:  func(n int64) { shared += n },
					Release: func(n int64) { shared -= n },
				}
				if spool {
					o.Dir = t.TempDir()
				}
				u := start1(t, o)
				for i := range 100 {
					add(t, u, fmt.Sprint(i), pattern(3000))
					synctest.Wait()
					if u.memory > o.MaxMemory || u.memory != shared {
						t.Fatalf("%d bytes of memory, %d of the shared", u.memory, shared)
					}
				}
				c := counts(t, u)
				if spool && c.Dropped != 0 || !spool && c.Dropped == 0 {
					t.Errorf("%+v", c)
				}
				srv.setFail(nil)
				time.Sleep(10 * time.Minute)
				if c := counts(t, u); c.Delivered != 100-c.Dropped {
					t.Errorf("%+v", c)
				}
				closeFully(t, u)
				if shared != 0 {
					t.Errorf("%d bytes are still taken", shared)
				}
			})
		})
	}
}

// TestInPlace reads the file when it is sent, and notices changes.
func TestInPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.setFail(always(status(503)))
		u := start1(t, Options{Server: srv, Dir: t.TempDir(), Durable: true})
		folder := t.TempDir()
		for _, name := range []string{"same", "other", "removed"} {
			path := filepath.Join(folder, name)
			check(t, os.WriteFile(path, pattern(1000), 0o600))
			check(t, u.Add(text(name), Content{Path: path, InPlace: true}))
		}
		check(t, os.WriteFile(filepath.Join(folder, "other"), pattern(1001), 0o600))
		check(t, os.Remove(filepath.Join(folder, "removed")))
		srv.setFail(nil)
		closeFully(t, u)
		if c := counts(t, u); c.Delivered != 1 || c.Dropped != 2 || !bytes.Equal(srv.got(text("same")), pattern(1000)) {
			t.Errorf("%+v", c)
		}
		if left := listed(t, folder); len(left) != 2 {
			t.Errorf("left: %v", left)
		}
	})
}

// TestDiskFails keeps what it can in memory, and says what it cannot.
func TestDiskFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		blocked := filepath.Join(t.TempDir(), "file")
		check(t, os.WriteFile(blocked, nil, 0o600))
		srv := newFake()
		log, logged := logger()
		u := start1(t, Options{Server: srv, Dir: filepath.Join(blocked, "x"), Durable: true, Logger: log, MaxMemory: 2 << 20})
		for name, size := range map[string]int{"small": 10, "large": 1 << 20} {
			if err := u.Add(text(name), Content{Data: pattern(size)}); !errors.Is(err, pipeline.ErrNotDurable) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if !strings.Contains(logged(), "cannot be kept on disk") {
			t.Errorf("logged: %s", logged())
		}
		err := u.Add(text("larger"), Content{Data: pattern(3 << 20)})
		if err == nil || errors.Is(err, pipeline.ErrNotDurable) || u.Stats().SpoolFailures == 0 || u.Stats().SpoolError == nil || u.Stats().Drops[DropStorage] != 1 {
			t.Errorf("%v, %v", err, u.Stats().Drops)
		}
		closeFully(t, u)
		if c := counts(t, u); c.Delivered != 2 || c.Dropped != 1 {
			t.Errorf("%+v", c)
		}
	})
}

// TestFilesArePrivate looks at what others could read.
func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such modes")
	}
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	for _, dir := range []string{"", filepath.Join(t.TempDir(), "spool")} {
		srv := newFake()
		srv.setFail(always(errReset))
		u := start1(t, Options{Server: srv, Dir: dir, Durable: dir != ""})
		for _, size := range sizes {
			add(t, u, fmt.Sprint(size), pattern(size))
		}
		root := dir
		if root == "" {
			root = temporary
		}
		names := listed(t, root)
		if len(names) < 2 {
			t.Errorf("%v", names)
		}
		for _, name := range names {
			info, err := os.Lstat(filepath.Join(root, name))
			check(t, err)
			want := os.FileMode(0o600)
			if info.IsDir() {
				want = 0o700
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s: %v", name, info.Mode())
			}
		}
		closeNow(t, u)
	}
	if left := listed(t, temporary); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestAfterClose counts what comes too late.
func TestAfterClose(t *testing.T) {
	u := start1(t, Options{Server: newFake()})
	closeFully(t, u)
	if err := u.Add(file("f"), Content{Data: []byte("x")}); !errors.Is(err, pipeline.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if c := counts(t, u); c.Dropped != 1 || u.Stats().Drops[pipeline.DropClosed] != 1 {
		t.Errorf("%+v", c)
	}
	closeFully(t, u)
}

// TestCloseDeadline returns in time, though nothing moves, and leaves no goroutine.
func TestCloseDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := newFake()
		srv.delay = func(ctx context.Context, _ string) { <-ctx.Done() }
		u := start1(t, Options{Server: srv})
		for i := range 10 {
			add(t, u, fmt.Sprint(i), []byte("x"))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		r, err := u.Close(ctx)
		if passed := time.Since(began); passed > 3100*time.Millisecond {
			t.Errorf("after %v", passed)
		}
		if !errors.Is(err, context.DeadlineExceeded) || r.Total().Dropped != 10 || u.Stats().Drops[pipeline.DropDeadline] != 10 {
			t.Errorf("%v, %+v", err, r.Total())
		}
		if u.memory != 0 {
			t.Errorf("%d bytes of memory are still taken", u.memory)
		}
	})
}

// TestDamagedFilesAreBounded keeps the latest of what was put aside.
func TestDamagedFilesAreBounded(t *testing.T) {
	dir := t.TempDir()
	for i := range maxDamaged + 3 {
		check(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d", i)), nil, 0o600))
	}
	check(t, trimDamaged(dir))
	if left := listed(t, dir); len(left) != maxDamaged || left[0] != "0003" {
		t.Errorf("%d are left, from %s", len(left), left[0])
	}
}

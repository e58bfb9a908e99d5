package filelock

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func mustLock(t *testing.T, path string) *Lock {
	t.Helper()
	l, err := TryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Unlock(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestASecondOwnerInTheProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	l := mustLock(t, path)
	if _, err := TryLock(path); !errors.Is(err, ErrLocked) {
		t.Fatalf("the second lock: %v", err)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	mustLock(t, path)
}

func TestFileIsForTheOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes")
	}
	path := filepath.Join(t.TempDir(), "lock")
	mustLock(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Fatalf("%v, %v", info.Mode(), err)
	}
}

func TestRemoveLeavesNoFileAndNoLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	l := mustLock(t, path)
	if err := l.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the file: %v", err)
	}
	if err := errors.Join(l.Remove(), l.Unlock()); err != nil {
		t.Errorf("again: %v", err)
	}
	mustLock(t, path)
}

func TestNilAndZeroLocksDoNothing(t *testing.T) {
	var none *Lock
	if err := errors.Join(none.Unlock(), none.Remove(), new(Lock).Unlock(), new(Lock).Remove()); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNotAFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	for name, path := range map[string]string{
		"folder": dir, "symbolic link": link, "in a missing folder": filepath.Join(dir, "none", "lock"),
	} {
		if l, err := TryLock(path); err == nil || errors.Is(err, ErrLocked) {
			t.Errorf("%s: %v", name, errors.Join(err, l.Unlock()))
		}
	}
}

// TestOneOwnerAtATime has many owners lock, and remove the file or leave it.
func TestOneOwnerAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var inside, locked atomic.Int32
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 500 {
				l, err := TryLock(path)
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				locked.Add(1)
				if inside.Add(1) != 1 {
					t.Error("two owners at once")
				}
				inside.Add(-1)
				end := l.Unlock
				if (i+n)%2 == 0 && runtime.GOOS != "windows" {
					end = l.Remove
				}
				if err := end(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if locked.Load() == 0 {
		t.Error("nobody got the lock")
	}
}

const childEnv = "OPIK_TEST_FILELOCK"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		if _, err := TryLock(path); err != nil {
			os.Exit(1)
		}
		os.Stdout.WriteString("locked\n")
		io.Copy(io.Discard, os.Stdin) // until it is killed
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestLockEndsWithTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+path)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "locked\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	if _, err := TryLock(path); !errors.Is(err, ErrLocked) {
		t.Errorf("while the child lives: %v", err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	mustLock(t, path)
}

package leaktest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// recorder is a test that only takes notes.
type recorder struct {
	testing.TB
	cleanups []func()
	failed   bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Cleanup(f func())      { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func (r *recorder) finish() bool {
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		r.cleanups[i]()
	}
	return r.failed
}

func TestCheck(t *testing.T) {
	old := make(chan struct{})
	go func() { <-old }()
	defer close(old)

	r := &recorder{}
	Check(r)
	if r.finish() {
		t.Error("a goroutine from before counts")
	}

	r = &recorder{}
	Check(r)
	slow := make(chan struct{})
	go func() { <-slow }()
	r.Cleanup(func() { close(slow) })
	if r.finish() {
		t.Error("a goroutine that a cleanup ends counts")
	}

	r = &recorder{}
	Check(r)
	left := make(chan struct{})
	defer close(left)
	go func() { <-left }()
	if !r.finish() {
		t.Error("a goroutine that is left does not count")
	}
}

// main of the child process.
func TestMain(m *testing.M) {
	patience = 300 * time.Millisecond
	switch os.Getenv("LEAKTEST_CHILD") {
	case "clean":
		Main(fake(func() int { return 0 }))
	case "failing":
		Main(fake(func() int { return 7 }))
	case "leaking":
		Main(fake(func() int { go leakedFunction(); return 0 }))
	}
	Main(m)
}

type fake func() int

func (f fake) Run() int { return f() }

func leakedFunction() { select {} }

func TestMainOfOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for mode, want := range map[string]int{"clean": 0, "failing": 7, "leaking": 1} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "LEAKTEST_CHILD="+mode)
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != want {
			t.Errorf("%s: exit code %d, want %d: %s", mode, code, want, out)
		}
		if named := strings.Contains(string(out), "leakedFunction"); named != (mode == "leaking") {
			t.Errorf("%s: printed %s", mode, out)
		}
	}
}

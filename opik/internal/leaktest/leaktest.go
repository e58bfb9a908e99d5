// Package leaktest finds goroutines that a test leaves behind. It is for tests
// only.
package leaktest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines may take to end after the test.
var patience = 3 * time.Second

// Check fails t if goroutines that were started after this call still run when
// t and its other cleanups are finished; call it first. Goroutines get three
// seconds to end. It must not be used in parallel tests, which see each
// other's goroutines, nor inside a synctest bubble, which makes the check
// itself.
func Check(t testing.TB) {
	t.Helper()
	before := ids(stacks())
	t.Cleanup(func() {
		if left := wait(before); len(left) > 0 {
			t.Errorf("%d goroutines are left:\n\n%s", len(left), strings.Join(left, "\n\n"))
		}
	})
}

// Main runs the tests of a package and ends the program, as a function
//
//	func TestMain(m *testing.M) { leaktest.Main(m) }
//
// does. It makes passing tests fail if goroutines are left at their end.
func Main(m interface{ Run() int }) {
	before := ids(stacks())
	code := m.Run()
	if code == 0 {
		if left := wait(before); len(left) > 0 {
			fmt.Fprintf(os.Stderr, "leaktest: %d goroutines are left:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// Watch returns a function that tells the stacks of the goroutines that were
// started after this call and run when it is called. Counting goroutines would
// not do: those of earlier tests may end in between.
func Watch() func() []string {
	before := ids(stacks())
	return func() []string { return started(before) }
}

// wait returns the stacks of the goroutines that are not in before, once they
// have had time to end.
func wait(before map[string]bool) []string {
	deadline := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		left := started(before)
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(pause)
	}
}

// started returns the stacks of the goroutines that are not in before.
func started(before map[string]bool) []string {
	var left []string
	for _, s := range stacks() {
		if !before[id(s)] && !ours(s) {
			left = append(left, s)
		}
	}
	return left
}

// stacks returns the stacks of all goroutines but the calling one.
func stacks() []string {
	buf := make([]byte, 1<<16)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			all := strings.Split(strings.TrimSpace(string(buf[:n])), "\n\n")
			return all[1:]
		}
		buf = make([]byte, 2*len(buf))
	}
}

// id returns the beginning of a stack up to the goroutine's number, which is
// not used again.
func id(stack string) string {
	head, _, _ := strings.Cut(stack, " [")
	return head
}

func ids(stacks []string) map[string]bool {
	set := make(map[string]bool, len(stacks))
	for _, s := range stacks {
		set[id(s)] = true
	}
	return set
}

// ours reports whether a stack belongs to the runtime or to package testing
// rather than to what is tested.
func ours(stack string) bool {
	for _, mark := range []string{
		"testing.(*T).Run(",
		"testing.(*M).startAlarm",
		"testing.runFuzzing(",
		"os/signal.signal_recv",
		"os/signal.loop",
		"runtime.ensureSigM",
		"runtime/trace.",
		"runtime/pprof.",
	} {
		if strings.Contains(stack, mark) {
			return true
		}
	}
	return false
}

package spool

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/leaktest"
)

const (
	childDir  = "OPIK_TEST_SPOOL_DIR"
	childSeed = "OPIK_TEST_SPOOL_SEED"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir, os.Getenv(childSeed))
	}
	leaktest.Main(m)
}

// crashRounds returns how often the crash tests kill.
func crashRounds() int {
	if os.Getenv("OPIK_TEST_FULL") != "" {
		return 1000
	}
	return 30
}

// child appends, reads and finishes records until it is killed, or kills itself at
// an operation on the disk. Each line that it writes says what has happened:
// "ready", "A key" when Append has returned, "D key" when a record was read, "F key"
// when Done has returned.
func child(dir, seedText string) {
	seed, err := strconv.ParseUint(seedText, 10, 64)
	check := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	check(err)
	rnd := rand.New(rand.NewPCG(seed, 0))
	fs := &faultFS{at: -1, die: func() {
		self, err := os.FindProcess(os.Getpid())
		check(err)
		check(self.Kill())
		select {}
	}}
	if rnd.IntN(2) == 0 {
		fs.at, fs.what = 1+rnd.IntN(150), crashBefore+fault(rnd.IntN(3))
	}
	sp, err := Open(Options{
		Dir: dir, SegmentBytes: int64(512 << rnd.IntN(6)), FS: fs,
		Sync: []Sync{Always, Interval(time.Millisecond), Never}[rnd.IntN(3)],
	})
	check(err)
	say := func(what, key string) {
		_, err := os.Stdout.WriteString(what + " " + key + "\n") // less than a pipe takes at once
		check(err)
	}
	_, err = sp.Adopt()
	check(err)
	say("ready", "")
	for g := range 4 {
		hold, group := rnd.IntN(3) == 0, 1+rnd.IntN(3)
		go func() {
			s := sp.Stream(fmt.Sprint("s", g%2))
			for n := 0; ; n += group {
				var recs []Record
				for i := range group {
					r := record(fmt.Sprintf("%d-%d-%d", seed, g, n+i))
					r.Data = append(r.Data, strings.Repeat("x", n%300)...)
					recs = append(recs, r)
				}
				tokens, err := s.Append(hold, recs...)
				check(err)
				for _, r := range recs {
					say("A", r.Key)
				}
				if hold && n%5 > 0 {
					s.Release(tokens...)
				}
			}
		}()
	}
	lazy := rnd.IntN(4) == 0 // leaves a backlog
	for i := 0; ; i++ {
		if lazy {
			time.Sleep(10 * time.Millisecond)
		}
		s := sp.Stream(fmt.Sprint("s", i%2))
		entries, err := s.Next(1+i%20, 1<<20)
		check(err)
		refused := i%7 == 6
		var tokens []Token
		for _, e := range entries {
			if !refused {
				say("D", e.Key)
			}
			tokens = append(tokens, e.Token)
		}
		if refused {
			s.Return(tokens...)
			continue
		}
		s.Done(tokens...)
		for _, e := range entries {
			say("F", e.Key)
		}
	}
}

// ledger is what the parent knows of the records.
type ledger struct {
	mu                                 sync.Mutex
	appended, delivered, finished      map[string]bool
	duplicates, quarantined, selfKills int64
	again                              []string // delivered after they were finished
}

func newLedger() *ledger {
	return &ledger{appended: map[string]bool{}, delivered: map[string]bool{}, finished: map[string]bool{}}
}

func (l *ledger) read(line string) {
	what, key, _ := strings.Cut(line, " ")
	l.mu.Lock()
	defer l.mu.Unlock()
	switch what {
	case "A":
		l.appended[key] = true
	case "D":
		l.got(key)
	case "F":
		l.finished[key] = true
	}
}

// got is called with the lock held.
func (l *ledger) got(key string) {
	if l.delivered[key] {
		l.duplicates++
	}
	if l.finished[key] {
		l.again = append(l.again, key)
	}
	l.delivered[key] = true
}

// TestCrash kills processes that share a folder, at random moments and at random
// operations on the disk, round after round, and looks after each whether what they
// had appended is there.
func TestCrash(t *testing.T) {
	seed := rand.Uint64() >> 1
	rnd := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	l := newLedger()
	rounds := crashRounds()
	for round := range rounds {
		var wg sync.WaitGroup
		for i := range 1 + rnd.IntN(2) {
			after := time.Duration(rnd.IntN(25_000)) * time.Microsecond
			wg.Go(func() { runChild(t, l, dir, seed+uint64(2*round+i), after) })
		}
		wg.Wait()
		if t.Failed() {
			t.FailNow()
		}
		damaged := round%10 == 9 && appendGarbage(t, dir)
		// From time to time all is read, for a backlog would only cost time.
		l.check(t, dir, damaged, round%10 == 9 || round == rounds-1)
	}
	if l.selfKills == 0 || len(l.appended) == 0 || len(l.finished) == 0 {
		t.Errorf("%d died at failpoints, %d records were appended, %d finished", l.selfKills, len(l.appended), len(l.finished))
	}
	t.Logf("%d rounds from seed %d: %d acknowledged, %d delivered, 0 lost, %d duplicates, %d quarantined, %d died at failpoints",
		rounds, seed, len(l.appended), len(l.delivered), l.duplicates, l.quarantined, l.selfKills)
}

// runChild starts a child, kills it a while after it is ready, and reads what it says.
func runChild(t *testing.T, l *ledger, dir string, seed uint64, after time.Duration) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childSeed+"="+strconv.FormatUint(seed, 10))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	var timer *time.Timer
	killed := make(chan struct{})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		if timer == nil {
			timer = time.AfterFunc(after, func() {
				defer close(killed)
				// It may be dead already: then this is an error of no interest.
				_ = cmd.Process.Kill()
			})
		}
		l.read(line)
	}
	if timer != nil && !timer.Stop() {
		<-killed
	} else {
		l.mu.Lock()
		l.selfKills++
		l.mu.Unlock()
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Errorf("a child of seed %d was not killed: %v\n%s", seed, err, stderr.String())
	}
}

// appendGarbage damages a segment, if there is one.
func appendGarbage(t *testing.T, dir string) bool {
	t.Helper()
	segments, err := filepath.Glob(filepath.Join(dir, "v*", "*"+segmentSuffix))
	if err != nil {
		t.Fatal(err)
	}
	if len(segments) == 0 {
		return false
	}
	f, err := os.OpenFile(segments[len(segments)/2], os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("\xFE\xED\x01 torn or foreign"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return true
}

// check opens the folder as the next process does.
func (l *ledger) check(t *testing.T, dir string, damaged, drain bool) {
	t.Helper()
	sp, err := Open(Options{Dir: dir, Sync: Never})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sp.Adopt(); err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, name := range sp.Streams() {
		s := sp.Stream(name)
		entries, err := s.Next(1<<30, 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		var tokens []Token
		for _, e := range entries {
			if found[e.Key] {
				t.Errorf("%s is there twice", e.Key)
			}
			found[e.Key] = true
			if l.finished[e.Key] {
				l.again = append(l.again, e.Key)
			}
			tokens = append(tokens, e.Token)
		}
		if drain {
			for key := range found {
				l.got(key)
			}
			s.Done(tokens...)
		} else {
			s.Return(tokens...)
		}
	}
	for key := range l.appended {
		if !found[key] && !l.delivered[key] {
			t.Errorf("%s was acknowledged and is lost", key)
		}
	}
	for _, key := range l.again {
		t.Errorf("%s was finished and is there again", key)
	}
	st := sp.Stats()
	l.quarantined += st.QuarantinedRecords
	if damaged && st.QuarantinedRecords == 0 {
		t.Error("the damage was not counted")
	}
	if st.Failures > 0 {
		t.Errorf("%d failures: %v", st.Failures, st.Problem)
	}
	if err := sp.Close(); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.FailNow()
	}
}

package spool

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opik-go/sdk/opik/internal/leaktest"
)

func record(key string) Record {
	return Record{Kind: "span", Key: key, Path: "p/" + key, Group: "g" + key[:1], Data: []byte(`{"id":"` + key + `"}`)}
}

func mustOpen(t testing.TB, o Options) *Spool {
	t.Helper()
	sp, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sp.Close(); err != nil {
			t.Error(err)
		}
	})
	return sp
}

func mustAppend(t testing.TB, s *Stream, hold bool, keys ...string) []Token {
	t.Helper()
	var recs []Record
	for _, k := range keys {
		recs = append(recs, record(k))
	}
	tokens, err := s.Append(hold, recs...)
	if err != nil || len(tokens) != len(keys) {
		t.Fatalf("%d tokens, %v", len(tokens), err)
	}
	return tokens
}

func mustNext(t testing.TB, s *Stream, n int) (keys []string, tokens []Token) {
	t.Helper()
	entries, err := s.Next(n, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		keys, tokens = append(keys, e.Key), append(tokens, e.Token)
	}
	return keys, tokens
}

func wantKeys(t testing.TB, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
}

func mustClose(t testing.TB, sp *Spool) {
	t.Helper()
	if err := sp.Close(); err != nil {
		t.Fatal(err)
	}
}

func mustAdopt(t testing.TB, sp *Spool) []Adopted {
	t.Helper()
	found, err := sp.Adopt()
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// names lists the files below a folder.
func names(t testing.TB, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && path != dir {
			all = append(all, strings.TrimPrefix(path, dir+string(filepath.Separator)))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	sp := mustOpen(t, Options{Dir: t.TempDir(), Destination: "d"})
	s := sp.Stream("rows")
	want := []Record{
		{Kind: "span", Key: "k", Path: "a/b", Group: "g", Time: time.Now().Truncate(0), Weight: 1, Data: []byte("{}")},
		{Kind: "span", Time: time.Now().Add(time.Hour).Truncate(0), Weight: 70_000, Data: []byte{0xFE, 0xED, 0}},
		{Kind: "", Time: time.Now().Truncate(0), Weight: 255, Data: make([]byte, 300<<10)},
	}
	if _, err := s.Append(false, want...); err != nil {
		t.Fatal(err)
	}
	got, err := s.Next(10, 1<<30)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d records, %v", len(got), err)
	}
	for i, e := range got {
		if !e.Time.Equal(want[i].Time) {
			t.Errorf("record %d is of %v, want %v", i, e.Time, want[i].Time)
		}
		e.Time = want[i].Time
		if fmt.Sprint(e.Record) != fmt.Sprint(want[i]) {
			t.Errorf("record %d: %.100v, want %.100v", i, e.Record, want[i])
		}
	}
	if st := sp.Stats(); st.Pending["span"] != 70_001 || st.Pending[""] != 255 || st.Records != 3 {
		t.Errorf("%+v", st)
	}
}

func TestStatesOfARecord(t *testing.T) {
	sp := mustOpen(t, Options{Dir: t.TempDir()})
	s := sp.Stream("rows")
	mustAppend(t, s, false, "a", "b")
	heldTokens := mustAppend(t, s, true, "c", "d")
	mustAppend(t, s, false, "e")

	keys, taken := mustNext(t, s, 2)
	wantKeys(t, "first", keys, "a", "b")
	s.Release(heldTokens[1])
	s.Release(taken[0], Token{}) // not held: no effect
	s.Return(heldTokens[0])      // not taken: no effect
	s.Return(taken[0])
	keys, taken = mustNext(t, s, 10)
	wantKeys(t, "returned, released and the rest", keys, "a", "d", "e")
	s.Done(append(taken, heldTokens[0])...)
	s.Done(taken...)
	s.Return(taken...) // done is done
	keys, _ = mustNext(t, s, 10)
	wantKeys(t, "after all is done", keys)
	if st := sp.Stats(); st.Records != 1 || st.Pending["span"] != 1 || len(st.Held) != 0 {
		t.Errorf("b should be left: %+v", st)
	}
	if n := s.Pending(); n != 1 {
		t.Errorf("%d are pending", n)
	}
}

func TestNextKeepsToItsLimitsButGivesOne(t *testing.T) {
	sp := mustOpen(t, Options{Dir: t.TempDir()})
	s := sp.Stream("rows")
	mustAppend(t, s, false, "a", "b", "c")
	for _, tt := range []struct{ records, bytes, want int }{{0, 100, 0}, {5, 0, 0}, {1, 1000, 1}, {5, 1, 1}, {5, 1000, 1}} {
		if got, err := s.Next(tt.records, tt.bytes); err != nil || len(got) != tt.want {
			t.Errorf("Next(%d, %d) gives %d, %v", tt.records, tt.bytes, len(got), err)
		}
	}
}

func TestAnotherProcessTakesOverWhatIsNotDone(t *testing.T) {
	dir := t.TempDir()
	old := mustOpen(t, Options{Dir: dir, Destination: "d"})
	s := old.Stream("rows")
	mustAppend(t, s, false, "a", "b", "c", "d")
	mustAppend(t, s, true, "e")
	_, tokens := mustNext(t, s, 3)
	s.Done(tokens[0], tokens[2])
	other := mustOpen(t, Options{Dir: dir, Destination: "another"})
	next := mustOpen(t, Options{Dir: dir, Destination: "d"})
	if found := mustAdopt(t, next); len(found) != 0 {
		t.Fatalf("adopted from a living owner: %v", found)
	}
	mustClose(t, old)
	if found := mustAdopt(t, other); len(found) != 0 {
		t.Fatalf("adopted for another destination: %v", found)
	}
	if found := mustAdopt(t, next); !slices.Equal(found, []Adopted{{"span", 3, 3}}) {
		t.Fatalf("adopted %v", found)
	}
	mustAppend(t, next.Stream("rows"), false, "f")
	keys, tokens := mustNext(t, next.Stream("rows"), 10)
	wantKeys(t, "adopted and new", keys, "b", "d", "e", "f")
	next.Stream("rows").Done(tokens...)
	mustClose(t, next)
	mustClose(t, other)
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestAppendersShareTheSync(t *testing.T) {
	leaktest.Check(t)
	for name, sync := range map[string]Sync{"always": Always, "interval": Interval(time.Millisecond), "never": Never} {
		t.Run(name, func(t *testing.T) { testManyAppenders(t, sync) })
	}
}

func testManyAppenders(t *testing.T, policy Sync) {
	sp := mustOpen(t, Options{Dir: t.TempDir(), SegmentBytes: 4 << 10, Sync: policy})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			s := sp.Stream(fmt.Sprint("s", g%2))
			for i := range 100 {
				tokens := mustAppend(t, s, i%2 == 0, fmt.Sprintf("%d-%03d", g, i))
				if i%2 == 0 {
					s.Release(tokens...)
				}
			}
		})
	}
	seen := make(map[string]bool)
	last := make(map[string]string)
	for len(seen) < 800 {
		for _, name := range []string{"s0", "s1"} {
			s := sp.Stream(name)
			keys, tokens := mustNext(t, s, 7)
			for _, k := range keys {
				if seen[k] {
					t.Fatalf("%s came twice", k)
				}
				seen[k] = true
				last[k[:1]] = k
			}
			s.Done(tokens...)
		}
	}
	wg.Wait()
	if st := sp.Stats(); st.Records != 0 || st.Failures != 0 || len(st.Lost) != 0 || len(st.Pending) != 0 {
		t.Errorf("%+v", st)
	}
}

func TestSizeCapLosesTheOldestWholeGroups(t *testing.T) {
	lost := make(map[string]int64)
	sp := mustOpen(t, Options{
		Dir: t.TempDir(), MaxBytes: 16 << 10, SegmentBytes: 2 << 10,
		Lost: func(kind string, why Cause, n int64) { lost[kind+" "+string(why)] += n },
	})
	s := sp.Stream("rows")
	big := func(key, group string) {
		r := record(key)
		r.Group, r.Data = group, make([]byte, 500)
		if _, err := s.Append(false, r); err != nil {
			t.Fatal(err)
		}
	}
	big("first", "old")
	for i := range 20 {
		big(fmt.Sprint("n", i), fmt.Sprint("n", i))
	}
	big("second", "old") // its group is lost with the first
	for i := range 20 {
		big(fmt.Sprint("m", i), fmt.Sprint("m", i))
	}
	st := sp.Stats()
	if st.Bytes > 16<<10 || lost["span size"] == 0 || st.Lost["span"][LostSize] != lost["span size"] {
		t.Fatalf("%+v, told %v", st, lost)
	}
	keys, tokens := mustNext(t, s, 100)
	if slices.Contains(keys, "second") || slices.Contains(keys, "first") || keys[len(keys)-1] != "m19" {
		t.Errorf("left: %q", keys)
	}
	if got := int64(len(keys)) + lost["span size"]; got != 42 {
		t.Errorf("%d records are left or lost", got)
	}
	s.Done(tokens...)
}

func TestHeldRecordsAreNotEvicted(t *testing.T) {
	sp := mustOpen(t, Options{Dir: t.TempDir(), MaxBytes: 4 << 10, SegmentBytes: 1 << 10})
	s := sp.Stream("rows")
	var tokens []Token
	var err error
	for err == nil {
		var more []Token
		r := record("k")
		r.Data = make([]byte, 300)
		more, err = s.Append(true, r)
		tokens = append(tokens, more...)
	}
	if !errors.Is(err, ErrFull) || len(tokens) == 0 {
		t.Fatalf("%d records, then %v", len(tokens), err)
	}
	s.Release(tokens[0])
	if st := sp.Stats(); st.Records != len(tokens) || len(st.Lost) != 0 {
		t.Errorf("%+v", st)
	}
}

func TestAgeCap(t *testing.T) {
	now := time.Now()
	lost := int64(0)
	sp := mustOpen(t, Options{
		Dir: t.TempDir(), MaxAge: time.Hour, SegmentBytes: 512, Now: func() time.Time { return now },
		Lost: func(_ string, why Cause, n int64) {
			if why == LostAge {
				lost += n
			}
		},
	})
	s := sp.Stream("rows")
	for i := range 20 {
		mustAppend(t, s, false, fmt.Sprintf("k%02d", i))
		now = now.Add(5 * time.Minute)
	}
	keys, _ := mustNext(t, s, 100)
	// One group: the first one's age is the end of all.
	if len(keys) != 0 || lost != 20 {
		t.Errorf("%d are left, %d lost", len(keys), lost)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for name, o := range map[string]Options{
		"no folder": {}, "negative size": {Dir: "x", MaxBytes: -1}, "negative age": {Dir: "x", MaxAge: -1},
		"negative segment": {Dir: "x", SegmentBytes: -1}, "unknown policy": {Dir: "x", Sync: -2},
	} {
		if _, err := Open(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAfterCloseNothingWorksAndNothingBreaks(t *testing.T) {
	sp := mustOpen(t, Options{Dir: t.TempDir()})
	s := sp.Stream("rows")
	tokens := mustAppend(t, s, true, "a")
	mustClose(t, sp)
	mustClose(t, sp)
	if _, err := s.Append(false, record("b")); !errors.Is(err, ErrClosed) {
		t.Errorf("Append: %v", err)
	}
	if _, err := s.Next(1, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("Next: %v", err)
	}
	s.Release(tokens...)
	s.Done(tokens...)
}

func TestTooLargeRecordsAreRefused(t *testing.T) {
	sp := mustOpen(t, Options{Dir: t.TempDir(), Sync: Never})
	s := sp.Stream("rows")
	for name, r := range map[string]Record{
		"kind": {Kind: strings.Repeat("k", maxName+1)}, "group": {Group: strings.Repeat("g", maxName+1)},
		"data": {Data: make([]byte, maxRecord)},
	} {
		tokens, err := s.Append(false, record("before"), r, record("after"))
		if !errors.Is(err, ErrTooLarge) || len(tokens) != 1 {
			t.Errorf("%s: %d tokens, %v", name, len(tokens), err)
		}
	}
}

package spool

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFailpoints fails every single operation on the disk of a scenario, in every
// way, and opens what is left: no record that was acknowledged and is not done is
// missing, none is there twice, and all is in order.
func TestFailpoints(t *testing.T) {
	count := &faultFS{at: -1}
	if err := failScenario(t.TempDir(), count); err != nil {
		t.Fatalf("without a failure: %v", err)
	}
	hits := make(map[string]int)
	for what := range faults {
		for at := 1; at <= count.ops; at++ {
			f := &faultFS{what: what, at: at}
			if err := failScenario(t.TempDir(), f); err != nil {
				t.Errorf("%v at operation %d (%s): %v", what, at, f.hit, err)
			}
			hits[f.hit]++
		}
	}
	t.Logf("%d failures: %v", int(faults)*count.ops, hits)
	for _, name := range []string{"write", "sync", "sync folder", "rename", "unlink", "create", "append", "mkdir", "open", "read", "readdir"} {
		if hits[name] == 0 {
			t.Errorf("nothing failed at %s", name)
		}
	}
}

// failScenario plays two processes after each other, of which the first or the second meets
// the failure, and then one that must find everything.
func failScenario(dir string, f *faultFS) error {
	sure := make(map[string]bool)  // acknowledged
	maybe := make(map[string]bool) // tried: may or may not be there
	done := make(map[string]bool)
	o := Options{Dir: dir, SegmentBytes: 600, FS: f}

	life := func(name string) error {
		sp, err := Open(o)
		if err != nil {
			return err
		}
		// Only failures that the test has asked for: it does not matter where they show.
		_, _ = sp.Adopt()
		lanes := []*Stream{sp.Stream("rows"), sp.Stream("scores")}
		for i := range 8 {
			s := lanes[i%2]
			keys := []string{fmt.Sprint(name, i, "x"), fmt.Sprint(name, i, "y")}
			maybe[keys[0]], maybe[keys[1]] = true, true
			tokens, _ := s.Append(i%4 == 3, record(keys[0]), record(keys[1]))
			for _, k := range keys[:len(tokens)] {
				sure[k] = true
			}
			if i%4 == 3 {
				s.Release(tokens...)
			}
			entries, _ := s.Next(2, 1<<20)
			for j, e := range entries {
				if !maybe[e.Key] || done[e.Key] && !f.fired() {
					return fmt.Errorf("%s was given", e.Key)
				}
				if i%3 == 2 && j == 1 {
					s.Return(e.Token)
					continue
				}
				done[e.Key] = true
				s.Done(e.Token)
			}
		}
		_ = sp.Close()
		return nil
	}
	for _, name := range []string{"a", "b"} {
		if err := life(name); err != nil {
			return err
		}
		homes, err := filepath.Glob(filepath.Join(dir, "v*"))
		if err != nil {
			return err
		}
		for _, home := range homes {
			if err := os.WriteFile(filepath.Join(home, "foreign"), []byte(name), fileMode); err != nil {
				return err
			}
		}
	}
	return lastLife(dir, sure, maybe, done, f.fired())
}

func (f *faultFS) fired() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hit != ""
}

func lastLife(dir string, sure, maybe, done map[string]bool, fired bool) error {
	sp, err := Open(Options{Dir: dir, SegmentBytes: 600})
	if err != nil {
		return err
	}
	if _, err := sp.Adopt(); err != nil {
		return err
	}
	found := make(map[string]bool)
	for _, name := range sp.Streams() {
		s := sp.Stream(name)
		var keys []string
		entries, err := s.Next(1000, 1<<20)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if found[e.Key] || !maybe[e.Key] || done[e.Key] && !fired {
				return fmt.Errorf("%s is left", e.Key)
			}
			found[e.Key] = true
			keys = append(keys, e.Key)
			s.Done(e.Token)
		}
		if !slices.IsSorted(keys) {
			return fmt.Errorf("the order is %q", keys)
		}
	}
	for k := range sure {
		if !done[k] && !found[k] {
			return fmt.Errorf("%s is missing", k)
		}
	}
	if st := sp.Stats(); st.Records != 0 || st.Failures != 0 {
		return fmt.Errorf("%+v", st)
	}
	if err := sp.Close(); err != nil {
		return err
	}
	// Nothing but what was put aside may be left.
	entries, err := disk{}.ReadDir(dir, 100)
	for _, e := range entries {
		if e.Name() != quarantineName {
			return fmt.Errorf("%s is left", e.Name())
		}
	}
	return err
}

package pipeline

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestIndexIsLikeAMap compares the index with a map in a random sequence of changes.
func TestIndexIsLikeAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var x index
	want := map[string]*record{}
	var all []*record
	for range 3 {
		for range 20_000 {
			key := fmt.Sprint(r.IntN(5000))
			switch {
			case r.IntN(3) > 0:
				e := &record{key: key}
				all = append(all, e)
				x.put(e)
				want[key] = e
			case len(all) > 0:
				e := all[r.IntN(len(all))]
				x.remove(e)
				if want[e.key] == e {
					delete(want, e.key)
				}
			}
			if got := x.get(key); got != want[key] {
				t.Fatalf("%s: %p, want %p", key, got, want[key])
			}
			if x.length != len(want) {
				t.Fatalf("%d entries, want %d", x.length, len(want))
			}
		}
		for key, e := range want {
			if x.get(key) != e {
				t.Fatalf("%s is lost", key)
			}
		}
		for _, e := range all {
			x.remove(e)
			if e.link != (link{}) {
				t.Fatalf("%+v is left of a record that was removed", e.link)
			}
		}
		clear(want)
		all = nil
		if x.length != 0 || x.buckets != nil {
			t.Fatalf("%d entries are left", x.length)
		}
	}
	if x.get("") != nil {
		t.Error("an empty index has an entry")
	}
}

func BenchmarkIndex(b *testing.B) {
	var x index
	var records [5000]record
	for i := range records {
		records[i].key = fmt.Sprintf("018cc251-f400-7abc-8def-%012d", i)
	}
	i := 0
	for b.Loop() {
		r := &records[i%len(records)]
		x.remove(r)
		if x.get(r.key) != nil {
			b.Fatal("found")
		}
		x.put(r)
		i++
	}
}

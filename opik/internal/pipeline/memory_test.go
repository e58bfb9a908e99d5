package pipeline

import (
	"math/rand/v2"
	"testing"
)

func TestClassOfEverySize(t *testing.T) {
	last, lastSize := -1, 1<<smallestClass
	for n := 1; n <= 1<<(largestClass+1)+1; n++ {
		class, size := classOf(n)
		if n <= 1<<smallestClass || n > 1<<(largestClass+1) {
			if class != -1 || size != n {
				t.Fatalf("classOf(%d) = %d, %d", n, class, size)
			}
			continue
		}
		if class != last && (class != last+1 || n != lastSize+1) || class >= classes {
			t.Fatalf("classOf(%d) = %d after class %d of %d bytes", n, class, last, lastSize)
		}
		if size < n || size > n+n/4+1 {
			t.Fatalf("classOf(%d): %d bytes", n, size)
		}
		if again, _ := classOf(size); again != class {
			t.Fatalf("%d bytes of class %d are given back to class %d", size, class, again)
		}
		last, lastSize = class, size
	}
	if last != classes-1 {
		t.Errorf("%d classes, want %d", last+1, classes)
	}
}

func TestMemoryIsUsedAgain(t *testing.T) {
	m := memory{limit: 10_000}
	first := m.get(1000)
	if len(first) != 1000 {
		t.Fatalf("%d bytes", len(first))
	}
	m.put([][]byte{first})
	second := m.get(1010)
	if len(second) != 1010 || &second[0] != &first[0] {
		t.Error("what was given back is not used")
	}
	if third := m.get(1010); &third[0] == &first[0] {
		t.Error("memory is handed out twice")
	}
	if m.kept != 0 {
		t.Errorf("%d bytes are kept", m.kept)
	}
}

func TestMemoryKeepsNoMoreThanItsLimit(t *testing.T) {
	m := memory{limit: 10_000}
	for range 100 {
		m.put([][]byte{m.get(900), make([]byte, 1000, 1001), make([]byte, 20), make([]byte, 1<<20)})
		if m.kept > m.limit {
			t.Fatalf("%d bytes are kept", m.kept)
		}
	}
	var list [][]byte
	for range 100 {
		list = append(list, make([]byte, 1024))
	}
	m.put(list)
	if m.kept > m.limit || m.kept < m.limit-1024 {
		t.Errorf("%d bytes are kept, the limit is %d", m.kept, m.limit)
	}
}

func TestTrimLetsGoOfWhatIsNotNeeded(t *testing.T) {
	m := memory{limit: 1 << 20}
	var list [][]byte
	for range 100 {
		list = append(list, m.get(1024))
	}
	m.put(list)
	m.trim() // all of it was needed
	if m.kept != 100*1024 {
		t.Fatalf("%d bytes are kept", m.kept)
	}
	m.put([][]byte{m.get(1024), m.get(1024)})
	m.trim() // only two were
	if m.kept != 2*1024 {
		t.Errorf("%d bytes are kept after a time in which 2 KiB were needed", m.kept)
	}
	m.trim()
	if m.kept != 0 {
		t.Errorf("%d bytes are kept after a time in which none were needed", m.kept)
	}
}

func TestMemoryCountsWhatItKeeps(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := memory{limit: 1 << 18}
	var out [][]byte
	for range 20_000 {
		switch r.IntN(5) {
		case 0, 1:
			out = append(out, m.get(1+r.IntN(3000)))
		case 2, 3:
			n := r.IntN(len(out) + 1)
			m.put(out[n:])
			out = out[:n]
		default:
			m.trim()
		}
		var kept int64
		for class, free := range m.free {
			for _, b := range free {
				if c, _ := classOf(cap(b)); c != class {
					t.Fatalf("%d bytes are in class %d", cap(b), class)
				}
				kept += int64(cap(b))
			}
		}
		if kept != m.kept || m.low > m.kept || m.low < 0 {
			t.Fatalf("%d bytes are kept, the counter says %d, low %d", kept, m.kept, m.low)
		}
	}
}

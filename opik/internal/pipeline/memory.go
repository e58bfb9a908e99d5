package pipeline

import (
	"math/bits"
	"time"

	"github.com/opik-go/sdk/opik/internal/spin"
)

// memory hands out what records are encoded in, and takes it back when they are
// delivered. Without it, the collector would run once for every few hundred records
// of a program that does nothing else.
//
// Sizes are rounded up to classes, four for each power of two, so that what is given
// back fits later records. The zero value keeps nothing.
type memory struct {
	mu   spin.Mutex
	free [classes][][]byte
	// kept is the size of all that is free, limit its bound, and low the least that
	// was kept since the last trim.
	kept, limit, low int64
	trimmed          time.Time
}

const (
	smallestClass = 7  // 128 bytes
	largestClass  = 18 // below 512 KiB
	classes       = (largestClass - smallestClass + 1) * 4
)

// classOf returns the smallest class that n bytes fit into, and its size. It returns
// -1 if n is smaller or larger than all: such records are rare, or cheap.
func classOf(n int) (class, size int) {
	if n <= 1<<smallestClass || n > 1<<(largestClass+1) {
		return -1, n
	}
	power := bits.Len(uint(n-1)) - 1 // 2^power < n <= 2^(power+1)
	quarter := 1 << (power - 2)
	steps := (n - 1 - 1<<power) / quarter
	return (power-smallestClass)*4 + steps, 1<<power + (steps+1)*quarter
}

// get returns memory for n bytes, with undefined content.
func (m *memory) get(n int) []byte {
	class, size := classOf(n)
	if class < 0 {
		return make([]byte, n)
	}
	m.mu.Lock()
	free := m.free[class]
	if last := len(free) - 1; last >= 0 {
		b := free[last]
		free[last] = nil
		m.free[class] = free[:last]
		m.kept -= int64(size)
		m.low = min(m.low, m.kept)
		m.mu.Unlock()
		return b[:n]
	}
	m.mu.Unlock()
	return make([]byte, n, size)
}

// put takes memory back that nobody refers to any more. Memory of other origin is
// welcome if its size fits.
func (m *memory) put(list [][]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range list {
		class, size := classOf(cap(b))
		if class < 0 || size != cap(b) || m.kept+int64(size) > m.limit {
			continue
		}
		m.free[class] = append(m.free[class], b)
		m.kept += int64(size)
	}
}

// trimEvery is how long memory has to be unused before it is let go of.
const trimEvery = 10 * time.Second

// trimIfDue is called now and then. It reports whether anything is kept.
func (m *memory) trimIfDue(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.trimmed) >= trimEvery {
		m.trimmed = now
		m.trim()
	}
	return m.kept > 0
}

// trim lets go of what was not needed since it was called last.
func (m *memory) trim() {
	for class := classes - 1; class >= 0 && m.low > 0; class-- {
		free := m.free[class]
		n := len(free)
		for n > 0 && m.low > 0 {
			n--
			size := int64(cap(free[n]))
			free[n] = nil
			m.kept -= size
			m.low -= size
		}
		if m.free[class] = free[:n]; n == 0 {
			m.free[class] = nil
		}
	}
	m.low = m.kept
}

// Package hist counts durations so that percentiles can be told afterwards.
package hist

import (
	"math"
	"math/bits"
	"time"
)

// Values below 128 ns have a bucket each. Above, each doubling is divided into 64
// buckets, so that a percentile is wrong by less than one part in 64.
const (
	subBits = 6
	sub     = 1 << subBits
	buckets = (64 - subBits) * sub
)

// Histogram counts durations. Adding takes a few nanoseconds and no memory. It is
// not safe for concurrent use: each goroutine has its own, and [Histogram.Merge]
// brings them together.
type Histogram struct {
	counts [buckets]uint64
	n      uint64
	sum    uint64
	max    uint64
}

// Add counts a duration. A negative one counts as none.
func (h *Histogram) Add(d time.Duration) {
	v := uint64(max(d, 0))
	h.counts[index(v)]++
	h.n++
	h.sum += v
	h.max = max(h.max, v)
}

func index(v uint64) int {
	if v < 2*sub {
		return int(v)
	}
	shift := bits.Len64(v) - subBits - 1
	return shift*sub + int(v>>shift)
}

// middle returns the middle of a bucket.
func middle(i int) uint64 {
	if i < 2*sub {
		return uint64(i)
	}
	shift := i/sub - 1
	low := uint64(i-shift*sub) << shift
	return low + uint64(1)<<shift/2
}

// Merge adds what other has counted.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.n += other.n
	h.sum += other.sum
	h.max = max(h.max, other.max)
}

// Count returns how many durations were added.
func (h *Histogram) Count() int64 { return int64(h.n) }

// Mean returns the mean in nanoseconds, and 0 of nothing.
func (h *Histogram) Mean() float64 {
	if h.n == 0 {
		return 0
	}
	return float64(h.sum) / float64(h.n)
}

// Max returns the longest duration.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max) }

// Percentile returns the duration that the given part of all durations does not
// exceed; 0.99 is the 99th percentile. Of nothing it is 0.
func (h *Histogram) Percentile(part float64) time.Duration {
	rank := uint64(math.Ceil(part * float64(h.n)))
	rank = min(max(rank, 1), h.n)
	var seen uint64
	for i, n := range h.counts {
		if seen += n; n > 0 && seen >= rank {
			return time.Duration(min(middle(i), h.max))
		}
	}
	return 0
}

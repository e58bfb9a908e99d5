// Package uuid7 makes and checks the identifiers of Opik entities: UUIDs of
// version 7 (RFC 9562), in lower case with hyphens.
//
// The server accepts no other version, and its time filters read the
// timestamp inside the id rather than the entity's start time. An id should
// therefore be made when its entity begins, or with [At] for one that began
// earlier.
package uuid7

import (
	"crypto/rand"
	"encoding/binary"
	"time"
	"unsafe"

	"github.com/opik-go/sdk/opik/internal/spin"
)

// The layout that this package gives to the 122 free bits: 48 bits of Unix
// milliseconds, 12 bits of the fraction of that millisecond (RFC 9562, method
// 3), 62 random bits. Milliseconds and fraction together are one count of
// ticks of 1/4096 ms.
const (
	ticksPerMilli = 1 << 12
	maxTick       = 1<<60 - 1
	randomBits    = 62
)

// New returns an id for the present moment. Each id is greater, as a string
// and as a number, than every id that New returned before in this process,
// also when the clock stands still or is set back. It is safe for concurrent
// use.
func New() string { return NewAt(time.Now()) }

// NewAt is [New] for a caller that has read the clock a moment ago. It must not be
// given any other time, since later ids are never smaller; [At] is for that.
func NewAt(now time.Time) string {
	mu.Lock()
	defer mu.Unlock()
	return format(present.next(tickOf(now), true))
}

// At returns an id for the moment t, cut to 1/4096 of a millisecond. Ids for
// the same moment that are made one after the other increase; ids for
// different moments sort as the moments do. A time before 1970 counts as 1970,
// and one after the year 10889 as the last that the format can hold. It is
// safe for concurrent use, and does not disturb the order of [New].
func At(t time.Time) string {
	mu.Lock()
	defer mu.Unlock()
	return format(past.next(tickOf(t), false))
}

var (
	mu      spin.Mutex
	present sequence
	past    sequence
	pool    randomPool
	// texts is memory for the texts of the next ids. One allocation serves seven of
	// them, which take a multiple of 64 bytes together.
	texts []byte
)

const textLength = 36

// sequence hands out increasing pairs of tick and random number.
type sequence struct {
	tick   uint64
	random uint64
}

// next returns the two halves of an id. With monotonic, a tick that is not
// later than the last one is replaced by the last one.
func (s *sequence) next(tick uint64, monotonic bool) (hi, lo uint64) {
	switch {
	case tick == s.tick || monotonic && tick < s.tick:
		// Within a tick the random part counts up in random steps, so that ids
		// stay hard to guess without running ahead of the clock.
		s.random += uint64(uint32(pool.next())) + 1
		if s.random>>randomBits != 0 {
			s.tick = min(s.tick+1, maxTick)
			s.random = firstRandom()
		}
	default:
		s.tick, s.random = tick, firstRandom()
	}
	hi = s.tick>>12<<16 | 7<<12 | s.tick&(ticksPerMilli-1)
	lo = 0b10<<randomBits | s.random
	return hi, lo
}

// firstRandom is the random part of the first id of a tick. Its highest bit is
// zero, which leaves room for half a billion further ids in the tick.
func firstRandom() uint64 { return pool.next() >> (64 - randomBits + 1) }

// randomPool spreads the cost of asking the operating system for random bytes.
// It is small: what it holds would be repeated by a copy of the process that
// is made from a snapshot.
type randomPool struct {
	bytes [256]byte
	used  int
	ready bool
}

func (p *randomPool) next() uint64 {
	if !p.ready || p.used == len(p.bytes) {
		// Read returns no error since Go 1.24: it succeeds or ends the process.
		rand.Read(p.bytes[:])
		p.used, p.ready = 0, true
	}
	v := binary.NativeEndian.Uint64(p.bytes[p.used:])
	p.used += 8
	return v
}

func tickOf(t time.Time) uint64 {
	milli := t.UnixMilli()
	if milli < 0 {
		return 0
	}
	if milli > maxTick/ticksPerMilli {
		return maxTick
	}
	within := uint64(t.Nanosecond() % int(time.Millisecond))
	return uint64(milli)*ticksPerMilli + within*ticksPerMilli/uint64(time.Millisecond)
}

// hexPairs holds "00" to "ff".
var hexPairs = func() (pairs [256][2]byte) {
	const digits = "0123456789abcdef"
	for i := range pairs {
		pairs[i] = [2]byte{digits[i>>4], digits[i&0xf]}
	}
	return pairs
}()

// format is called with the lock held.
func format(hi, lo uint64) string {
	if len(texts) < textLength {
		texts = make([]byte, 7*textLength)
	}
	b := texts[:textLength:textLength]
	texts = texts[textLength:]
	put := func(at int, v uint64) { *(*[2]byte)(b[at:]) = hexPairs[byte(v)] }
	put(0, hi>>56)
	put(2, hi>>48)
	put(4, hi>>40)
	put(6, hi>>32)
	b[8] = '-'
	put(9, hi>>24)
	put(11, hi>>16)
	b[13] = '-'
	put(14, hi>>8)
	put(16, hi)
	b[18] = '-'
	put(19, lo>>56)
	put(21, lo>>48)
	b[23] = '-'
	put(24, lo>>40)
	put(26, lo>>32)
	put(28, lo>>24)
	put(30, lo>>16)
	put(32, lo>>8)
	put(34, lo)
	return unsafe.String(&b[0], len(b)) // nobody writes to it any more
}

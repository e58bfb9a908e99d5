package spool

import (
	"hash/maphash"
	"time"
)

// state is that of a record.
type state uint16

const (
	settled state = iota // done, lost, or never there
	free                 // to be read
	held                 // to be read once it is released
	taken                // read, not done yet
	states
)

// segment is a file of records and the index of it: two bytes for each record, of
// which two bits are its state, six its kind and eight its weight.
type segment struct {
	stream  *Stream
	home    *home
	path    string
	created int64
	newest  int64 // time of the youngest record
	size    int64 // where the undamaged records end
	index   []uint16
	heavy   map[uint32]int64 // weights that do not fit in the index
	count   [states]int

	// from is where the first free record may be.
	from, fromOff uint32

	evicting bool
	gone     bool // removed, or about to be
	damaged  bool
	retry    time.Time // not to be read before, after a failure
	failures int
}

const (
	kindBits   = 6
	weightBits = 8
	heavyMark  = 1<<weightBits - 1
)

func (g *segment) state(i uint32) state { return state(g.index[i] >> (kindBits + weightBits)) }
func (g *segment) kind(i uint32) int    { return int(g.index[i] >> weightBits & (1<<kindBits - 1)) }

func (g *segment) weight(i uint32) int64 {
	if w := g.index[i] & heavyMark; w != heavyMark {
		return int64(w)
	}
	return g.heavy[i]
}

// add appends a record to the index. It counts nowhere yet but in the segment.
func (g *segment) add(st state, kind int, weight int64) {
	w := uint16(heavyMark)
	if weight < heavyMark {
		w = uint16(weight)
	} else {
		if g.heavy == nil {
			g.heavy = make(map[uint32]int64)
		}
		g.heavy[uint32(len(g.index))] = weight
	}
	g.index = append(g.index, uint16(st)<<(kindBits+weightBits)|uint16(kind)<<weightBits|w)
	g.count[st]++
}

// put changes the state of a record within the segment.
func (g *segment) put(i uint32, to state) {
	g.count[g.state(i)]--
	g.count[to]++
	g.index[i] = g.index[i]&(1<<(kindBits+weightBits)-1) | uint16(to)<<(kindBits+weightBits)
	if to == settled {
		delete(g.heavy, i)
	}
}

// open returns how many records are not done.
func (g *segment) open() int { return g.count[free] + g.count[held] + g.count[taken] }

// move changes the state of a record, and the sums with it. The lock is held.
func (sp *Spool) move(g *segment, i uint32, to state) {
	from := g.state(i)
	k, w := g.kind(i), g.weight(i)
	sp.kinds.sums[k][from] -= w
	if to != settled {
		sp.kinds.sums[k][to] += w
	}
	g.put(i, to)
}

// lower makes the reading begin at a record again, and frees it.
func (sp *Spool) lower(g *segment, t Token) {
	if t.index < g.from {
		g.from, g.fromOff = t.index, t.off
	}
	sp.move(g, t.index, free)
}

// lose settles a record that is not delivered. The lock is held.
func (sp *Spool) lose(g *segment, i uint32, why Cause, l *losses) {
	kind, w := sp.kinds.names[g.kind(i)], g.weight(i)
	sp.move(g, i, settled)
	sp.totals.lost(kind, why, w)
	for j := range *l {
		if x := &(*l)[j]; x.kind == kind && x.cause == why {
			x.weight += w
			return
		}
	}
	*l = append(*l, loss{kind, why, w})
}

// kindTable gives kinds numbers that fit in the index. A 64th kind and all further
// ones count as one.
type kindTable struct {
	names   []string
	numbers map[string]int
	sums    [1 << kindBits][states]int64 // of weights
}

const otherKind = "other"

func (t *kindTable) number(kind []byte) int {
	if n, ok := t.numbers[string(kind)]; ok {
		return n
	}
	return t.learn(string(kind))
}

func (t *kindTable) learn(kind string) int {
	if n, ok := t.numbers[kind]; ok {
		return n
	}
	if t.numbers == nil {
		t.numbers = make(map[string]int)
	}
	switch last := 1<<kindBits - 1; {
	case len(t.names) > last:
		return last
	case len(t.names) == last:
		kind = otherKind
		if n, ok := t.numbers[kind]; ok {
			return n
		}
	}
	n := len(t.names)
	t.names = append(t.names, kind)
	t.numbers[kind] = n
	return n
}

// groupSet holds the hashes of groups that are being lost, the latest of them.
type groupSet struct {
	seed  maphash.Seed
	known map[uint64]Cause
	order []uint64 // a ring once it is full
	next  int
}

// maxGroups bounds the set: about 2 MiB.
const maxGroups = 1 << 15

// reset forgets all groups. Their hashes stay the same, for tokens have them.
func (s *groupSet) reset() {
	if s.known == nil {
		s.seed = maphash.MakeSeed()
	}
	if len(s.order) > 0 || s.known == nil {
		s.known, s.order, s.next = make(map[uint64]Cause), nil, 0
	}
}

// hash returns 0 for no group.
func (s *groupSet) hash(group []byte) uint64 {
	if len(group) == 0 {
		return 0
	}
	return max(maphash.Bytes(s.seed, group), 1)
}

// why returns the cause for which a group is being lost, or "".
func (s *groupSet) why(hash uint64) Cause { return s.known[hash] }

func (s *groupSet) add(hash uint64, why Cause) {
	if hash == 0 || s.why(hash) != "" {
		return
	}
	s.known[hash] = why
	if len(s.order) < maxGroups {
		s.order = append(s.order, hash)
		return
	}
	delete(s.known, s.order[s.next])
	s.order[s.next] = hash
	s.next = (s.next + 1) % maxGroups
}

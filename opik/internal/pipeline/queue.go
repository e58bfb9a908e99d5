package pipeline

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/opik-go/sdk/opik/internal/message"
)

// record is one encoded message. Its data begins with a comma, which is left
// out for the first record of a request; so a batch is sent as it lies in
// memory.
type record struct {
	prev, next *record
	link       link
	kind       *kindState
	key, path  string
	// group is the trace that the record belongs to, if there is a spool.
	group string
	// disk says where the record lies on disk; nil if nowhere.
	disk *place
	// data is used for another record when this one is delivered, unless it is
	// shared: something outside the pipeline may still read it.
	data   []byte
	shared bool
	// seq orders records by when they were accepted. A record keeps it when a
	// later one is merged into it.
	seq uint64
	// weight is the number of accepted records that this one stands for.
	weight int64
	// suspicion says how often the server failed on this record alone.
	suspicion suspicion
}

// recordOverhead estimates the memory that managing a record takes: the record
// itself and its place in the index.
const recordOverhead = 224

func cost(data []byte, key, path string) int64 {
	return int64(cap(data) + len(key) + len(path) + recordOverhead)
}

func (r *record) cost() int64 { return cost(r.data, r.key, r.path) }

// list is a doubly linked list of records, ordered by seq.
type list struct {
	first, last *record
	length      int
}

func (l *list) pushBack(r *record) {
	r.prev, r.next = l.last, nil
	if l.last != nil {
		l.last.next = r
	} else {
		l.first = r
	}
	l.last = r
	l.length++
}

func (l *list) pushFront(r *record) {
	r.prev, r.next = nil, l.first
	if l.first != nil {
		l.first.prev = r
	} else {
		l.last = r
	}
	l.first = r
	l.length++
}

// insert puts a record in order that is older than most.
func (l *list) insert(r *record) {
	next := l.first
	for next != nil && next.seq < r.seq {
		next = next.next
	}
	switch {
	case next == l.first:
		l.pushFront(r)
	case next == nil:
		l.pushBack(r)
	default:
		r.prev, r.next = next.prev, next
		r.prev.next, next.prev = r, r
		l.length++
	}
}

func (l *list) remove(r *record) {
	if r.prev != nil {
		r.prev.next = r.next
	} else {
		l.first = r.next
	}
	if r.next != nil {
		r.next.prev = r.prev
	} else {
		l.last = r.prev
	}
	r.prev, r.next = nil, nil
	l.length--
}

// kindState is what the pipeline knows of one kind of records.
type kindState struct {
	*message.Kind
	lane   *lane
	counts Counts

	waiting list
	disk    onDisk
	// index finds the waiting record that a new one of the same key is merged into.
	index index

	// The envelope of a request, and the path around its parameter.
	head, tail            []byte
	pathBefore, pathAfter string
	hasParameter          bool
	maxItems              int // what a request may hold
	items                 int // what the next request may hold; fewer after a failure
	bytes                 int // the largest request that the server has not refused as too large
	pause                 pausing
	paceUntil             time.Time // nothing is sent before, so that the server need not refuse it
	crashes               int       // consecutive failures that a single record may have caused
}

func newKindState(kind *message.Kind, batchBytes int) *kindState {
	k := &kindState{Kind: kind, bytes: batchBytes, maxItems: max(kind.MaxItems, 1)}
	if kind.Items == "" {
		k.maxItems = 1
	} else {
		k.head = []byte(`{"` + kind.Items + `":[`)
		k.tail = []byte(`]}`)
	}
	k.items = k.maxItems
	k.pathBefore = kind.Path
	if before, rest, ok := strings.Cut(kind.Path, "{"); ok {
		if _, after, ok := strings.Cut(rest, "}"); ok {
			k.pathBefore, k.pathAfter, k.hasParameter = before, after, true
		}
	}
	return k
}

// mergeTarget returns the waiting record that one with this key and path is to
// be merged into, or nil.
func (k *kindState) mergeTarget(key, path string) *record {
	if k.Merge == message.MergeNone || key == "" {
		return nil
	}
	if r := k.index.get(key); r != nil && r.path == path {
		return r
	}
	return nil
}

// remember lets later records be merged into r.
func (k *kindState) remember(r *record) {
	if k.Merge != message.MergeNone && r.key != "" {
		k.index.put(r)
	}
}

// forget undoes remember, if no later record of the same key was remembered.
func (k *kindState) forget(r *record) { k.index.remove(r) }

// combine returns the record data that stands for older and newer together. ok
// is false if the two have to stay apart.
func (k *kindState) combine(older, newer []byte) (data []byte, ok bool) {
	switch k.Merge {
	case message.MergeReplace:
		return newer, true
	case message.MergeFields:
		return mergeMembers(older, newer)
	}
	return nil, false
}

// sortStages orders kinds as the requests of a lane must follow each other.
// Kinds of one stage keep the order in which they were first used.
func sortStages(kinds []*kindState) {
	slices.SortStableFunc(kinds, func(a, b *kindState) int { return cmp.Compare(a.Stage, b.Stage) })
}

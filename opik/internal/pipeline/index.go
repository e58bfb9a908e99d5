package pipeline

import "hash/maphash"

// index finds the waiting record of a key. It is a hash table of which the records
// are the entries: a map of the language takes a tenth of the time that it takes to
// make a record and send it. The zero value is empty.
type index struct {
	buckets []*record // chains by record.chain
	length  int
}

// link is the part of a record that belongs to the index.
type link struct {
	hash    uint64
	chain   *record // the next one of the bucket
	indexed bool
}

var seed = maphash.MakeSeed()

const (
	firstBuckets = 1 << 10
	// growth is how many times larger a full table becomes. It is large, because
	// callers wait meanwhile.
	growth = 16
	// maxIdleBuckets is the size beyond which an empty table is not kept.
	maxIdleBuckets = firstBuckets
)

func (x *index) bucket(hash uint64) **record { return &x.buckets[hash&uint64(len(x.buckets)-1)] }

// get returns the record of a key, or nil.
func (x *index) get(key string) *record {
	if x.length == 0 {
		return nil
	}
	hash := maphash.String(seed, key)
	for r := *x.bucket(hash); r != nil; r = r.link.chain {
		if r.link.hash == hash && r.key == key {
			return r
		}
	}
	return nil
}

// put makes r the record of its key, in place of an earlier one.
func (x *index) put(r *record) {
	if x.length >= len(x.buckets) {
		x.grow()
	}
	hash := maphash.String(seed, r.key)
	at := x.bucket(hash)
	r.link = link{hash, nil, true}
	for e := at; *e != nil; e = &(*e).link.chain {
		if old := *e; old.link.hash == hash && old.key == r.key {
			*e = r
			r.link.chain = old.link.chain
			old.link = link{}
			return
		}
	}
	r.link.chain = *at
	*at = r
	x.length++
}

// remove takes r out, unless it is not in.
func (x *index) remove(r *record) {
	if !r.link.indexed {
		return
	}
	e := x.bucket(r.link.hash)
	for *e != r {
		e = &(*e).link.chain
	}
	*e = r.link.chain
	r.link = link{}
	if x.length--; x.length == 0 && len(x.buckets) > maxIdleBuckets {
		x.buckets = nil
	}
}

func (x *index) grow() {
	old := x.buckets
	x.buckets = make([]*record, max(firstBuckets, len(old)*growth))
	for _, r := range old {
		for r != nil {
			next := r.link.chain
			at := x.bucket(r.link.hash)
			r.link.chain, *at = *at, r
			r = next
		}
	}
}

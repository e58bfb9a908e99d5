package spool

import (
	"errors"
	"maps"
	"time"
)

// Stats is what a spool holds and what became of the rest.
type Stats struct {
	// Pending is the weight of the records on disk that wait or were taken, by kind;
	// Held of those that are in memory too.
	Pending, Held map[string]int64
	// Records and Bytes are what is on disk, with records that are held.
	Records int
	Bytes   int64
	// Segments is the number of files with records.
	Segments int
	// Oldest is when the oldest segment with records was begun; zero if there is none.
	Oldest time.Time
	// Lost is the weight of the records lost since Open, by kind and cause.
	Lost map[string]map[Cause]int64
	// Totals are counts since Open.
	Totals
	// Problem is the last error of the disk, and nil while there was none.
	Problem error
	// Position says where the streams are: the sum of what was appended by this
	// spool, and of what waits, in records.
	Position Position
}

// Position says how far a spool is.
type Position struct {
	// Appended is how many records were appended since Open, and Adopted those that
	// were taken over and are still open, with them in Pending.
	Appended int64
	// Pending is how many records, of this and other processes, are not done.
	Pending int64
}

// Totals are counts of a spool.
type Totals struct {
	// Appended counts records.
	Appended int64
	// AdoptedFolders counts the folders of other owners that were taken over.
	AdoptedFolders int64
	// QuarantinedFiles counts files that were put aside, QuarantinedRecords damaged
	// records and stretches that were passed over.
	QuarantinedFiles, QuarantinedRecords int64
	// Failures counts errors of the disk.
	Failures int64
}

type totals struct {
	Totals
	problem  error
	byCause  map[string]map[Cause]int64
	asideSeq int
}

// lost counts; the spool's lock is held.
func (t *totals) lost(kind string, why Cause, weight int64) {
	if t.byCause == nil {
		t.byCause = make(map[string]map[Cause]int64)
	}
	if t.byCause[kind] == nil {
		t.byCause[kind] = make(map[Cause]int64)
	}
	t.byCause[kind][why] += weight
}

// note counts an error that the caller of the spool is not told of, or is told of too.
func (sp *Spool) note(err error) {
	if err == nil || errors.Is(err, ErrClosed) {
		return
	}
	sp.mu.Lock()
	defer sp.mu.Unlock()
	sp.totals.Failures++
	sp.totals.problem = err
}

// Stats returns the state of the spool.
func (sp *Spool) Stats() Stats {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	st := Stats{
		Pending: make(map[string]int64), Held: make(map[string]int64), Lost: make(map[string]map[Cause]int64),
		Bytes: sp.bytes, Oldest: sp.oldest(), Totals: sp.totals.Totals, Problem: sp.totals.problem,
	}
	for n, kind := range sp.kinds.names {
		s := sp.kinds.sums[n]
		if p := s[free] + s[taken]; p != 0 {
			st.Pending[kind] = p
		}
		if s[held] != 0 {
			st.Held[kind] = s[held]
		}
	}
	for kind, m := range sp.totals.byCause {
		st.Lost[kind] = maps.Clone(m)
	}
	for _, s := range sp.streams {
		for _, g := range s.segs {
			st.Records += g.open()
			st.Segments++
		}
	}
	st.Position = Position{Appended: st.Appended, Pending: int64(st.Records)}
	return st
}

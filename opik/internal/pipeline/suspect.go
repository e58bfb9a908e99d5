package pipeline

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/opik-go/sdk/gen/rest"
)

// A server that answers 500 may be down, or may stumble over one record. The
// former passes; the latter does not, and would keep the records behind it from
// being sent for ever. So after a few such failures in a row a lane probes: it
// takes the batch apart until the record that makes the server fail stands
// alone, sets that aside as a suspect, and goes on with the others. If the
// server takes none of them, nothing has been learned, and all wait for its
// recovery. If it does take others, that is evidence against the suspect, which
// is put back and tried again. It is given up when the evidence suffices.
const (
	probeAfter = 3
	// suspectWait bounds, as a number of failures, how long the records behind a
	// suspect have to wait between two probes.
	suspectWait = 4
	// minSuspicion is how long a record must have been under suspicion.
	minSuspicion = 30 * time.Second
	// conviction is the evidence that is needed, in bits. A record that is not to
	// blame gets this far once in 10^12 times.
	conviction = 40
)

// suspicion is what speaks against a record.
type suspicion struct {
	since int64 // Unix nanoseconds; 0 is never
	alone int   // how often the server failed on the record alone, in probes in which it took others
	// What became of other requests in the same probes.
	taken, failed int
}

// evidence returns how surprising the record's failures would be if it were like
// the others, in bits: the logarithm of the chance that requests which fail as
// often as those of other records fail that many times in a row.
func (s suspicion) evidence() float64 {
	return float64(s.alone) * math.Log2(float64(s.taken+s.failed+2)/float64(s.failed+1))
}

func (s suspicion) proven(now int64) bool {
	return s.evidence() >= conviction && now-s.since >= int64(minSuspicion)
}

// probe is the state of a lane that looks for the record that makes the server
// fail.
type probe struct {
	active bool
	taken  int // requests that the server took meanwhile
	// suspects are older than the records in flight.
	suspects []*record
	last     failure
}

// mayBeTheRecord reports whether a failure can be the fault of a record. A 503,
// and any answer that says when to come back, is a statement of the server about
// itself.
func (f failure) mayBeTheRecord() bool {
	_, hinted := rest.RetryAfter(f.header, time.Now())
	return f.status >= 500 && f.status != http.StatusServiceUnavailable && !hinted
}

// suspect is told that the server failed on records. It returns true if the
// lane probes and may go on: with parts of the records, or, if there is only
// one, which is then set aside, with those behind it.
func (l *lane) suspect(k *kindState, records []*record, f failure) bool {
	if !f.mayBeTheRecord() {
		k.crashes = 0
		return false
	}
	if k.crashes++; k.crashes < probeAfter && !l.probe.active {
		return false
	}
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	if l.p.isDead() {
		return false
	}
	pr := &l.probe
	if !pr.active {
		pr.active, pr.taken = true, 0
	}
	pr.last = f
	if len(records) > 1 {
		return true
	}
	isServer := pr.taken == 0 && len(pr.suspects) > 0 // the second one already
	pr.suspects = append(pr.suspects, l.landed(1)...)
	if isServer {
		l.weighEvidence() // which exonerates both
	}
	return !isServer
}

// judgeSuspects is called when all records of a kind were tried. Suspects with
// enough evidence against them are rejected, the others put back. It returns
// false if there are others.
func (l *lane) judgeSuspects(k *kindState) (ok bool) {
	p, pr := l.p, &l.probe
	p.mu.Lock()
	if p.isDead() || !pr.active {
		p.mu.Unlock()
		return true
	}
	f, text, rejected, alone := pr.last, "", int64(0), 0
	l.weighEvidence()
	now := time.Now().UnixNano()
	kept := pr.suspects[:0]
	for _, r := range pr.suspects {
		if !r.suspicion.proven(now) {
			kept = append(kept, r)
			alone = max(alone, r.suspicion.alone)
			continue
		}
		text = fmt.Sprintf("the server failed %d times on this record alone and took others meanwhile; the last time: %v", r.suspicion.alone, f.err)
		rejected += r.weight
		p.reject(r, f.status, text)
	}
	pr.suspects = kept
	if pr.taken > 0 {
		// The server works, so that its failures were forgotten.
		l.failures = max(l.failures, min(alone, suspectWait)-1)
	}
	pr.active = false
	p.mu.Unlock()
	if rejected > 0 {
		p.reportRejection(k.Name, f.status, text, rejected)
		p.deliverLetters()
	}
	p.mu.Lock()
	p.released()
	p.mu.Unlock()
	if len(kept) == 0 {
		k.crashes = 0
		return true
	}
	l.failed(k, f)
	// They are the first to be tried again, and known.
	k.crashes = probeAfter
	return false
}

// weighEvidence adds what this probe has shown to the record of each suspect.
func (l *lane) weighEvidence() {
	now := time.Now().UnixNano()
	for _, r := range l.probe.suspects {
		s := &r.suspicion
		if s.since == 0 {
			s.since = now
		}
		if l.probe.taken > 0 { // else the server may just be down
			s.alone++
		}
		s.taken += l.probe.taken
		s.failed += len(l.probe.suspects) - 1
	}
}

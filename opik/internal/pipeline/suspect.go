package pipeline

import (
	"fmt"
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
)

// A server that answers 500 may be down, or may stumble over one record. The
// former passes; the latter does not, and would keep the records behind it from
// being sent for ever. So after a few such failures in a row a lane probes: it
// takes the batch apart until the record that makes the server fail stands
// alone, sets that aside as a suspect, and goes on with the others. If the
// server takes none of them, nothing has been learned, and all wait for its
// recovery. If it does take others, the suspect gets a strike. Only a record
// with several strikes, with some time between them, is given up: a server that
// fails at random does not produce them.
const (
	probeAfter    = 3
	maxStrikes    = 5
	strikeSpacing = 5 * time.Second
)

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
	_, hinted := retry.Hint(f.header, time.Now())
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
	if pr.taken == 0 && len(pr.suspects) > 0 {
		return false // the second one already: it is the server
	}
	pr.suspects = append(pr.suspects, l.landed(1)...)
	return true
}

// judgeSuspects is called when all records of a kind were tried. Suspects get
// their strikes; those with too many are rejected, the others put back. It
// returns false if there are others.
func (l *lane) judgeSuspects(k *kindState) (ok bool) {
	p, pr := l.p, &l.probe
	p.mu.Lock()
	if p.isDead() || !pr.active {
		p.mu.Unlock()
		return true
	}
	pr.active = false
	f, text, rejected, strikes := pr.last, "", int64(0), 0
	if pr.taken > 0 {
		now := time.Now().UnixNano()
		kept := pr.suspects[:0]
		for _, r := range pr.suspects {
			if r.strikes == 0 || now-r.struck >= int64(strikeSpacing) {
				r.strikes, r.struck = r.strikes+1, now
			}
			if r.strikes < maxStrikes {
				kept = append(kept, r)
				strikes = max(strikes, r.strikes)
				continue
			}
			text = fmt.Sprintf("the server failed again and again on this record alone while it took others; the last time: %v", f.err)
			rejected += r.weight
			p.reject(r, f.status, text)
		}
		pr.suspects = kept
		p.released()
	}
	left := len(pr.suspects)
	if pr.taken > 0 && left > 0 {
		// The server works, so that the failures were forgotten. Waiting longer
		// with each strike keeps the others from being held up too often.
		l.failures = max(l.failures, strikes)
	}
	p.mu.Unlock()
	if rejected > 0 {
		p.reportRejection(k.Name, f.status, text, rejected)
	}
	if left == 0 {
		k.crashes = 0
		return true
	}
	l.failed(k, f)
	// They are the first to be tried again, and known.
	k.crashes = probeAfter
	return false
}

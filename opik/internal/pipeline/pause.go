package pipeline

import (
	"net/http"
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
)

// An answer 401, 402 or 403 says nothing about the records: the key is wrong, the
// quota is used up, access was taken away. Somebody has to put that right, and then
// the records are as good as before. So a kind that is refused like this is paused:
// its records stay queued, the logger is told once, and from time to time a request
// with a single record asks whether it is over. Other kinds go on, for the server
// decides by operation; only changes (PATCH) stay behind the records of their lane
// that they may concern.

// DefaultProbe is the policy for asking whether a refusal of the account is over:
// after 10 s, 20 s, 40 s ... 5 min, and up to an hour if the server asks for it.
var DefaultProbe = retry.Policy{Base: 10 * time.Second, Max: 5 * time.Minute, MaxHint: time.Hour}

const (
	// closeRefusals is how often Close asks for a paused kind before it gives it up.
	closeRefusals = 3
	// closeHint is the longest wait for which Close does what the server asks.
	closeHint = 30 * time.Second
)

// pausing is the state of a kind that the server refuses for now.
type pausing struct {
	err      error     // why; nil if the kind is not paused
	status   int       // of the latest refusal
	refusals int       // in a row
	number   uint64    // of the latest refusal, among those of all kinds
	asked    time.Time // when the latest refusal arrived
	until    time.Time // when to ask again
	hinted   bool      // until is the server's wish
	atClose  int       // refusals since Close began
	told     bool      // the logger knows
}

// refusesAccount reports whether a status is about the account, not the records.
func refusesAccount(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden:
		return true
	}
	return false
}

// paused reports whether the server refuses the kind for now. It is called with the
// lock held.
func (k *kindState) paused() bool { return k.pause.err != nil }

// follows reports whether records of k must not overtake those of first: changes are
// applied when they arrive, so what they change has to be there. All other records
// can arrive in any order with those of other kinds.
func (k *kindState) follows(first *kindState) bool {
	return k != first && k.lane == first.lane && k.Method == http.MethodPatch && first.Stage < k.Stage
}

// heldBy returns the kind because of which nothing of k may be sent now: itself or
// one that it follows; nil if there is none. It is called with the lock held.
func (l *lane) heldBy(k *kindState, now time.Time) *kindState {
	if k.held(now) {
		return k
	}
	for _, first := range l.kinds {
		if k.follows(first) && first.waiting.first != nil && first.held(now) {
			return first
		}
	}
	return nil
}

// held reports whether a request of the kind has to wait.
func (k *kindState) held(now time.Time) bool { return k.heldUntil().After(now) }

func (k *kindState) heldUntil() time.Time {
	if k.paused() && k.pause.until.After(k.paceUntil) {
		return k.pause.until
	}
	return k.paceUntil
}

// outlook says what a lane may send now.
type outlook struct {
	records int
	oldest  uint64        // seq of the oldest of them
	probe   bool          // it is time to ask for a paused kind
	wait    time.Duration // until the first kind that is held may be sent
	lost    bool          // all that is held was given up by Close
}

// ready is called with the lock held.
func (l *lane) ready(now time.Time) outlook {
	r := outlook{oldest: ^uint64(0), wait: time.Duration(1<<63 - 1), lost: l.p.closing}
	for _, k := range l.kinds {
		first := k.waiting.first
		if first == nil {
			continue
		}
		if l.behind(k) {
			r.lost = false
			continue
		}
		if by := l.heldBy(k, now); by != nil {
			r.wait = min(r.wait, by.heldUntil().Sub(now))
			r.lost = r.lost && by.lost(now)
			continue
		}
		r.records += k.waiting.length
		r.oldest = min(r.oldest, first.seq)
		r.probe = r.probe || k.paused()
	}
	return r
}

// lost reports whether Close has asked often enough.
func (k *kindState) lost(now time.Time) bool {
	return k.paused() && (k.pause.atClose >= closeRefusals || k.pause.hinted && k.pause.until.Sub(now) > closeHint)
}

// denied pauses a kind, or keeps it paused. What is in flight is put back.
func (l *lane) denied(k *kindState, f failure) {
	p := l.p
	now := time.Now()
	p.mu.Lock()
	if p.isDead() {
		p.mu.Unlock()
		return
	}
	l.putBack()
	l.answered()
	k.crashes = 0
	p.refusals++
	s := &k.pause
	tell := !s.told || s.status != f.status
	s.err, s.status, s.number, s.asked, s.told = f.err, f.status, p.refusals, now, true
	s.refusals++
	policy, attempt := p.opts.Probe, s.refusals
	if p.closing {
		s.atClose++
		policy, attempt = p.opts.Retry, s.atClose
	}
	s.until, s.hinted = now.Add(policy.Interval(attempt, retry.Random())), false
	if hint, hinted, ok := p.opts.Probe.Wait(1, f.header, now, retry.Random()); hinted {
		if !ok {
			hint = p.opts.Probe.MaxHint
		}
		s.until, s.hinted = now.Add(hint), true
	}
	if f.status == http.StatusUnauthorized { // it is the key, and the same for all kinds
		for _, other := range p.kinds {
			tell = tell && (other == k || !other.paused() || other.pause.status != f.status)
		}
	}
	p.mu.Unlock()
	if tell { // before a Flush returns because of it
		p.reportPause(k.Name, f.status, f.err)
	}
	p.mu.Lock()
	p.released()
	p.mu.Unlock()
}

// resumed ends the pause of a kind, if there is one, and returns how many refusals
// it consisted of. It is called with the lock held.
func (k *kindState) resumed() (refusals int) {
	refusals = k.pause.refusals
	k.pause = pausing{}
	return refusals
}

// askNow lets paused kinds be tried without further delay, if they have records up
// to seq and the server did not say when to come back.
func (l *lane) askNow(seq uint64) {
	for _, k := range l.kinds {
		if r := k.waiting.first; r == nil || r.seq > seq || !k.paused() || k.pause.hinted {
			continue
		}
		if earliest := k.pause.asked.Add(l.p.opts.Retry.Base); earliest.Before(k.pause.until) {
			k.pause.until = earliest
		}
	}
}

// refusal returns why all records up to seq that have no verdict stay queued, if the
// server has refused each of their kinds after refusal number since, or has said when
// to come back. It returns nil if there is hope for one of them.
func (p *Pipeline) refusal(seq, since uint64) (why error) {
	for _, l := range p.lanes {
		if l.oldestMoving() <= seq {
			return nil
		}
		for _, k := range l.kinds {
			if r := k.waiting.first; r == nil || r.seq > seq {
				continue
			}
			by := k
			if !by.paused() {
				by = l.pausedBefore(k)
			}
			if by == nil || by.pause.number <= since && !by.pause.hinted {
				return nil
			}
			why = by.pause.err
		}
	}
	return why
}

// pausedBefore returns a paused kind that k has to wait for, or nil.
func (l *lane) pausedBefore(k *kindState) *kindState {
	for _, first := range l.kinds {
		if k.follows(first) && first.waiting.first != nil && first.paused() {
			return first
		}
	}
	return nil
}

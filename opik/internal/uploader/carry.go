package uploader

import (
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/retry"
)

// carry makes one attempt to send an item, and draws the conclusions.
func (u *Uploader) carry(it *item) {
	failed, err := u.attemptSafely(it)
	v := judge(failed, err)
	u.mu.Lock()
	if u.dead {
		// Close has settled the item.
		u.mu.Unlock()
		return
	}
	if u.opts.MaxAge > 0 && it.home != nil && v == again && time.Since(it.accepted) > u.opts.MaxAge {
		v = expired
	}
	var say func()
	switch v {
	case delivered:
		u.settle(it, &u.counts.Delivered)
		say = u.alive()
	case refused:
		say = u.refused(it, err)
	case damaged:
		u.drop(it, pipeline.DropSpoolDamaged)
		say = func() { u.lost(it, pipeline.DropSpoolDamaged, err) }
	case expired:
		u.drop(it, pipeline.DropSpoolAge)
		say = func() { u.lost(it, pipeline.DropSpoolAge, err) }
	default:
		say = u.postpone(it, v, err)
		u.enlist(it)
		delete(u.flying, it)
	}
	u.mu.Unlock()
	switch v {
	case delivered, refused, expired:
		u.discard(it)
	case damaged:
		u.quarantine(it)
	}
	if say != nil {
		say()
	}
	if u.opts.Dir != "" {
		u.spill(u.stillQueued)
	}
	if v == pause {
		u.endDenied(err)
	}
	u.leaveEmpty()
}

// alive notes that the server works. The lock is held; the logger is told by the
// function that it returns, without.
func (u *Uploader) alive() func() {
	was := u.pace
	u.pace = pace{}
	// The others were only waiting for this.
	u.pump()
	switch {
	case was.pauses > 0:
		return func() { u.resumed() }
	case was.failures >= outage:
		return func() { u.recovered(was.failures) }
	}
	return nil
}

// refused settles an item that the server will not take. The lock is held.
func (u *Uploader) refused(it *item, err error) func() {
	status, header, text := answer(err)
	u.reject(pipeline.Rejection{Kind: Kind, Key: it.EntityID + "/" + it.Name, Status: status, Message: text, Records: 1})
	u.settle(it, &u.counts.Rejected)
	recovered := func() {}
	if header != nil {
		if say := u.alive(); say != nil {
			recovered = say
		}
	}
	return func() { recovered(); u.rejected(status, text) }
}

// postpone says when an item, and the others, are tried again. The lock is held.
func (u *Uploader) postpone(it *item, v verdict, err error) func() {
	now := time.Now()
	if v == restart {
		// New addresses are asked for; this is no trouble of the server's.
		it.retryAt = now.Add(u.opts.Retry.Backoff(it.refusals, retry.Random()))
		return nil
	}
	p := &u.pace
	p.last, p.lastError = now, err
	u.failures++
	if v == pause {
		return u.denied(err, now)
	}
	p.failures++
	it.attempts++
	_, header, _ := answer(err)
	wait, hinted, ok := u.opts.Retry.Wait(p.failures, header, now, retry.Random())
	if !ok {
		wait = u.opts.Retry.MaxHint
	}
	p.retryAt, p.hinted = now.Add(wait), hinted
	// It may be due to the item: the others go first.
	it.retryAt = now.Add(max(wait, u.opts.Retry.Backoff(it.attempts, retry.Random())))
	if p.failures == outage {
		return func() { u.outage(err) }
	}
	return nil
}

// denied makes everything wait because the server refuses the account: that is
// neither the fault of a file nor an outage. The lock is held.
func (u *Uploader) denied(err error, now time.Time) func() {
	p := &u.pace
	p.pauses++
	p.failures = 0
	policy := u.opts.Probe
	if u.closing {
		policy = u.opts.Retry
	}
	p.retryAt, p.hinted = now.Add(policy.Interval(p.pauses, retry.Random())), false
	_, header, _ := answer(err)
	if hint, hinted, ok := u.opts.Probe.Wait(1, header, now, retry.Random()); hinted {
		if !ok {
			hint = u.opts.Probe.MaxHint
		}
		p.retryAt, p.hinted = now.Add(hint), true
	}
	if p.pauses == 1 {
		return func() { u.paused(err) }
	}
	return nil
}

// endDenied ends flushes that have had enough of being refused.
func (u *Uploader) endDenied(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, f := range u.flushes {
		f.denied(err)
	}
}

// hurry cuts waits short that nobody asked for. The lock is held.
func (u *Uploader) hurry() {
	if !u.pace.hinted && !u.pace.retryAt.IsZero() {
		if early := u.pace.last.Add(u.opts.Retry.Base); early.Before(u.pace.retryAt) {
			u.pace.retryAt = early
		}
	}
	early := time.Now()
	if u.pace.retryAt.After(early) {
		early = u.pace.retryAt
	}
	if !u.pace.hinted {
		for _, it := range u.items {
			if it.retryAt.After(early) {
				it.retryAt = early
			}
		}
	}
	u.pump()
}

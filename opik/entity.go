package opik

import (
	"context"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// entity is what traces and spans have in common: how their state becomes records.
//
// A record is complete and carries the time of its making, because the server keeps
// of all records of an id the one that was made last. So it does not matter how
// many there are, in which order they arrive, or whether one of them is repeated.
type entity struct {
	client *Client
	owner  recorder
	// remote entities belong to another process: nothing is sent for them.
	remote bool
	// clocked says that the start was read from the clock here, so that the end can
	// be measured from it even if the clock is set in between.
	clocked bool
	started time.Time
	carrier carrier // the context that the Start method returned

	// mu is released by unlock.
	mu      sync.Mutex
	loss    *pipeline.Loss // to be reported when mu is released
	ended   bool
	unsent  bool      // the state differs from what was queued last
	updated time.Time // last_updated_at of the last record

	// Place in the client's list of unsent entities; the list's lock guards it.
	prev, next *entity
	listed     bool
	since      time.Time
}

// recorder makes the record of the present state; its entity is locked.
type recorder interface {
	record(updated time.Time) message.Message
	// moveValues gives what was set memory of its own.
	moveValues()
}

// begin makes e known to the client. Nobody else has e yet.
func (e *entity) begin(c *Client, owner recorder, started time.Time, clocked bool) {
	e.client, e.owner, e.started, e.clocked = c, owner, started, clocked
	now := started
	if !clocked {
		now = time.Now()
	}
	e.unsent = true
	if !c.unsent.add(e, now) {
		e.mu.Lock()
		defer e.unlock()
		e.queue(now)
	}
}

// within returns the context that carries e, inside ctx. It is called once at most,
// before anybody else has e.
func (e *entity) within(ctx context.Context) context.Context {
	e.carrier = carrier{orBackground(ctx), e.owner}
	return &e.carrier
}

// unlock releases mu, and then tells the logger of what was lost meanwhile: it may
// well use the entity.
func (e *entity) unlock() {
	loss := e.loss
	e.loss = nil
	e.mu.Unlock()
	e.client.pipeline.Report(loss)
}

// changed notes that the state differs from what was queued. e is locked.
func (e *entity) changed() {
	if e.unsent || e.remote {
		return
	}
	e.unsent = true
	now := time.Now()
	// What has ended is queued at once: nothing else will come to queue it, if records
	// are not sent early. If the client is closed, the queue counts what it refuses.
	if e.ended && e.client.unsent.delay != earlyDelay || !e.client.unsent.add(e, now) {
		e.queue(now)
	}
}

// queue hands the present state to the queue. e is locked, so that records of one
// entity are queued in the order of their times.
func (e *entity) queue(now time.Time) {
	e.unsent = false
	e.updated = after(e.updated, now)
	e.loss = e.loss.Join(e.client.pipeline.Add(e.owner.record(e.updated))) // which counts what it refuses
}

// after returns the time now for a record that follows one of the time last: the
// server keeps microseconds, and of two equal times either may win.
func after(last, now time.Time) time.Time {
	now = now.Round(0).Truncate(time.Microsecond)
	if now.After(last) {
		return now
	}
	return last.Add(time.Microsecond)
}

// end marks e as ended and returns the time of the end; at is the caller's, or zero
// for the present. It reports false if e has ended before. e is locked.
func (e *entity) end(at, now time.Time) (time.Time, bool) {
	if e.ended {
		return time.Time{}, false
	}
	e.ended = true
	switch {
	case !at.IsZero():
		return at, true
	case e.clocked:
		return e.started.Add(now.Sub(e.started)), true
	}
	return now, true
}

package opik

import (
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/internal/spin"
)

// earlyDelay is how long a trace or span that runs may have changes that are not
// queued, unless [WithEarlyRecords] says otherwise. It is as long as a record waits in
// the queue, so that what ends sooner is one record, and what takes longer is known to
// the server, and survives a crash, after two waits.
const earlyDelay = time.Second

// unsentList holds the traces and spans whose state differs from what was queued
// last: those that have started, or were changed, but not ended since. They are
// queued when they end, after a delay, or by a flush, whichever comes first.
//
// Lock order: an entity's lock is taken before that of the list.
type unsentList struct {
	delay time.Duration // negative: they are not queued before they end

	mu         spin.Mutex
	head, tail *entity // by the time of the first change that is not queued
	closed     bool
	timer      *time.Timer
	armed      bool

	// queuing is held while entities that were taken from the list are queued, so
	// that a flush does not overtake them.
	queuing sync.Mutex
}

// add lists e unless it is listed. It reports false if the list is closed.
func (l *unsentList) add(e *entity, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if e.listed {
		return true
	}
	e.listed, e.since, e.prev = true, now, l.tail
	if l.tail != nil {
		l.tail.next = e
	} else {
		l.head = e
	}
	l.tail = e
	if !l.armed && l.delay >= 0 {
		l.arm(l.delay)
	}
	return true
}

// remove takes e off the list if it is on it.
func (l *unsentList) remove(e *entity) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.listed {
		l.unlink(e)
	}
}

// unlink expects that the list is locked and e is on it.
func (l *unsentList) unlink(e *entity) {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		l.head = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	} else {
		l.tail = e.prev
	}
	e.prev, e.next, e.listed = nil, nil, false
}

// arm expects that the list is locked.
func (l *unsentList) arm(after time.Duration) {
	l.armed = true
	if l.timer == nil {
		l.timer = time.AfterFunc(after, l.tick)
		return
	}
	l.timer.Reset(after)
}

// tick queues what has waited long enough.
func (l *unsentList) tick() {
	l.queuing.Lock()
	defer l.queuing.Unlock()
	l.mu.Lock()
	l.armed = false
	var due []*entity
	if now := time.Now(); !l.closed {
		for l.head != nil && now.Sub(l.head.since) >= l.delay {
			due = append(due, l.head)
			l.unlink(l.head)
		}
		if l.head != nil {
			l.arm(l.delay - now.Sub(l.head.since))
		}
	}
	l.mu.Unlock()
	queueUnsent(due)
}

// queueAll queues everything that is listed.
func (l *unsentList) queueAll() { l.drain(false) }

// close is queueAll for the last time: nothing can be listed any more.
func (l *unsentList) close() { l.drain(true) }

func (l *unsentList) drain(closing bool) {
	l.queuing.Lock()
	defer l.queuing.Unlock()
	l.mu.Lock()
	var all []*entity
	for l.head != nil {
		all = append(all, l.head)
		l.unlink(l.head)
	}
	if closing {
		l.closed = true
	}
	if l.timer != nil && l.timer.Stop() {
		l.armed = false
	}
	l.mu.Unlock()
	queueUnsent(all)
}

// queueUnsent must not be called with the list locked.
func queueUnsent(entities []*entity) {
	for _, e := range entities {
		e.mu.Lock()
		if e.unsent {
			e.owner.moveValues() // most of these stay open for long
			e.queue(time.Now())
		}
		e.unlock()
	}
}

package pipeline

import (
	"errors"
	"fmt"
	"time"

	"github.com/opik-go/sdk/opik/internal/spool"
)

// With a spool, records go to disk
//
//   - if there is no room in memory under the policy Spill,
//   - while they cannot be delivered: after some failures in a row, or while the
//     server refuses their kind because of the account,
//   - when Close has to return,
//   - always, before Enqueue returns, if they are durable; they stay in memory then.
//
// Each kind has a stream of its own on disk, so that one that is refused does not
// keep the others from being read back. What must not overtake anything waits for
// what is on disk; see behind. The disk is never used with the lock held: records are
// taken out of their list first, and count as queued until they are written.

// spooling is the state of a pipeline that has a spool.
type spooling struct {
	spool *spool.Spool // nil without
	known map[string]*kindState
	// strangers counts records of kinds that only another version of the SDK knows.
	// They stay on disk.
	strangers map[string]*Counts

	adoptAt time.Time // when to look for what dead processes left

	spoolFailures int64
	spoolError    error
	diskFailures  int       // consecutive
	diskRetry     time.Time // nothing is moved to disk before
	untold        []diskEvent

	salvaged chan struct{} // closed when Close has tried to save what is left; nil before
	gaveUp   bool          // what has no verdict is counted as dropped
}

// diskEvent is something that the logger is to be told when the lock is released.
type diskEvent struct {
	kind   string
	cause  DropReason // "" if err says what happened
	err    error
	weight int64
}

const (
	// adoptEvery is how often a running process looks for what others left.
	adoptEvery = 5 * time.Minute
	// Waits of a disk that fails.
	firstDiskRetry = time.Second
	lastDiskRetry  = 30 * time.Second
	// maxUntold bounds the events that wait for somebody to tell them.
	maxUntold = 16
)

// openSpool is called by New.
func (p *Pipeline) openSpool() error {
	if p.opts.Spool == nil {
		if p.opts.Durable {
			return errors.New("pipeline: durable records need a spool")
		}
		return nil
	}
	if len(p.opts.Kinds) == 0 {
		return errors.New("pipeline: a spool needs the kinds of its records")
	}
	o := *p.opts.Spool
	o.Adopted, o.Lost = p.adopted, p.lostOnDisk
	var err error
	if p.spool, err = spool.Open(o); err != nil {
		return err
	}
	if err := p.spool.Ready(); err != nil {
		return errors.Join(err, p.spool.Close())
	}
	p.known = make(map[string]*kindState)
	p.strangers = make(map[string]*Counts)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, kind := range p.opts.Kinds {
		p.known[kind.Name] = p.kindState(kind)
	}
	p.lanes[0].start() // which adopts
	return nil
}

// adopted is told by the spool of records that it has taken over.
func (p *Pipeline) adopted(kind string, weight int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.countsOf(kind)
	c.Accepted += weight
	c.Adopted += weight
	c.Spooled += weight
}

// lostOnDisk is told by the spool of records that it has lost.
func (p *Pipeline) lostOnDisk(kind string, why spool.Cause, weight int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cause := spoolDamaged
	switch why {
	case spool.LostSize:
		cause = spoolSize
	case spool.LostAge:
		cause = spoolAge
	}
	c := p.countsOf(kind)
	c.Spooled -= weight
	c.Dropped += weight
	p.drops[cause] += weight
	p.tellLater(diskEvent{kind: kind, cause: dropReasons[cause], weight: weight})
}

func (p *Pipeline) countsOf(kind string) *Counts {
	if k := p.known[kind]; k != nil {
		return &k.counts
	}
	c := p.strangers[kind]
	if c == nil {
		c = new(Counts)
		p.strangers[kind] = c
	}
	return c
}

// adopt takes over what dead processes left. It is called without the lock, by one
// lane, because it may take a while.
func (p *Pipeline) adopt() {
	_, err := p.spool.Adopt()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.adoptAt = time.Now().Add(adoptEvery)
	if err != nil && !p.closing {
		p.spoolFailures++
		p.spoolError = err
		p.tellLater(diskEvent{err: err})
	}
	for _, l := range p.lanes {
		l.backlogged()
	}
}

// backlogged makes sure that the lane notices what is on disk. The lock is held.
func (l *lane) backlogged() {
	if l.p.closing {
		return
	}
	for _, k := range l.kinds {
		if k.counts.Spooled > 0 {
			l.start()
			l.signal()
			return
		}
	}
}

func (l *lane) start() {
	if !l.started {
		l.started = true
		go l.run()
	}
}

// mayWrite reports whether a policy allows to write, and the disk does. The lock is
// held.
func (p *Pipeline) mayWrite(policy Overflow) bool {
	return p.spool != nil && p.opts.Overflow == policy && p.diskWorks(time.Now())
}

func (p *Pipeline) diskWorks(now time.Time) bool { return !now.Before(p.diskRetry) }

// wrote notes how a write ended. The lock is held.
func (p *Pipeline) wrote(err error) {
	if err == nil {
		p.diskFailures = 0
		return
	}
	if errors.Is(err, spool.ErrClosed) {
		return
	}
	p.spoolFailures++
	p.spoolError = err
	p.diskRetry = time.Now().Add(min(firstDiskRetry<<min(p.diskFailures, 8), lastDiskRetry))
	p.diskFailures++
	p.tellLater(diskEvent{err: err})
}

func (p *Pipeline) tellLater(e diskEvent) {
	for i := range p.untold {
		if u := &p.untold[i]; u.kind == e.kind && u.cause == e.cause {
			u.weight += e.weight
			u.err = e.err
			return
		}
	}
	if len(p.untold) < maxUntold {
		p.untold = append(p.untold, e)
	}
}

// reportDisk tells the logger what happened to the disk. It is called without locks.
func (p *Pipeline) reportDisk() {
	if p.spool == nil {
		return
	}
	p.mu.Lock()
	events := p.untold
	p.untold = nil
	p.mu.Unlock()
	for _, e := range events {
		if e.cause != "" {
			p.reportEviction(e.kind, e.cause, e.weight)
		} else {
			p.reportDiskFailure(e.err)
		}
	}
}

// spoolBytes is called without the lock.
func (p *Pipeline) spoolBytes() int64 {
	if p.spool == nil {
		return 0
	}
	return p.spool.Stats().Bytes
}

func (p *Pipeline) positionLocked(bytes int64) SpoolPosition {
	return SpoolPosition{Records: total(p.countsLocked()).Spooled, Bytes: bytes}
}

// notDurable is the error of a durable record that could not be written.
func notDurable(err error) error { return fmt.Errorf("%w: %w", ErrNotDurable, err) }

// SpoolRoom returns how many bytes the spool leaves of its largest size.
func (p *Pipeline) SpoolRoom() int64 {
	if p.spool == nil {
		return 0
	}
	return max(p.opts.Spool.MaxBytes-p.spoolBytes(), 0)
}

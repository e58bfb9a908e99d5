package pipeline

import (
	"context"
	"fmt"
	"time"
)

// Receipt says what happened to records: to those accepted since the previous
// receipt that had been returned when the call began, and to those that were still queued or spooled then.
type Receipt struct {
	// Kinds has an entry for each kind with records to speak of, by its name.
	// Accepted includes what was still queued at the previous receipt, so that
	// it is again the sum of the other five; so it does with what was spooled.
	Kinds map[string]Counts
	// Rejections names rejected records, oldest first, at most 1000.
	Rejections []Rejection
	// OmittedRejections counts rejections that the list has no room for.
	OmittedRejections int64
	// Requests is the number of requests that were made, EncodedBytes the size
	// of their bodies, SentBytes their size after compression.
	Requests, EncodedBytes, SentBytes int64
	// Spool says how much is on disk. It is zero without a spool.
	Spool SpoolPosition
	// LastFailure says why something is still queued: the error of the latest
	// request that has to be repeated. Nil if the latest request succeeded.
	LastFailure error
}

// Total returns the counts of all kinds together.
func (r Receipt) Total() Counts { return total(r.Kinds) }

// Complete reports whether every record was delivered.
func (r Receipt) Complete() bool {
	t := r.Total()
	return t.Accepted == t.Delivered
}

// Rejection is a record that was refused for good.
type Rejection struct {
	// Kind is the name of the record's kind.
	Kind string
	// Key identifies the record, by the id of its entity in most kinds.
	Key string
	// Status is the HTTP status of the server's refusal, and 0 if the record
	// was refused before it was sent.
	Status int
	// Message is the server's explanation, or ours with status 0.
	Message string
	// Records is the number of accepted records that were merged into this one.
	Records int64
}

// maxRejections bounds the memory for rejections; the oldest are forgotten.
const maxRejections = 1000

// rejectionLog keeps the latest rejections, numbered from 1.
type rejectionLog struct {
	ring  []Rejection
	count int64
}

func (l *rejectionLog) add(r Rejection) {
	if len(l.ring) < maxRejections {
		l.ring = append(l.ring, r)
	} else {
		l.ring[l.count%maxRejections] = r
	}
	l.count++
}

// since returns the rejections after the first n, and how many of those are
// forgotten.
func (l *rejectionLog) since(n int64) (list []Rejection, forgotten int64) {
	from := max(n, l.count-int64(len(l.ring)))
	for i := from; i < l.count; i++ {
		list = append(list, l.ring[i%maxRejections])
	}
	return list, from - n
}

// mark is the state of the counters at a receipt.
type mark struct {
	kinds                             map[string]Counts
	rejections                        int64
	requests, encodedBytes, sentBytes int64
}

// receiptSince describes what happened after m, which is the state at the latest
// receipt that had been returned when the call began. So calls that overlap tell of
// the same records: each caller learns of the losses among its own. The lock is
// held.
func (p *Pipeline) receiptSince(m mark, spoolBytes int64) Receipt {
	r := Receipt{
		Spool:        p.positionLocked(spoolBytes),
		Kinds:        make(map[string]Counts),
		Requests:     p.requests - m.requests,
		EncodedBytes: p.encodedBytes - m.encodedBytes,
		SentBytes:    p.sentBytes - m.sentBytes,
		LastFailure:  p.lastFailure(),
	}
	now := p.countsLocked()
	for name, c := range now {
		was := m.kinds[name]
		d := Counts{
			Accepted:  c.Accepted - was.Accepted + was.Queued + was.Spooled,
			Delivered: c.Delivered - was.Delivered,
			Rejected:  c.Rejected - was.Rejected,
			Dropped:   c.Dropped - was.Dropped,
			Spooled:   c.Spooled,
			Queued:    c.Queued,
			Adopted:   c.Adopted - was.Adopted,
		}
		if d != (Counts{}) {
			r.Kinds[name] = d
		}
	}
	r.Rejections, r.OmittedRejections = p.rejections.since(m.rejections)
	p.lastMark = mark{now, p.rejections.count, p.requests, p.encodedBytes, p.sentBytes}
	return r
}

// Receipt describes what happened since the previous receipt. It waits for nothing, not
// even for the disk, and so does not say how much is there.
func (p *Pipeline) Receipt() Receipt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.receiptSince(p.lastMark, 0)
}

// IncompleteError says that Flush or Close had to return before every record
// had its verdict. It wraps the error of the context, or the [*StatusError] of a
// server that refuses the account (401, 402, 403).
type IncompleteError struct {
	// Operation is "flush" or "close".
	Operation string
	// Records is the number of records without a verdict: still queued after
	// Flush, dropped by Close.
	Records int64
	// Cause is the error of the context, or the refusal of the account.
	Cause error
	// LastFailure is the error of the latest request that had to be repeated,
	// nil if there was none.
	LastFailure error
}

// Error returns how many records are concerned, and why.
func (e *IncompleteError) Error() string {
	what := "are still queued"
	if e.Operation == "close" {
		what = "were dropped"
	}
	text := fmt.Sprintf("%s: %d records %s: %v", e.Operation, e.Records, what, e.Cause)
	if e.LastFailure != nil {
		text += fmt.Sprintf(" (latest failure: %v)", e.LastFailure)
	}
	return text
}

// Unwrap returns the cause.
func (e *IncompleteError) Unwrap() error { return e.Cause }

// flush waits for all records up to a seq.
type flush struct {
	upTo    uint64
	since   uint64 // number of the latest refusal of the account when it began
	refused error  // the refusal that ended it, nil if there was none
	done    chan struct{}
}

// Flush sends what is queued without further delay, and returns when every
// record that was accepted before the call is delivered, rejected or dropped.
// Requests that fail for now are repeated until ctx ends; then the error is an
// [*IncompleteError], and the records stay queued. The receipt is valid in any
// case. Records that are accepted meanwhile do not prolong the call.
//
// Kinds that the server refuses because of the account are asked for once more. If
// it still refuses them, and they are all that is left, Flush does not wait for
// somebody to correct the account: it returns the refusal as Cause.
func (p *Pipeline) Flush(ctx context.Context) (Receipt, error) {
	p.mu.Lock()
	since := p.lastMark
	f := &flush{upTo: p.seq, since: p.refusals, done: make(chan struct{})}
	p.flushes = append(p.flushes, f)
	for _, l := range p.lanes {
		l.hurry(f.upTo)
	}
	p.endFlushes()
	p.mu.Unlock()

	var err error
	select {
	case <-f.done:
	case <-ctx.Done():
		err = ctx.Err()
	}

	onDisk := p.spoolBytes()
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-f.done:
		err = f.refused // maybe it was ready at the same moment
	default:
		p.removeFlush(f)
	}
	r := p.receiptSince(since, onDisk)
	if err != nil {
		return r, &IncompleteError{"flush", r.Total().Queued, err, p.lastFailure()}
	}
	return r, nil
}

// endFlushes ends the flushes whose records all have a verdict.
func (p *Pipeline) endFlushes() {
	if len(p.flushes) == 0 {
		return
	}
	low := ^uint64(0)
	for _, l := range p.lanes {
		low = min(low, l.oldest())
	}
	kept := p.flushes[:0]
	for _, f := range p.flushes {
		if f.upTo >= low {
			if f.refused = p.refusal(f.upTo, f.since); f.refused == nil {
				kept = append(kept, f)
				continue
			}
		}
		close(f.done)
	}
	clear(p.flushes[len(kept):])
	p.flushes = kept
}

func (p *Pipeline) removeFlush(f *flush) {
	kept := p.flushes[:0]
	for _, g := range p.flushes {
		if g != f {
			kept = append(kept, g)
		}
	}
	clear(p.flushes[len(kept):])
	p.flushes = kept
}

// Close refuses further records, sends what is queued as Flush does, and stops
// the goroutines. When ctx ends first, requests under way are abandoned, what
// has no verdict is dropped, and the error is an [*IncompleteError]. The same
// happens earlier if a server that refuses the account has done so three times since
// Close began, or asks to be left alone for more than half a minute. Close may
// be called again and from several goroutines; the earliest end of a context
// counts for all.
func (p *Pipeline) Close(ctx context.Context) (Receipt, error) {
	p.mu.Lock()
	since := p.lastMark
	p.closing = true
	var running []*lane
	for _, l := range p.lanes {
		if l.started {
			running = append(running, l)
		}
		l.hurry(p.seq)
	}
	p.released() // those who wait for room have to leave
	p.mu.Unlock()

	err := p.waitForLanes(ctx, running)
	if err == nil {
		err = p.leftBehind()
	}
	left := int64(0)
	if err != nil {
		left = p.giveUp(ctx, running)
	}
	p.cancel()
	onDisk := p.spoolBytes()
	p.closeSpool(ctx)
	p.reportDisk()

	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.receiptSince(since, onDisk)
	if err != nil && left > 0 {
		return r, &IncompleteError{"close", left, err, p.lastFailure()}
	}
	return r, nil
}

// leftBehind returns why the lanes ended with records that have no verdict; nil if
// there are none.
func (p *Pipeline) leftBehind() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refusal(p.seq, 0)
}

// waitFor waits until the lanes have ended, but not for longer than limit.
func waitFor(lanes []*lane, limit time.Duration) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for _, l := range lanes {
		select {
		case <-l.done:
		case <-timer.C:
			return
		}
	}
}

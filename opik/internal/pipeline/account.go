package pipeline

// Counts says what became of the records of one kind. At every moment
//
//	Accepted = Delivered + Rejected + Dropped + Spooled + Queued
type Counts struct {
	// Accepted counts the records that were handed over, and those that were
	// adopted from an earlier process.
	Accepted int64
	// Delivered counts those that the server confirmed.
	Delivered int64
	// Rejected counts those that the server, or a size limit, refused for good.
	Rejected int64
	// Dropped counts those that were given up without the server's verdict; see
	// [DropReason].
	Dropped int64
	// Spooled counts those that are on disk and not in memory, and those that
	// were read back and have no verdict yet.
	Spooled int64
	// Queued counts those that wait in memory or are being sent from there,
	// whether they are also on disk or not.
	Queued int64
	// Adopted says how many of the accepted records were found on disk, left
	// there by a process that has ended. It is no part of the sum.
	Adopted int64
}

func (c Counts) plus(d Counts) Counts {
	return Counts{
		Accepted:  c.Accepted + d.Accepted,
		Delivered: c.Delivered + d.Delivered,
		Rejected:  c.Rejected + d.Rejected,
		Dropped:   c.Dropped + d.Dropped,
		Spooled:   c.Spooled + d.Spooled,
		Queued:    c.Queued + d.Queued,
		Adopted:   c.Adopted + d.Adopted,
	}
}

// balanced reports whether every accepted record is somewhere.
func (c Counts) balanced() bool {
	return c.Accepted == c.Delivered+c.Rejected+c.Dropped+c.Spooled+c.Queued &&
		min(c.Delivered, c.Rejected, c.Dropped, c.Spooled, c.Queued, c.Adopted) >= 0
}

// DropReason says why a record was dropped.
type DropReason string

const (
	// DropOverflow: there was no room.
	DropOverflow DropReason = "queue full"
	// DropClosed: the record was handed over after Close.
	DropClosed DropReason = "client closed"
	// DropDeadline: delivery was not confirmed when Close had to return.
	DropDeadline DropReason = "close deadline"
	// DropEncoding: encoding the record panicked, which only values with
	// methods of their own can cause.
	DropEncoding DropReason = "encoding failed"
	// DropSpoolSize: the record was on disk and had to make room there.
	DropSpoolSize DropReason = "spool size"
	// DropSpoolAge: the record was on disk for longer than it is worth sending.
	DropSpoolAge DropReason = "spool age"
	// DropSpoolDamaged: the record was on disk and cannot be read any more.
	DropSpoolDamaged DropReason = "spool damaged"
)

// dropCause is a DropReason as an index.
type dropCause uint8

const (
	overflow dropCause = iota
	closed
	deadline
	encoding
	spoolSize
	spoolAge
	spoolDamaged
	dropCauses
)

var dropReasons = [dropCauses]DropReason{
	overflow: DropOverflow, closed: DropClosed, deadline: DropDeadline, encoding: DropEncoding,
	spoolSize: DropSpoolSize, spoolAge: DropSpoolAge, spoolDamaged: DropSpoolDamaged,
}

// SpoolPosition says how much of a spool has to be delivered yet.
type SpoolPosition struct {
	// Records is the number of accepted records that are on disk and not in
	// memory, of all kinds.
	Records int64
	// Bytes is the size of the files that this process holds.
	Bytes int64
}

// Stats is a consistent picture of a pipeline since it was made.
type Stats struct {
	// Kinds has an entry for each kind that was used, by its name.
	Kinds map[string]Counts
	// Drops divides the dropped records by reason.
	Drops map[DropReason]int64
	// QueuedBytes is the memory that the queued records take, and those that were
	// read back from disk; MaxBytes is its bound.
	QueuedBytes, MaxBytes int64
	// Spool is zero without a spool.
	Spool SpoolPosition
	// Requests counts the requests that were made, Failures those among them
	// that have to be repeated.
	Requests, Failures int64
	// Offloaded counts the members of records that were kept elsewhere because the
	// record was too large, and Truncated those that were cut.
	Offloaded, Truncated int64
	// EncodedBytes is the size of the bodies of all requests, SentBytes their
	// size after compression.
	EncodedBytes, SentBytes int64
	// LastFailure is the error of the latest request that has to be repeated;
	// nil if there is none.
	LastFailure error
	// SpoolFailures counts the writes to disk that failed; the records stayed in
	// memory. SpoolError is the latest of their errors.
	SpoolFailures int64
	SpoolError    error
}

// Total returns the counts of all kinds together.
func (s Stats) Total() Counts { return total(s.Kinds) }

func total(kinds map[string]Counts) (sum Counts) {
	for _, c := range kinds {
		sum = sum.plus(c)
	}
	return sum
}

// totals holds the counters that are not per kind.
type totals struct {
	drops                   [dropCauses]int64
	requests, failures      int64
	offloaded, truncated    int64
	encodedBytes, sentBytes int64
}

// Stats returns what happened so far. It does not block on the network.
func (p *Pipeline) Stats() Stats {
	position := p.spoolBytes()
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{
		Spool:         p.positionLocked(position),
		SpoolFailures: p.spoolFailures,
		SpoolError:    p.spoolError,

		Kinds:        p.countsLocked(),
		Drops:        p.dropsLocked(),
		QueuedBytes:  p.bytes,
		MaxBytes:     p.opts.MaxBytes,
		Requests:     p.requests,
		Failures:     p.failures,
		Offloaded:    p.offloaded,
		Truncated:    p.truncated,
		EncodedBytes: p.encodedBytes,
		SentBytes:    p.sentBytes,
		LastFailure:  p.lastFailure(),
	}
}

func (p *Pipeline) dropsLocked() map[DropReason]int64 {
	drops := make(map[DropReason]int64)
	for cause, n := range p.drops {
		if n > 0 {
			drops[dropReasons[cause]] = n
		}
	}
	return drops
}

func (p *Pipeline) countsLocked() map[string]Counts {
	counts := make(map[string]Counts, len(p.kinds))
	for _, k := range p.kinds {
		counts[k.Name] = counts[k.Name].plus(k.counts)
	}
	for name, c := range p.strangers {
		counts[name] = counts[name].plus(*c)
	}
	return counts
}

// settle gives a queued record its verdict, or one that was read back: it counts
// from now on where into points, as delivered, rejected or dropped. The record must
// not be in a list any more. What is on disk of it is removed later, by finish.
func (p *Pipeline) settle(r *record, into *int64) {
	if r.replayed() {
		r.kind.counts.Spooled -= r.weight
	} else {
		r.kind.counts.Queued -= r.weight
	}
	*into += r.weight
	p.bytes -= r.cost()
	r.leaveDisk()
}

// drop is settle for records that are given up.
func (p *Pipeline) drop(r *record, why dropCause) {
	p.drops[why] += r.weight
	p.settle(r, &r.kind.counts.Dropped)
}

// recycle keeps a few settled records for reuse. It must not be given a record
// that another goroutine may have in flight: lanes read those without the lock.
// The data is left to the collector, because net/http may still be reading it.
func (p *Pipeline) recycle(r *record) {
	*r = record{}
	if len(p.free) < maxFree {
		p.free = append(p.free, r)
	}
}

const maxFree = 4096

func (p *Pipeline) newRecord() *record {
	if n := len(p.free); n > 0 {
		r := p.free[n-1]
		p.free = p.free[:n-1]
		return r
	}
	return new(record)
}

// lastFailure returns the error of a lane that waits to repeat a request.
func (p *Pipeline) lastFailure() error {
	for _, l := range p.lanes {
		if l.failures > 0 {
			return l.lastError
		}
	}
	for _, l := range p.lanes {
		for _, k := range l.kinds {
			if k.paused() {
				return k.pause.err
			}
		}
	}
	return nil
}

package uploader

import (
	"maps"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// DropStorage says why a file is dropped whose content can be kept neither in memory
// nor on disk. The other reasons are those of package pipeline.
const DropStorage pipeline.DropReason = "content not kept"

// account holds the counters. The uploader's lock guards it.
type account struct {
	counts             pipeline.Counts
	drops              map[pipeline.DropReason]int64
	memory, disk       int64
	requests, failures int64
	sentBytes          int64
	rejections         []pipeline.Rejection // the latest, the oldest first
	forgotten          int64                // rejections before these
	lastMark           mark
	diskFailures       int64
	diskError          error // the latest
}

// mark is the state of the counters at a receipt.
type mark struct {
	counts              pipeline.Counts
	rejections          int64
	requests, sentBytes int64
}

// maxRejections bounds the memory for rejections, as in package pipeline.
const maxRejections = 1000

func (a *account) reject(r pipeline.Rejection) {
	if len(a.rejections) == maxRejections {
		a.rejections = append(a.rejections[:0], a.rejections[1:]...)
		a.forgotten++
	}
	a.rejections = append(a.rejections, r)
}

// since returns the rejections after the first n, and how many of those are forgotten.
func (a *account) since(n int64) (list []pipeline.Rejection, omitted int64) {
	from := max(n, a.forgotten)
	return append(list, a.rejections[from-a.forgotten:]...), from - n
}

func (u *Uploader) kinds(c pipeline.Counts) map[string]pipeline.Counts {
	if c == (pipeline.Counts{}) {
		return nil
	}
	return map[string]pipeline.Counts{Kind: c}
}

// Stats returns what happened so far. It does not wait for the network or the disk.
func (u *Uploader) Stats() pipeline.Stats {
	u.mu.Lock()
	defer u.mu.Unlock()
	return pipeline.Stats{
		Kinds:         u.kinds(u.counts),
		Drops:         maps.Clone(u.drops),
		QueuedBytes:   u.memory,
		MaxBytes:      u.opts.MaxMemory,
		Requests:      u.requests,
		Failures:      u.failures,
		EncodedBytes:  u.sentBytes,
		SentBytes:     u.sentBytes,
		LastFailure:   u.pace.lastError,
		Spool:         u.position(),
		SpoolFailures: u.diskFailures,
		SpoolError:    u.diskError,
	}
}

// position says what is on disk, if it outlives the process. The lock is held.
func (u *Uploader) position() (p pipeline.SpoolPosition) {
	if u.opts.Dir != "" {
		p = pipeline.SpoolPosition{Records: u.counts.Spooled, Bytes: u.disk}
	}
	return p
}

// diskFailed notes that files could not be kept on disk.
func (u *Uploader) diskFailed(text string, err error) {
	u.mu.Lock()
	u.diskFailures++
	u.diskError = err
	u.mu.Unlock()
	u.report("disk", text, "error", err)
}

// receipt describes what happened since a mark. The lock is held.
func (u *Uploader) receipt(m mark) pipeline.Receipt {
	c, was := u.counts, m.counts
	r := pipeline.Receipt{
		Kinds: u.kinds(pipeline.Counts{
			Accepted:  c.Accepted - was.Accepted + was.Queued + was.Spooled,
			Delivered: c.Delivered - was.Delivered,
			Rejected:  c.Rejected - was.Rejected,
			Dropped:   c.Dropped - was.Dropped,
			Queued:    c.Queued,
			Spooled:   c.Spooled,
			Adopted:   c.Adopted - was.Adopted,
		}),
		Requests:     u.requests - m.requests,
		EncodedBytes: u.sentBytes - m.sentBytes,
		SentBytes:    u.sentBytes - m.sentBytes,
		LastFailure:  u.pace.lastError,
		Spool:        u.position(),
	}
	r.Rejections, r.OmittedRejections = u.since(m.rejections)
	u.lastMark = mark{c, u.forgotten + int64(len(u.rejections)), u.requests, u.sentBytes}
	return r
}

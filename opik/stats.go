package opik

import "github.com/opik-go/sdk/opik/internal/pipeline"

// Stats is a consistent picture of what a client has done in the background since
// it was made.
type Stats struct {
	// Kinds has an entry for each kind of records that was used, by its name.
	Kinds map[string]Counts
	// Drops divides the dropped records by reason.
	Drops map[DropReason]int64
	// QueuedBytes is the memory that queued records take, and MaxBytes its bound; see
	// [WithQueueBytes].
	QueuedBytes, MaxBytes int64
	// Spool says how much is on disk. It is zero without [WithSpool].
	Spool SpoolPosition
	// SpoolFailures counts the writes to disk that failed; the records stayed in
	// memory then.
	SpoolFailures int64
	// SpoolError is the error of the latest of these writes, nil if all went well.
	SpoolError error
	// Requests counts the requests that were made in the background, and Failures
	// those of them that had to be repeated.
	Requests, Failures int64
	// EncodedBytes is the size of the bodies of these requests, and SentBytes their
	// size after compression.
	EncodedBytes, SentBytes int64
	// LastFailure is the error of the latest request, if it has to be repeated.
	LastFailure error
	// Offloaded counts the members of records that were made attachments because the
	// record was too large, and Truncated those that were cut; see
	// [WithMaxRecordBytes].
	Offloaded, Truncated int64
	// Invalid counts values that were ignored because the server would refuse them,
	// such as a negative cost. Each is reported to the logger (see [WithLogger]).
	Invalid int64
}

// Total returns the counts of all kinds together.
func (s Stats) Total() Counts { return total(s.Kinds) }

func newStats(p pipeline.Stats) Stats {
	s := Stats{
		Kinds:        countsByKind(p.Kinds),
		Drops:        make(map[DropReason]int64, len(p.Drops)),
		QueuedBytes:  p.QueuedBytes,
		MaxBytes:     p.MaxBytes,
		Requests:     p.Requests,
		Failures:     p.Failures,
		EncodedBytes: p.EncodedBytes,
		SentBytes:    p.SentBytes,
		LastFailure:  p.LastFailure,
		Offloaded:    p.Offloaded,
		Truncated:    p.Truncated,

		Spool:         SpoolPosition(p.Spool),
		SpoolFailures: p.SpoolFailures,
		SpoolError:    p.SpoolError,
	}
	for reason, n := range p.Drops {
		s.Drops[DropReason(reason)] = n
	}
	return s
}

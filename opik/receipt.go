package opik

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opik-go/sdk/gen/rest"
	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/uploader"
)

// Counts says what became of records. At every moment
//
//	Accepted = Delivered + Rejected + Dropped + Spooled + Queued
type Counts struct {
	// Accepted counts the records that were handed over, and those that an earlier
	// process left on disk; see Adopted. One that replaces an earlier one of the same
	// trace, span or score before that is sent counts with it.
	Accepted int64
	// Delivered counts those that the server confirmed.
	Delivered int64
	// Rejected counts those that the server refused for good.
	Rejected int64
	// Dropped counts those that were given up without the server's verdict; see [DropReason].
	Dropped int64
	// Spooled counts those that are on disk and not in memory; see [WithSpool]. They
	// are delivered later, by this process or by the next one with the same directory.
	Spooled int64
	// Queued counts those that wait in memory or are being sent, whether they are on
	// disk as well or not.
	Queued int64
	// Adopted says how many of the accepted records were left on disk by a process
	// that has ended. It is no part of the sum.
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

func total(kinds map[string]Counts) (sum Counts) {
	for _, c := range kinds {
		sum = sum.plus(c)
	}
	return sum
}

// DropReason says why records were dropped.
type DropReason string

// Reasons for which records are dropped.
const (
	// DropOverflow says that the queue was full; see [WithQueueBytes] and
	// [WithOverflow].
	DropOverflow = DropReason(pipeline.DropOverflow)
	// DropClosed says that the record was handed over after [Client.Close].
	DropClosed = DropReason(pipeline.DropClosed)
	// DropDeadline says that [Client.Close] had to return before the delivery was confirmed.
	DropDeadline = DropReason(pipeline.DropDeadline)
	// DropEncoding says that a value's own method panicked when it was encoded.
	DropEncoding = DropReason(pipeline.DropEncoding)
	// DropContent says that the content of an attachment could be kept neither in
	// memory nor on disk.
	DropContent = DropReason(uploader.DropStorage)
	// DropSpoolSize says that there was no room left on disk; see [SpoolMaxBytes].
	DropSpoolSize = DropReason(pipeline.DropSpoolSize)
	// DropSpoolAge says that the record was on disk for too long; see [SpoolMaxAge].
	DropSpoolAge = DropReason(pipeline.DropSpoolAge)
	// DropSpoolDamaged says that the record was on disk and could not be read back.
	DropSpoolDamaged = DropReason(pipeline.DropSpoolDamaged)
)

// SpoolPosition says how much of a spool is still to be delivered; see [WithSpool].
type SpoolPosition struct {
	// Records is the number of records of all kinds that are on disk and not in
	// memory.
	Records int64
	// Bytes is the size of the files that this client holds. Files that another
	// process holds do not count.
	Bytes int64
}

// Receipt says what happened to the records that were handed over since the
// previous receipt, and to those that were still queued or spooled then.
// [Client.Flush] and [Client.Close] return it. The previous receipt is the latest one
// that had been returned when the call began: calls that overlap tell of the same
// records, so that every caller learns of the losses among its own.
type Receipt struct {
	// Kinds has an entry for each kind of records that there is something to say
	// of, by its name: "trace", "span", "span score". Files have the kind
	// "attachment".
	Kinds map[string]Counts
	// Rejections names the rejected records, the oldest first, at most 1000.
	Rejections []Rejection
	// OmittedRejections counts the rejections that the list has no room for.
	OmittedRejections int64
	// Requests is how many requests were made.
	Requests int64
	// EncodedBytes is the size of the bodies of these requests, and SentBytes their
	// size after compression.
	EncodedBytes, SentBytes int64
	// Spool says how much is on disk. It is zero without [WithSpool].
	Spool SpoolPosition
	// LastFailure says why something is still queued: the error of the latest
	// request, if it has to be repeated. If the server answered, it matches a class
	// of refusals such as [ErrRateLimited] or [ErrUnavailable].
	LastFailure error
}

// Rejection is a record that was refused for good. The error of [Client.Flush] and
// [Client.Close] wraps one for each status that there was; so errors.Is finds
// [ErrUnauthorized] there, for example, and errors.As a Rejection.
type Rejection struct {
	// Kind is the name of the record's kind, as in [Receipt].
	Kind string
	// Key identifies the record; for traces and spans it is the id, for attachments
	// the id and the file name, with a slash between them.
	Key string
	// Status is the HTTP status of the server's refusal, and 0 if the record was
	// refused before it was sent.
	Status int
	// Message is the server's explanation.
	Message string
	// Records is how many of the accepted records this one stands for.
	Records int64
}

// Error says which record was refused, and why.
func (r Rejection) Error() string {
	return fmt.Sprintf("%s %s: %s", r.Kind, r.Key, r.Message)
}

// Is reports whether target is the class of refusals that the status belongs to,
// such as [ErrUnauthorized].
func (r Rejection) Is(target error) bool {
	return r.Status != 0 && (&rest.APIError{Status: r.Status}).Is(target)
}

// Total returns the counts of all kinds together.
func (r Receipt) Total() Counts { return total(r.Kinds) }

// Complete reports whether every record was delivered. One that is only on disk was
// not.
func (r Receipt) Complete() bool {
	t := r.Total()
	return t.Accepted == t.Delivered
}

// String sums the receipt up in one line, such as
// "12 records: 11 delivered, 1 rejected; 2 requests, 3412 bytes".
func (r Receipt) String() string {
	t := r.Total()
	var b strings.Builder
	fmt.Fprintf(&b, "%d records", t.Accepted)
	separator := ": "
	for _, part := range []struct {
		n    int64
		what string
	}{{t.Delivered, "delivered"}, {t.Rejected, "rejected"}, {t.Dropped, "dropped"}, {t.Spooled, "spooled"}, {t.Queued, "queued"}} {
		if part.n > 0 {
			fmt.Fprintf(&b, "%s%d %s", separator, part.n, part.what)
			separator = ", "
		}
	}
	fmt.Fprintf(&b, "; %d requests, %d bytes", r.Requests, r.SentBytes)
	return b.String()
}

func newReceipt(p pipeline.Receipt) Receipt {
	r := Receipt{
		Kinds:             countsByKind(p.Kinds),
		OmittedRejections: p.OmittedRejections,
		Requests:          p.Requests,
		EncodedBytes:      p.EncodedBytes,
		SentBytes:         p.SentBytes,
		Spool:             SpoolPosition(p.Spool),
		LastFailure:       p.LastFailure,
	}
	for _, rejection := range p.Rejections {
		r.Rejections = append(r.Rejections, Rejection(rejection))
	}
	return r
}

func countsByKind(kinds map[string]pipeline.Counts) map[string]Counts {
	out := make(map[string]Counts, len(kinds))
	for name, c := range kinds {
		out[name] = Counts(c)
	}
	return out
}

// err returns what [Client.Flush] and [Client.Close] make of the receipt: nil if
// nothing is lost and nothing had to be left behind. ended is the error of a
// context that ended too early, or nil.
func (r Receipt) err(operation string, ended error) error {
	t := r.Total()
	if ended == nil && t.Rejected == 0 && t.Dropped == 0 {
		return nil
	}
	var parts []string
	if t.Queued > 0 {
		parts = append(parts, fmt.Sprintf("%d still queued", t.Queued))
	}
	if t.Spooled > 0 {
		parts = append(parts, fmt.Sprintf("%d spooled", t.Spooled))
	}
	if t.Dropped > 0 {
		parts = append(parts, fmt.Sprintf("%d dropped", t.Dropped))
	}
	if t.Rejected > 0 {
		parts = append(parts, fmt.Sprintf("%d rejected", t.Rejected))
	}
	if n := len(r.Rejections); n > 0 {
		parts = append(parts, "the last rejection: "+r.Rejections[n-1].Error())
	}
	// Sprint of a nil error is no text to show.
	causes := slices.DeleteFunc([]error{ended, r.LastFailure}, func(err error) bool { return err == nil })
	if refusal, ok := ended.(*pipeline.StatusError); ok && r.LastFailure == error(refusal) {
		causes = causes[:1]
	}
	return &deliveryError{
		text:       fmt.Sprintf("%s: %s", operation, strings.Join(parts, ", ")),
		causes:     causes,
		rejections: r.distinctRejections(),
	}
}

// distinctRejections returns the last rejection of each status, the latest first.
func (r Receipt) distinctRejections() (distinct []error) {
	seen := make(map[int]bool)
	for _, rejection := range slices.Backward(r.Rejections) {
		if !seen[rejection.Status] {
			seen[rejection.Status] = true
			distinct = append(distinct, rejection)
		}
	}
	return distinct
}

// deliveryError wraps ErrNotDelivered and what prevented the delivery.
type deliveryError struct {
	text       string // with the last rejection
	causes     []error
	rejections []error
}

func (e *deliveryError) Error() string {
	text := ErrNotDelivered.Error() + ": " + e.text
	if err := errors.Join(e.causes...); err != nil {
		text += " (" + strings.ReplaceAll(err.Error(), "\n", "; ") + ")"
	}
	return text
}

func (e *deliveryError) Unwrap() []error {
	return slices.Concat([]error{ErrNotDelivered}, e.causes, e.rejections)
}

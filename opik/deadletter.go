package opik

import (
	"encoding/json"
	"errors"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// DeadLetter is a record that was refused for good, as [WithDeadLetter] hands it over.
type DeadLetter struct {
	// Rejection says which record was refused, and why.
	Rejection
	// TraceID is the trace that the record belongs to; empty if that is not known.
	TraceID string
	// Target is the id of the trace or span that an update changes; empty for other
	// records.
	Target string
	// Record is the record as it would have been sent.
	Record json.RawMessage
}

// WithDeadLetter sets a function that is given each record that the server, or a
// limit of size, refused for good, overriding the default of naming it in the logger
// and the receipt alone. It is told before a Flush returns that waits for the record.
// Attachments are not handed over; receipts name them.
//
// The function is called in the background, by one goroutine at a time for each lane
// of records, at most four; for records that are too large it may also be called by
// who records them. The records behind wait until it returns. It may use the client,
// but must not call [Client.Flush] or [Client.Close]. A panic of it is reported to the
// logger. Nil is an error.
func WithDeadLetter(f func(DeadLetter)) Option {
	return func(s *settings) error {
		if f == nil {
			return errors.New("WithDeadLetter: the function is nil")
		}
		s.pipeline.DeadLetter = func(d pipeline.DeadLetter) {
			f(DeadLetter{Rejection: Rejection(d.Rejection), TraceID: d.Group, Target: d.Path, Record: d.Data})
		}
		return nil
	}
}

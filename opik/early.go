package opik

import "time"

// NoEarlyRecords is the argument of [WithEarlyRecords] that turns them off.
const NoEarlyRecords time.Duration = -1

// WithEarlyRecords says when a trace or span that is still running is sent as it is, so
// that a long run shows in the user interface, and something of it is there if the
// process crashes: when it has had a change that is not sent for that long, overriding
// the default of one second. Its start is such a change. What ends sooner is one record
// and one write; a record that was sent early is replaced when the trace or span ends.
//
// With [NoEarlyRecords], or any other negative duration, running traces and spans are
// sent only by [Client.Flush] and [Client.Close]: then a crash loses them.
func WithEarlyRecords(after time.Duration) Option {
	return func(s *settings) error {
		after := max(after, NoEarlyRecords)
		s.earlyDelay = &after
		return nil
	}
}

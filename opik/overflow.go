package opik

import (
	"fmt"
	"math"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// OverflowPolicy says what happens to records for which there is no room in memory;
// see [WithOverflow] and [WithQueueBytes]. What is lost is counted in any case, as
// [DropOverflow], and reported to the logger. The zero value is no policy.
type OverflowPolicy int64 // the timeout if it is positive

const (
	// OverflowDropOldest drops the records that have waited longest. Records that are
	// on disk as well only leave the memory. It is the default without [WithSpool].
	OverflowDropOldest OverflowPolicy = -1 - iota
	// OverflowDropNewest drops the record that is being handed over.
	OverflowDropNewest
	// OverflowSpool writes the records that have waited longest to disk, many at once,
	// in the goroutine that needs the room. It needs [WithSpool], with which it is the
	// default. If the disk fails it is as OverflowDropOldest.
	OverflowSpool
)

// invalidPolicy is that of a timeout that is none.
const invalidPolicy OverflowPolicy = math.MinInt64

// OverflowBlock makes the goroutine that hands a record over wait until there is room,
// for timeout at most, and drops the record then. A timeout that is not positive is an
// error of [WithOverflow]. Mind that a program that waits for room waits for the server.
func OverflowBlock(timeout time.Duration) OverflowPolicy {
	if timeout <= 0 {
		return invalidPolicy
	}
	return OverflowPolicy(timeout)
}

// String names the policy.
func (p OverflowPolicy) String() string {
	switch {
	case p > 0:
		return fmt.Sprintf("block for %v", time.Duration(p))
	case p == OverflowDropOldest:
		return "drop oldest"
	case p == OverflowDropNewest:
		return "drop newest"
	case p == OverflowSpool:
		return "spool"
	case p == invalidPolicy:
		return "block for a time that is not positive"
	case p == 0:
		return "none"
	}
	return fmt.Sprintf("unknown policy %d", int64(p))
}

// WithOverflow sets what happens when the memory for queued records is full,
// overriding the default of [OverflowDropOldest], and of [OverflowSpool] with
// [WithSpool]. A policy that is none is an error, and OverflowSpool without WithSpool
// is one of [New].
func WithOverflow(policy OverflowPolicy) Option {
	return func(s *settings) error {
		switch policy {
		case OverflowDropOldest:
			s.pipeline.Overflow = pipeline.DropOldest
		case OverflowDropNewest:
			s.pipeline.Overflow = pipeline.DropNewest
		case OverflowSpool:
			s.pipeline.Overflow = pipeline.Spill
		default:
			if policy <= 0 {
				return fmt.Errorf("WithOverflow: %v", policy)
			}
			s.pipeline.Overflow = pipeline.Block
			s.pipeline.BlockTimeout = time.Duration(policy)
		}
		s.overflow = policy
		return nil
	}
}

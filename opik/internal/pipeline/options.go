// Package pipeline takes typed records, keeps them for as long as it must, and
// delivers them in batches in the background.
//
// What it promises: the caller never waits for the network; memory is bounded
// in bytes; and every record is accounted for. Per kind, at every moment,
//
//	accepted = delivered + rejected + dropped + spooled + queued
//
// where queued includes what is being sent, and spooled what is on disk alone.
// A record that was merged into another one counts with it.
package pipeline

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/retry"
	"github.com/opik-go/sdk/opik/internal/spool"
	"github.com/opik-go/sdk/opik/internal/transport"
)

// Sender carries one request to the server, without repeating it. An error
// means that there was no answer; it may also be an answer of something other
// than the server. Send must return soon after ctx ends. It is called from
// several goroutines.
type Sender interface {
	Send(ctx context.Context, r transport.Request) (transport.Response, error)
}

// Overflow says what happens to a record for which there is no room.
type Overflow uint8

const (
	// DropOldest drops what has waited longest until the new record fits.
	DropOldest Overflow = iota
	// DropNewest drops the new record.
	DropNewest
	// Block makes the caller wait for room, up to [Options.BlockTimeout] and
	// its context; then the new record is dropped.
	Block
	// Spill writes what has waited longest to the spool. Without one, and while
	// the disk fails, it is DropOldest.
	Spill
)

// Defaults of [Options].
const (
	DefaultMaxBytes       = 64 << 20
	DefaultMaxRecordBytes = 50_000_000
	DefaultBatchDelay     = time.Second
	DefaultBatchItems     = 1000
	DefaultReadyBytes     = 1 << 20
	DefaultBatchBytes     = 50_000_000
	DefaultBlockTimeout   = time.Second
)

// DefaultRetry is the policy for requests that failed for now. There is no
// limit to the number of attempts: the bound in bytes decides what is given up.
var DefaultRetry = retry.Policy{Base: 500 * time.Millisecond, Max: 30 * time.Second, MaxHint: 5 * time.Minute}

// Options configures a [Pipeline]. Only Sender is required; zero values mean
// the defaults.
type Options struct {
	// Sender carries the requests.
	Sender Sender

	// MaxBytes bounds the memory of all records that wait or are being sent:
	// their encoded size, and an estimate of what is needed to manage them.
	// Default 64 MiB.
	MaxBytes int64
	// MaxRecordBytes bounds one encoded record. A larger one is made smaller when it
	// is handed over, and rejected if that is not possible. Default 50 MB.
	MaxRecordBytes int
	// Offload is asked to keep a member of a record that is too large elsewhere. It
	// returns what the member is to say instead, and how to keep it; if it cannot do
	// that, keep is nil, and the member is cut. record is a JSON object. Nil cuts
	// always. It must not use what the caller of [Pipeline.Add] may have locked; keep
	// may, and is given the content.
	Offload func(kind *message.Kind, key, member string, record []byte) (placeholder string, keep func(content []byte))
	// DeadLetter is given each record that is rejected, before a Flush returns that
	// waits for it. It is called without locks, and holds up its lane until it
	// returns; so it must not wait for the pipeline. A panic of it is reported.
	DeadLetter func(DeadLetter)
	// Overflow is the policy for a full queue. Default DropOldest.
	Overflow Overflow
	// BlockTimeout bounds the waiting under the policy Block. Default 1 s.
	BlockTimeout time.Duration

	// BatchDelay is how long the first record of a batch waits for others.
	// Default 1 s.
	BatchDelay time.Duration
	// BatchItems is the number of records at which the records of a lane are
	// sent without further delay. A request holds what has gathered by then, up
	// to the server's limit. Default 1000, which is that limit for most kinds: a
	// request costs as much as dozens of records.
	BatchItems int
	// ReadyBytes is the encoded size at which the records of a lane are sent
	// without further delay. Default 1 MiB, or BatchBytes if that is less.
	ReadyBytes int
	// BatchBytes is the largest size of a request that has more than one record.
	// Default 50 MB.
	BatchBytes int

	// Retry says how long to wait after a failure that may pass; what is zero is
	// taken from DefaultRetry. A wait that
	// the server asks for and that is longer than MaxHint is cut to it.
	Retry retry.Policy
	// Probe says how long to wait between two requests that ask whether the server
	// still refuses a kind with 401, 402 or 403; what is zero is taken from
	// DefaultProbe.
	Probe retry.Policy

	// Spool configures where records go for which there is no room, or which cannot
	// be delivered for now or before Close has to return; nil is nowhere. Its
	// callbacks are set by the pipeline.
	Spool *spool.Options
	// Durable puts every record on disk before Enqueue returns. It needs Spool.
	Durable bool
	// Kinds are those that records on disk can have. They are needed with Spool.
	Kinds []*message.Kind

	// Logger is told of losses and of outages, each kind of event at most
	// every half minute. Nil is silent. It is never called with a lock held.
	Logger *slog.Logger
}

// Errors of [Pipeline.Enqueue]. The record is accounted for in every case.
var (
	// ErrClosed: the pipeline was closed before.
	ErrClosed = errors.New("the client is closed")
	// ErrFull: there is no room, and the policy is to drop the new record.
	ErrFull = errors.New("the queue is full")
	// ErrTooLarge: the record is larger than any request may be.
	ErrTooLarge = errors.New("the record is too large")
	// ErrEncoding: a value of the record could not be encoded.
	ErrEncoding = errors.New("the record cannot be encoded")
	// ErrNotDurable: the record was queued, and is not on disk though it should be.
	ErrNotDurable = errors.New("the record is in memory only")
)

func (o Options) withDefaults() Options {
	setDefault(&o.MaxBytes, DefaultMaxBytes)
	setDefault(&o.MaxRecordBytes, DefaultMaxRecordBytes)
	setDefault(&o.BlockTimeout, DefaultBlockTimeout)
	setDefault(&o.BatchDelay, DefaultBatchDelay)
	setDefault(&o.BatchItems, DefaultBatchItems)
	setDefault(&o.BatchBytes, DefaultBatchBytes)
	setDefault(&o.ReadyBytes, min(DefaultReadyBytes, o.BatchBytes))
	o.Retry = o.Retry.Or(DefaultRetry)
	o.Probe = o.Probe.Or(DefaultProbe)
	return o
}

func setDefault[T comparable](v *T, standard T) {
	var zero T
	if *v == zero {
		*v = standard
	}
}

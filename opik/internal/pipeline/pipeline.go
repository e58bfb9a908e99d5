package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/opik-go/sdk/opik/internal/eventlog"
	"github.com/opik-go/sdk/opik/internal/message"
	"github.com/opik-go/sdk/opik/internal/pace"
	"github.com/opik-go/sdk/opik/internal/retry"
	"github.com/opik-go/sdk/opik/internal/spin"
)

// Pipeline delivers records in the background. It is safe for concurrent use.
// A new pipeline has no goroutine without a spool, and one with it; the first record
// of a lane starts another, and Close ends them all.
type Pipeline struct {
	opts Options

	// ctx is the context of all requests; it ends when Close gives up.
	ctx    context.Context
	cancel context.CancelFunc

	events *eventlog.Log
	memory memory

	// mu guards everything below, and the state of lanes, kinds and records.
	// It is never held while a record is encoded or a request is under way.
	mu    spin.Mutex
	kinds map[*message.Kind]*kindState
	lanes []*lane
	named map[string]*lane
	bytes int64 // memory of all queued records
	seq   uint64
	free  []*record
	totals

	closing bool          // Close was called
	dead    chan struct{} // closed when Close gave up
	room    chan struct{} // closed when bytes are released, if somebody waits
	blocked int           // how many wait for room
	flushes []*flush

	pacer    pace.Pacer
	budget   *retry.Budget
	refusals uint64 // of the account, of all kinds
	letters  []DeadLetter

	spooling

	rejections rejectionLog
	lastMark   mark
}

// maxLanes bounds the goroutines. Further lanes share them, which orders their
// requests more strictly than they need.
const maxLanes = 4

// New returns a pipeline that sends through o.Sender.
func New(o Options) (*Pipeline, error) {
	if o.Sender == nil {
		return nil, errors.New("pipeline: no sender")
	}
	p := &Pipeline{
		opts:   o.withDefaults(),
		kinds:  make(map[*message.Kind]*kindState),
		named:  make(map[string]*lane),
		dead:   make(chan struct{}),
		budget: retry.NewBudget(),
	}
	p.events = eventlog.New(p.opts.Logger)
	p.memory.limit = p.opts.MaxBytes / 8
	p.ctx, p.cancel = context.WithCancel(context.Background())
	if err := p.openSpool(); err != nil {
		p.cancel()
		return nil, err
	}
	return p, nil
}

// Enqueue encodes m and queues it. Values that m refers to may be changed when
// it has returned. It does not wait, except for room under the policy [Block].
// The error is nil if the record was queued, and otherwise wraps [ErrClosed],
// [ErrFull], [ErrTooLarge] or [ErrEncoding]; or [ErrNotDurable] if it was queued and
// is not on disk as [Options.Durable] demands.
//
// With a spool it may have to wait for the disk: always if records are durable, and
// when there is no room under the policy [Spill].
func (p *Pipeline) Enqueue(m message.Message) error {
	return p.EnqueueContext(context.Background(), m)
}

// EnqueueContext is Enqueue with a context that ends the waiting for room. The
// context has no other effect.
func (p *Pipeline) EnqueueContext(ctx context.Context, m message.Message) error {
	loss, err := p.enqueue(ctx, m)
	p.Report(loss)
	return err
}

// Add is Enqueue for a caller that holds locks. It does not call the logger, which
// is code of the user and may need these locks, but returns what [Pipeline.Report]
// is to be given when they are released: nil if there is nothing to be told or done.
func (p *Pipeline) Add(m message.Message) *Loss {
	loss, _ := p.enqueue(context.Background(), m) // a loss says more than the error
	return loss
}

// Loss is what is left to be told and done when a record was added: that it was lost,
// or others that had to make room for it, and where a part of it is to be kept.
type Loss struct {
	kind  string
	cause error // nil if nothing was lost
	later []func()
}

// Join returns both losses as one. Each may be nil.
func (l *Loss) Join(other *Loss) *Loss {
	if l == nil || other == nil {
		return cmp.Or(l, other)
	}
	both := &Loss{l.kind, l.cause, append(l.later, other.later...)}
	if both.cause == nil {
		both.kind, both.cause = other.kind, other.cause
	}
	return both
}

// Report tells the logger of a loss, and does what is left to be done. Nothing is told
// of nil.
func (p *Pipeline) Report(loss *Loss) {
	if loss != nil {
		p.reportLoss(loss.kind, loss.cause)
		for _, do := range loss.later {
			do()
		}
		p.deliverLetters()
	}
	p.reportDisk()
}

func (p *Pipeline) enqueue(ctx context.Context, m message.Message) (*Loss, error) {
	data, err := p.encode(m)
	var later []func()
	if limit := p.opts.MaxRecordBytes; err == nil && len(data)-1 > limit {
		var smaller []byte
		if smaller, later = p.fit(&kindState{Kind: m.Kind()}, m.Key(), data, limit); smaller != nil {
			data = smaller
		}
	}
	group := ""
	if p.spool != nil || p.opts.DeadLetter != nil {
		group = m.Group()
	}
	loss, err := p.add(ctx, m.Kind(), m.Key(), m.PathValue(), group, data, err)
	if later != nil {
		loss = loss.Join(&Loss{later: later})
	}
	return loss, err
}

// buffers holds scratch space for encoding. Large ones are not kept.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

const maxKeptBuffer = 1 << 20

// encode returns a comma and the encoded record in memory of about that size.
// Methods of the caller's values run here; a panic of theirs becomes an error.
func (p *Pipeline) encode(m message.Message) (data []byte, err error) {
	defer func() {
		if v := recover(); v != nil {
			data, err = nil, fmt.Errorf("%w: panic: %v", ErrEncoding, v)
		}
	}()
	scratch := buffers.Get().(*[]byte)
	b := m.AppendJSON(append((*scratch)[:0], ','))
	data = p.memory.get(len(b))
	copy(data, b)
	if cap(b) <= maxKeptBuffer {
		*scratch = b
		buffers.Put(scratch)
	}
	return data, nil
}

// add accounts for a record and queues it if it can be queued. data is the
// pipeline's from here on.
func (p *Pipeline) add(ctx context.Context, kind *message.Kind, key, path, group string, data []byte, encodingErr error) (*Loss, error) {
	p.mu.Lock()
	k := p.kindState(kind)
	dropped := p.drops[overflow]
	at, err := p.queue(ctx, k, key, path, group, data, encodingErr)
	// Only now: queue may wait for room, and release the lock for that.
	k.counts.Accepted++
	dropped = p.drops[overflow] - dropped
	p.mu.Unlock()
	if at != nil {
		k.disk.stream.Release(at.tokens...)
	}
	switch {
	case err != nil:
		return &Loss{kind: k.Name, cause: err}, err
	case dropped > 0:
		return &Loss{kind: k.Name, cause: ErrFull}, nil
	}
	return nil, nil
}

// queue is called with the lock held, and may release it for a while. If it returns a
// place, the record is there and nowhere else, and is to be released when it counts.
func (p *Pipeline) queue(ctx context.Context, k *kindState, key, path, group string, data []byte, encodingErr error) (*place, error) {
	if encodingErr != nil {
		p.dropNew(k, encoding)
		return nil, encodingErr
	}
	size := cost(data, key, path)
	if limit := p.recordLimit(); len(data)-1 > limit || size > p.opts.MaxBytes {
		err := fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, len(data)-1, limit)
		k.counts.Rejected++
		rejection := Rejection{Kind: k.Name, Key: key, Message: err.Error(), Records: 1}
		p.rejections.add(rejection)
		p.bury(rejection, group, path, data)
		return nil, err
	}
	var at *place
	var notDurable error
	if p.opts.Durable && !p.closing {
		at, notDurable = p.writeNew(k, key, path, group, data)
	}
	target, err := p.makeRoom(ctx, k, key, path, size, at != nil)
	if err == ErrFull && at == nil && p.mayWrite(Spill) {
		at, _ = p.writeNew(k, key, path, group, data) // it is counted and reported
	}
	switch {
	case at != nil && (err != nil || k.lane.behind(k)):
		k.counts.Spooled++
		k.lane.backlogged()
		return at, nil
	case err == ErrClosed:
		p.dropNew(k, closed)
		return nil, err
	case err != nil:
		p.dropNew(k, overflow)
		return nil, err
	}
	if target != nil {
		if merged, ok := k.combine(target.data, data); ok && len(merged) <= p.opts.MaxRecordBytes {
			p.replaceData(target, merged)
			target.weight++
			target.joinPlace(at)
			k.counts.Queued++
			return nil, notDurable
		}
	}
	r := p.newRecord()
	p.seq++
	*r = record{kind: k, key: key, path: path, group: group, disk: at, data: data, seq: p.seq, weight: 1}
	k.counts.Queued++
	p.bytes += size
	k.waiting.pushBack(r)
	k.remember(r)
	k.lane.added(len(data))
	return nil, notDurable
}

// replaceData gives a waiting record other content.
func (p *Pipeline) replaceData(r *record, data []byte) {
	p.bytes += int64(cap(data) - cap(r.data))
	r.kind.lane.bytes += len(data) - len(r.data)
	p.reuse(r)
	r.data, r.shared = data, false
}

func (p *Pipeline) dropNew(k *kindState, why dropCause) {
	k.counts.Dropped++
	p.drops[why]++
}

// makeRoom applies the overflow policy until size bytes fit. It returns the record
// that the new one is to be merged into, if there is one then. The error is ErrClosed
// or ErrFull; a record that is on disk does not wait for room.
func (p *Pipeline) makeRoom(ctx context.Context, k *kindState, key, path string, size int64, onDisk bool) (target *record, err error) {
	var timeout *time.Timer
	for {
		if p.closing {
			return nil, ErrClosed
		}
		target = k.mergeTarget(key, path)
		need := size
		if target != nil && k.Merge == message.MergeReplace {
			need -= target.cost()
		}
		if p.bytes+need <= p.opts.MaxBytes {
			return target, nil
		}
		switch p.opts.Overflow {
		case DropOldest, Spill:
			if p.spillOldest(need) || p.dropOldest() {
				continue
			}
		case Block:
			if onDisk {
				return nil, ErrFull
			}
			if timeout == nil {
				timeout = time.NewTimer(p.opts.BlockTimeout)
				defer timeout.Stop()
			}
			if p.waitForRoom(ctx, timeout) {
				continue
			}
		}
		return nil, ErrFull
	}
}

// oldestWaiting returns the record that waits longest, or nil.
func (p *Pipeline) oldestWaiting() (oldest *record) {
	for _, k := range p.kinds {
		if r := k.waiting.first; r != nil && (oldest == nil || r.seq < oldest.seq) {
			oldest = r
		}
	}
	return oldest
}

// dropOldest drops the record that waits longest. It returns false if no
// record waits; what is being sent cannot be dropped.
func (p *Pipeline) dropOldest() bool {
	oldest := p.oldestWaiting()
	if oldest == nil {
		return false
	}
	oldest.kind.lane.take(oldest)
	p.drop(oldest, overflow)
	p.reuse(oldest)
	p.recycle(oldest)
	p.released()
	return true
}

// waitForRoom waits until bytes are released. It returns false if that took
// too long. The lock is released meanwhile.
func (p *Pipeline) waitForRoom(ctx context.Context, timeout *time.Timer) bool {
	if p.room == nil {
		p.room = make(chan struct{})
	}
	room := p.room
	p.blocked++
	p.mu.Unlock()
	ok := false
	select {
	case <-room:
		ok = true
	case <-timeout.C:
	case <-ctx.Done():
	}
	p.mu.Lock()
	p.blocked--
	return ok
}

// released tells those who wait that records were settled: callers that wait
// for room, and flushes that wait for the end of what came before them.
func (p *Pipeline) released() {
	if p.blocked > 0 && p.room != nil {
		close(p.room)
		p.room = nil
	}
	p.endFlushes()
}

// kindState returns the state of a kind, and sets it up at first sight.
func (p *Pipeline) kindState(kind *message.Kind) *kindState {
	if k := p.kinds[kind]; k != nil {
		return k
	}
	k := newKindState(kind, p.opts.BatchBytes)
	p.kinds[kind] = k
	l := p.named[kind.Lane]
	if l == nil {
		if len(p.lanes) < maxLanes {
			l = newLane(p)
			p.lanes = append(p.lanes, l)
		} else {
			l = p.lanes[len(p.named)%maxLanes]
		}
		p.named[kind.Lane] = l
	}
	k.lane = l
	if p.spool != nil {
		k.disk.stream = p.spool.Stream(kind.Name)
	}
	l.kinds = append(l.kinds, k)
	sortStages(l.kinds)
	return k
}

// Package spool keeps records on disk until they are done with: an append-only log
// that many processes can have in one folder. It knows nothing of servers.
//
// Each [Spool] has a folder of its own in the shared one, and a lock on it that ends
// with the process. [Spool.Adopt] takes over the folders whose owners are gone. Records
// are appended to streams and read in order; nothing is changed in place. What is
// done is noted in a small file beside the segment, without waiting for the disk: at
// worst a record is given again. A segment whose records are all done is removed.
//
// Damage is survived: records before and after it are read, what cannot be read is
// counted and kept aside.
package spool

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Errors of the package. All errors of Append and Next wrap one of them or an error
// of the file system.
var (
	// ErrClosed says that the spool was closed.
	ErrClosed = errors.New("spool: closed")
	// ErrFull says that the records do not fit, and that nothing could make room.
	ErrFull = errors.New("spool: full")
	// ErrTooLarge says that a record is larger than the spool takes.
	ErrTooLarge = errors.New("spool: record too large")
)

// Record is what a spool keeps.
type Record struct {
	// Kind, Key and Path say what the record is and where it goes. Group is that of
	// records which are to be lost together, if at all: "" is no group. Kind and Group
	// have at most 1 KiB.
	Kind, Key, Path, Group string
	// Time is the age that counts for MaxAge; zero is now.
	Time time.Time
	// Weight is what the record counts for, at least 1.
	Weight int64
	// Data is the record itself, at most 64 MiB.
	Data []byte
}

// Entry is a record that was read, with its position.
type Entry struct {
	Record
	Token Token
}

// Token is the position of a record in its spool. The zero token is that of no record.
type Token struct {
	seg   *segment
	group uint64
	index uint32
	off   uint32
}

// Sync says when appended records are made durable against a loss of power. Against
// the end of the process they are durable in any case, once Append has returned.
type Sync time.Duration

const (
	// Always syncs before Append returns. Those who append at the same time share it.
	Always Sync = 0
	// Never leaves it to the operating system.
	Never Sync = -1
)

// Interval syncs at most so long after an append.
func Interval(d time.Duration) Sync { return Sync(max(d, time.Millisecond)) }

// Cause is why records were lost.
type Cause string

const (
	// LostSize: the spool had reached its largest size.
	LostSize Cause = "size"
	// LostAge: the records had reached the largest age.
	LostAge Cause = "age"
	// LostDamage: the disk did not give back what was written.
	LostDamage Cause = "damage"
)

// Options configure a [Spool].
type Options struct {
	// Dir is the folder that spools share. It is made when it is needed.
	Dir string
	// Destination names what the records are meant for. Only records with the same
	// one are read.
	Destination string
	// MaxBytes bounds what this spool has on disk, with what it adopted. Default 1 GiB.
	MaxBytes int64
	// MaxAge bounds how long records are kept. Default 7 days.
	MaxAge time.Duration
	// SegmentBytes is the size at which a segment is closed. Default 8 MiB or an eighth
	// of MaxBytes, whichever is less; at most 64 MiB.
	SegmentBytes int64
	// Sync is the policy; the zero value is [Always].
	Sync Sync
	// Now is the clock. Default [time.Now].
	Now func() time.Time
	// FS is the file system. Default: that of the machine.
	FS FS
	// Lost is called when records are lost that were not done: kind, cause, and their
	// weight. It is called without locks, before the call that lost them returns.
	Lost func(kind string, cause Cause, weight int64)
	// Adopted is called for records that are taken over, before they can be read or
	// lost.
	Adopted func(kind string, weight int64)
}

const (
	defaultMaxBytes     = 1 << 30
	defaultMaxAge       = 7 * 24 * time.Hour
	defaultSegmentBytes = 8 << 20
	maxSegmentBytes     = 64 << 20
	minSegmentBytes     = 512
)

func (o Options) withDefaults() (Options, error) {
	if o.Dir == "" {
		return o, errors.New("spool: no folder")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return o, fmt.Errorf("spool: %w", err)
	}
	o.Dir = dir
	if o.MaxBytes < 0 || o.MaxAge < 0 || o.SegmentBytes < 0 || o.Sync < Never {
		return o, errors.New("spool: a limit is negative")
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.MaxAge == 0 {
		o.MaxAge = defaultMaxAge
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = min(defaultSegmentBytes, o.MaxBytes/8)
	}
	o.SegmentBytes = min(max(o.SegmentBytes, minSegmentBytes), maxSegmentBytes)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.FS == nil {
		o.FS = disk{}
	}
	if o.Lost == nil {
		o.Lost = func(string, Cause, int64) {}
	}
	if o.Adopted == nil {
		o.Adopted = func(string, int64) {}
	}
	return o, nil
}

// Spool is a log on disk. It is safe for concurrent use.
type Spool struct {
	o    Options
	dest destination

	// Each of these is held by who does that, before mu.
	adopting sync.Mutex
	founding sync.Mutex // making the spool's own folder
	evicting sync.Mutex

	// mu guards everything below and the state of streams, homes and segments. It is
	// never held while the disk works, but for the closing of files.
	mu      sync.Mutex
	idle    *sync.Cond // a stream has written, or a sync ended
	closed  bool
	home    *home // where appended records go; nil until it is needed
	homes   map[string]*home
	streams map[string]*Stream
	kinds   kindTable
	bytes   int64
	evicted groupSet
	timer   *time.Timer // of the next sync, or nil
	syncing bool
	totals
}

// Open returns a spool. It does not touch the disk: the folder is made with the
// first record, so a disk that is full or read-only now may serve later. The error
// says which option is wrong.
func Open(o Options) (*Spool, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	sp := &Spool{
		o: o, dest: newDestination(o.Destination),
		homes: make(map[string]*home), streams: make(map[string]*Stream),
	}
	sp.idle = sync.NewCond(&sp.mu)
	sp.evicted.reset()
	return sp, nil
}

// Ready makes the spool's folder and returns what prevents that, if anything does.
// Nothing depends on its being called.
func (sp *Spool) Ready() error {
	_, err := sp.ownHome()
	return err
}

// Stream returns the stream of a name, which any number of goroutines may append to.
func (sp *Spool) Stream(name string) *Stream {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return sp.stream(name)
}

// Streams returns the names of the streams that there are, in order: those that were
// asked for, and those that were adopted.
func (sp *Spool) Streams() []string {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	return slices.Sorted(maps.Keys(sp.streams))
}

// stream is called with the lock held.
func (sp *Spool) stream(name string) *Stream {
	s := sp.streams[name]
	if s == nil {
		s = &Stream{sp: sp, name: name}
		sp.streams[name] = s
	}
	return s
}

// Stream is a log of records. They are read in the order in which they were appended,
// after those of adopted streams of the same name.
type Stream struct {
	sp   *Spool
	name string

	// reading is held by who reads; reader belongs to them.
	reading sync.Mutex
	reader  reader

	// The rest is guarded by the spool's lock.
	segs      []*segment // oldest first; those with records that are not done
	active    *segment   // the one that is appended to, or nil
	file      File       // of the active segment; belongs to who writes, while writing
	writing   bool
	dirty     bool   // something is not synced
	gathering *batch // what is to be written next
	spare     *batch
}

// Pending returns how many records wait to be read, or were read and are not done.
// Records that are held are not among them.
func (s *Stream) Pending() int {
	s.sp.mu.Lock()
	defer s.sp.mu.Unlock()
	n := 0
	for _, g := range s.segs {
		n += g.count[free] + g.count[taken]
	}
	return n
}

// losses collects what is told when the lock is released.
type losses []loss

type loss struct {
	kind   string
	cause  Cause
	weight int64
}

func (sp *Spool) tell(l losses) {
	for _, x := range l {
		sp.o.Lost(x.kind, x.cause, x.weight)
	}
}

// Close ends the spool: what was appended is synced, unless the policy is [Never],
// and folders with nothing left are removed. What is left can be adopted from here
// on. It waits for what is being written. After it Append and Next return
// [ErrClosed], and the other methods do nothing.
func (sp *Spool) Close() error {
	sp.adopting.Lock()
	defer sp.adopting.Unlock()
	sp.mu.Lock()
	if sp.closed {
		sp.mu.Unlock()
		return nil
	}
	sp.closed = true
	if sp.timer != nil {
		sp.timer.Stop()
		sp.timer = nil
	}
	var errs []error
	for _, s := range sp.streams {
		for s.writing || s.gathering != nil {
			sp.idle.Wait()
		}
	}
	for sp.syncing {
		sp.idle.Wait()
	}
	var files []File
	var done []*segment
	for _, s := range sp.streams {
		if s.file != nil {
			if s.dirty && sp.o.Sync != Never {
				errs = append(errs, s.file.Sync())
			}
			files = append(files, s.file)
			s.file, s.active, s.dirty = nil, nil, false
		}
		for _, g := range slices.Clone(s.segs) {
			if sp.retire(g) {
				done = append(done, g)
			}
		}
	}
	homes := sp.homes
	sp.homes, sp.home = nil, nil
	sp.mu.Unlock()
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	for _, s := range sp.streams {
		s.reading.Lock()
		errs = append(errs, s.reader.close())
		s.reading.Unlock()
	}
	for _, g := range done {
		sp.discard(g)
	}
	for _, h := range homes {
		errs = append(errs, sp.leave(h))
	}
	return errors.Join(errs...)
}

// clampWeight keeps weights within what the format takes.
func clampWeight(w int64) int64 { return min(max(w, 1), math.MaxInt32) }

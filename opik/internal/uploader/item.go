package uploader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/upload"
)

// item is a file that has no verdict yet. What is not said to be otherwise does not
// change once it is accepted.
type item struct {
	File
	id       string // names its files at home
	seq      uint64 // 0 for those of processes that have ended
	accepted time.Time

	size     int64
	sum      uint32    // CRC-32C
	data     []byte    // nil if the content is on disk
	path     string    // of the content, "" if it is in memory only
	onDisk   int64     // what it takes of the bound on disk
	inPlace  bool      // path is the caller's, and no copy
	modified time.Time // of what is in place

	// The lock guards what follows.
	home    *home // has the manifest; nil if there is none
	spooled bool  // counts as spooled, not as queued
	retryAt time.Time

	// Only who sends it touches these.
	verify   bool // the content may have changed since it was written
	upload   *session
	attempts int // that failed for now
	refusals int // of addresses that ought to be valid
	expiries int // of addresses before everything was stored
}

// memory is what the item takes of the bound.
func (it *item) memory() int64 { return overhead + int64(len(it.data)) }

// errDamaged says that the content is not what it was when it was accepted.
var errDamaged = errors.New("the content has changed on disk")

// open opens the content for being sent.
func (it *item) open(ctx context.Context) (*upload.Source, func() error, error) {
	if it.data != nil {
		source, err := upload.Open(ctx, bytes.NewReader(it.data))
		return source, func() error { return nil }, err
	}
	file, err := os.Open(it.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: it is gone", errDamaged)
	}
	if err != nil {
		return nil, nil, err
	}
	if err := it.inspect(file); err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	source, err := upload.Open(ctx, file)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return source, file.Close, nil
}

// inspect compares the content with what was accepted.
func (it *item) inspect(file *os.File) error {
	info, err := file.Stat()
	switch {
	case err != nil:
		return err
	case info.Size() != it.size:
		return fmt.Errorf("%w: it has %d bytes, not %d", errDamaged, info.Size(), it.size)
	case it.inPlace && !info.ModTime().Equal(it.modified):
		return fmt.Errorf("%w: it was modified", errDamaged)
	case !it.verify || it.inPlace:
		return nil
	}
	sum := crc32.New(castagnoli)
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if sum.Sum32() != it.sum {
		return fmt.Errorf("%w: its checksum differs", errDamaged)
	}
	it.verify = false
	_, err = file.Seek(0, io.SeekStart)
	return err
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// enlist puts an item among those that wait, by age. The lock is held.
func (u *Uploader) enlist(it *item) {
	list := &u.items
	if it.seq == 0 {
		list = &u.old
	}
	at := len(*list)
	for at > 0 && (*list)[at-1].seq > it.seq {
		at--
	}
	*list = slices.Insert(*list, at, it)
}

// know notes an item that has not been there before. The lock is held.
func (u *Uploader) know(it *item) {
	u.enlist(it)
	same := u.byKey[it.key()]
	at := 0
	for at < len(same) && same[at].seq <= it.seq {
		at++
	}
	u.byKey[it.key()] = slices.Insert(same, at, it)
}

// delist takes a waiting item off its list. The lock is held.
func (u *Uploader) delist(it *item) {
	list := &u.items
	if it.seq == 0 {
		list = &u.old
	}
	if at := slices.Index(*list, it); at >= 0 {
		*list = slices.Delete(*list, at, at+1)
	}
}

// forget removes what is known of an item, which must not be on a list any more, and
// gives its memory and disk back. The lock is held.
func (u *Uploader) forget(it *item) {
	delete(u.flying, it)
	same := slices.DeleteFunc(u.byKey[it.key()], func(other *item) bool { return other == it })
	if len(same) == 0 {
		delete(u.byKey, it.key())
	} else {
		u.byKey[it.key()] = same
	}
	u.release(it.memory())
	u.disk -= it.onDisk
}

// settle gives an item its verdict: it counts from now on where into points. The
// lock is held. Its files are still there.
func (u *Uploader) settle(it *item, into *int64) {
	u.unqueue(it)
	if it.spooled {
		u.counts.Spooled--
	}
	*into++
	u.forget(it)
}

func (u *Uploader) drop(it *item, why pipeline.DropReason) {
	u.drops[why]++
	u.settle(it, &u.counts.Dropped)
}

// unqueue takes an item that does not count as spooled out of those that flushes
// wait for. The lock is held.
func (u *Uploader) unqueue(it *item) {
	if it.spooled {
		return
	}
	u.counts.Queued--
	for _, f := range u.flushes {
		f.settled(it.seq)
	}
}

// spool counts an item that is on disk as spooled. The lock is held.
func (u *Uploader) spool(it *item) {
	if it.spooled {
		return
	}
	u.unqueue(it)
	it.spooled = true
	u.counts.Spooled++
}

// reserve takes memory for content if the bounds have room. The lock is held.
func (u *Uploader) reserve(n int64) bool {
	if u.memory+n > u.opts.MaxMemory || u.opts.Reserve != nil && !u.opts.Reserve(n) {
		return false
	}
	u.memory += n
	return true
}

// occupy takes memory for managing an item. Others in the shared bound have to give
// way: what is handed over need not be lost because of a kilobyte. The lock is held.
func (u *Uploader) occupy() bool {
	if u.memory+overhead > u.opts.MaxMemory {
		return false
	}
	u.memory += overhead
	if u.opts.Occupy != nil {
		u.opts.Occupy(overhead)
	}
	return true
}

func (u *Uploader) release(n int64) {
	u.memory -= n
	if u.opts.Release != nil && n > 0 {
		u.opts.Release(n)
	}
}

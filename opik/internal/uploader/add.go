package uploader

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/opik-go/sdk/opik/internal/pipeline"
	"github.com/opik-go/sdk/opik/internal/uuid7"
)

// Add takes a file over: its content has been read when Add returns, unless it is
// to be read in place. Add does not wait for the network. The error is nil if the
// file was queued, and wraps [pipeline.ErrNotDurable] if it was queued and is not on
// disk though it should be. It wraps [ErrContent] if there is no content to be queued;
// otherwise the file counts as dropped, and the error wraps [pipeline.ErrClosed],
// [pipeline.ErrFull] or the error of the file system.
func (u *Uploader) Add(f File, c Content) error {
	if u.isClosing() {
		return u.refuse(pipeline.DropClosed, pipeline.ErrClosed)
	}
	it := &item{File: f, id: uuid7.New(), accepted: time.Now().Round(0)}
	in := intake{u: u, it: it}
	err := in.take(c)
	if err == nil {
		err = u.accept(it)
	}
	if err == nil || errors.Is(err, pipeline.ErrNotDurable) {
		return err
	}
	in.undo()
	switch {
	case errors.Is(err, ErrContent):
		return err
	case errors.Is(err, pipeline.ErrClosed), errors.Is(err, errGone):
		return u.refuse(pipeline.DropClosed, pipeline.ErrClosed)
	case errors.Is(err, pipeline.ErrFull):
		return u.refuse(pipeline.DropOverflow, err)
	}
	return u.refuse(DropStorage, fmt.Errorf("keep the content: %w", err))
}

func (u *Uploader) isClosing() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.closing
}

// refuse accounts for a file that was handed over and cannot be kept.
func (u *Uploader) refuse(why pipeline.DropReason, err error) error {
	u.mu.Lock()
	u.counts.Accepted++
	u.counts.Dropped++
	u.drops[why]++
	u.mu.Unlock()
	u.report(string(why), "opik: an attachment is lost", "error", err)
	return err
}

// accept queues an item whose content is taken. It counts from here on, also if the
// error wraps [pipeline.ErrNotDurable].
func (u *Uploader) accept(it *item) error {
	var unsafe error
	if u.opts.Dir != "" && (u.opts.Durable || it.path != "" || u.isFull()) {
		err := u.saveFirst(it)
		switch {
		case errors.Is(err, pipeline.ErrClosed), errors.Is(err, errGone):
			return err
		case err != nil && u.opts.Durable:
			unsafe = fmt.Errorf("%w: %w", pipeline.ErrNotDurable, err)
		}
	}
	lost, err := u.queue(it)
	u.discardAll(lost)
	return cmp.Or(err, unsafe)
}

// isFull reports whether no more items can be managed, unless others give way.
func (u *Uploader) isFull() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.memory+overhead > u.opts.MaxMemory
}

// queue returns the items that had to give way.
func (u *Uploader) queue(it *item) (lost []*item, err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.closing {
		lost = u.makeRoom(it.home != nil)
	}
	switch {
	case !u.closing && u.occupy():
		u.seq++
		it.seq = u.seq
		u.counts.Accepted++
		u.counts.Queued++
		u.know(it)
		u.pump()
		return lost, nil
	case it.home != nil:
		// It is safe, though nobody has to manage it now.
		u.counts.Accepted++
		u.counts.Spooled++
		u.release(int64(len(it.data)))
		it.home.live--
		it.home.parked = append(it.home.parked, parked{it.id, it.onDisk})
		return lost, nil
	case u.closing:
		return lost, pipeline.ErrClosed
	}
	return lost, pipeline.ErrFull
}

// saveFirst writes the manifest of an item that nobody knows yet. Close waits for it.
func (u *Uploader) saveFirst(it *item) error {
	if !u.begin() {
		return pipeline.ErrClosed
	}
	err := u.save(it)
	u.mu.Lock()
	if err == nil {
		it.home = &u.home
		u.home.live++
	}
	u.end()
	u.mu.Unlock()
	if err != nil && !errors.Is(err, errGone) {
		u.diskFailed("opik: an attachment cannot be kept on disk; it is sent, but would not survive the process", err)
	}
	return err
}

// begin and end enclose work on files that Close has to wait for.
func (u *Uploader) begin() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closing {
		return false
	}
	u.busy++
	return true
}

// end is called with the lock held.
func (u *Uploader) end() {
	if u.busy--; u.busy == 0 && u.dead {
		close(u.quiet)
	}
}

func (u *Uploader) discardAll(items []*item) {
	for _, it := range items {
		u.discard(it)
	}
	if len(items) > 0 {
		u.report(string(pipeline.DropOverflow), "opik: attachments are lost", "error", pipeline.ErrFull, "attachments", len(items))
	}
}

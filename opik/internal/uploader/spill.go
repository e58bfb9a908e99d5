package uploader

import (
	"errors"
)

// stillQueued says which items an outage sends to the disk.
func (u *Uploader) stillQueued(it *item) bool { return u.troubled() && !it.spooled }

// onlyInMemory says which items would be lost with the process.
func (u *Uploader) onlyInMemory(it *item) bool { return it.home == nil }

// spill writes items that wait to disk, as far as that works. It is not called with
// the lock held.
func (u *Uploader) spill(which func(*item) bool) {
	for {
		u.mu.Lock()
		it := u.takeFirst(which)
		u.mu.Unlock()
		if it == nil {
			return
		}
		var err error
		if it.home == nil {
			err = u.save(it)
		}
		u.mu.Lock()
		u.spilled(it, err)
		u.mu.Unlock()
		if err != nil {
			if !errors.Is(err, errGone) {
				u.diskFailed("opik: attachments cannot be kept on disk", err)
			}
			return
		}
	}
}

// takeFirst takes the first waiting item off its list that is to be spilled. The
// lock is held.
func (u *Uploader) takeFirst(which func(*item) bool) *item {
	if u.dead {
		return nil
	}
	for _, it := range u.items {
		if which(it) {
			u.delist(it)
			u.flying[it] = true
			return it
		}
	}
	return nil
}

// spilled puts an item back that was written to disk. The lock is held.
func (u *Uploader) spilled(it *item, err error) {
	if err == nil && it.home == nil {
		it.home = &u.home
		u.home.live++
	}
	if u.dead {
		return // and settled by Close
	}
	if err == nil && u.troubled() {
		u.spool(it)
		u.unload(it)
	}
	u.enlist(it)
	delete(u.flying, it)
	u.pump()
}

// unload gives the memory of content back that is on disk. The lock is held.
func (u *Uploader) unload(it *item) {
	if it.data == nil {
		return
	}
	u.release(int64(len(it.data)))
	it.data = nil
}

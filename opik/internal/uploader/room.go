package uploader

import (
	"path/filepath"

	"github.com/opik-go/sdk/opik/internal/pipeline"
)

// makeRoom makes the oldest items give way until one more can be managed: those on
// disk stay there, and are found again when there is room; others are lost, and
// returned, unless the new one is on disk. The lock is held.
func (u *Uploader) makeRoom(onDisk bool) (lost []*item) {
	for i := 0; i < len(u.items) && u.memory+overhead > u.opts.MaxMemory; {
		switch oldest := u.items[i]; {
		case oldest.home != nil:
			u.delist(oldest)
			u.park(oldest)
		case onDisk:
			i++
		default:
			u.delist(oldest)
			u.drop(oldest, pipeline.DropOverflow)
			lost = append(lost, oldest)
		}
	}
	return lost
}

// park forgets an item that is on disk. The lock is held.
func (u *Uploader) park(it *item) {
	u.spool(it)
	u.forget(it)
	u.disk += it.onDisk // its files stay
	it.home.live--
	it.home.parked = append(it.home.parked, parked{it.id, it.onDisk})
}

// takeDisk takes n more bytes of the disk for an item that has some already. The
// oldest items that wait on disk give way, unless the new one alone is too large.
func (u *Uploader) takeDisk(n, has int64) error {
	limit := u.opts.MaxDisk
	if u.opts.Room != nil {
		limit = min(limit, max(u.opts.Room(), 0))
	}
	u.mu.Lock()
	var lost []*item
	for u.disk+n > limit && n+has <= limit {
		oldest := u.evict()
		if oldest == nil {
			break
		}
		lost = append(lost, oldest)
	}
	ok := u.disk+n <= limit
	if ok {
		u.disk += n
	}
	u.mu.Unlock()
	u.discardAll(lost)
	if !ok {
		return tooLarge(n+has, limit)
	}
	return nil
}

func (u *Uploader) giveDisk(n int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.disk -= n
}

// evict drops the oldest item that takes room on disk and is not being sent. It
// returns nil if there is none. The lock is held; the files are still there.
func (u *Uploader) evict() *item {
	for _, h := range u.homes {
		if it := u.evictParked(h); it != nil {
			return it
		}
	}
	for i, list := range [][]*item{u.old, u.items} {
		if i == 1 {
			if it := u.evictParked(&u.home); it != nil {
				return it
			}
		}
		for _, it := range list {
			if it.onDisk > 0 {
				u.delist(it)
				u.drop(it, pipeline.DropSpoolSize)
				return it
			}
		}
	}
	return nil
}

func (u *Uploader) evictParked(h *home) *item {
	if len(h.parked) == 0 {
		return nil
	}
	oldest := h.parked[0]
	h.parked = h.parked[1:]
	h.live++ // until its files are gone
	u.disk -= oldest.size
	u.counts.Spooled--
	u.counts.Dropped++
	u.drops[pipeline.DropSpoolSize]++
	return &item{id: oldest.id, home: h, path: filepath.Join(h.dir, oldest.id+contentSuffix)}
}

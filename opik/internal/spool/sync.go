package spool

import "time"

// armSync makes what is written now durable after the interval. The lock is held.
func (sp *Spool) armSync() {
	if sp.timer == nil && !sp.closed {
		sp.timer = time.AfterFunc(time.Duration(sp.o.Sync), sp.syncAll)
	}
}

// syncAll runs on the timer's goroutine, which is the only one that a spool has.
func (sp *Spool) syncAll() {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	if sp.closed {
		return
	}
	sp.timer = nil
	if sp.syncing {
		sp.armSync() // the disk takes longer than the interval
		return
	}
	sp.syncing = true
	var dirty []*Stream
	for _, s := range sp.streams {
		if s.dirty {
			dirty = append(dirty, s)
		}
	}
	for _, s := range dirty {
		for s.writing {
			sp.idle.Wait()
		}
		if !s.dirty || s.file == nil {
			continue // it was closed meanwhile, and synced for that
		}
		s.writing, s.dirty = true, false
		file, g := s.file, s.active
		sp.mu.Unlock()
		err := file.Sync()
		if err != nil {
			// What the disk says after a failed sync cannot be trusted for this file.
			sp.note(err)
			sp.note(s.abandon(g))
		}
		sp.mu.Lock()
		s.writing = false
		sp.idle.Broadcast()
	}
	sp.syncing = false
	sp.idle.Broadcast()
}

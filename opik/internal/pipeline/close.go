package pipeline

import (
	"context"
	"time"
)

const (
	// grace is how long Close waits for its goroutines after its context has ended,
	// and diskGrace how long for the disk, at most twice. The goroutines end as soon
	// as the Sender notices the end of its context.
	grace     = 20 * time.Millisecond
	diskGrace = 20 * time.Millisecond
	// Part of the time that Close has is kept for writing to disk what is left.
	spoolShare   = 4
	spoolReserve = 2 * time.Second
)

// waitForLanes returns when all lanes have ended, or it is time to save what is left:
// then with the error that the context has, or will have soon.
func (p *Pipeline) waitForLanes(ctx context.Context, lanes []*lane) error {
	var soon <-chan time.Time
	if deadline, ok := ctx.Deadline(); ok && p.spool != nil {
		left := time.Until(deadline)
		timer := time.NewTimer(left - min(left/spoolShare, spoolReserve))
		defer timer.Stop()
		soon = timer.C
	}
	for _, l := range lanes {
		select {
		case <-l.done:
			continue
		default:
		}
		select {
		case <-l.done:
		case <-soon:
			return context.DeadlineExceeded
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// giveUp abandons the requests under way, moves what has no verdict to disk, and drops
// the rest. It returns how many records it dropped.
func (p *Pipeline) giveUp(ctx context.Context, lanes []*lane) (left int64) {
	p.cancel()
	p.mu.Lock()
	if !p.isDead() {
		close(p.dead)
	}
	if p.spool != nil {
		if p.salvaged == nil {
			p.salvaged = make(chan struct{})
			go p.salvage()
		}
		p.mu.Unlock()
		waitUntil(ctx, p.salvaged)
		p.mu.Lock()
	}
	p.dropRest()
	left = p.drops[deadline]
	p.mu.Unlock()
	waitFor(lanes, grace)
	return left
}

// waitUntil waits for done, but not much longer than for the end of ctx.
func waitUntil(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
		return
	case <-ctx.Done():
	}
	timer := time.NewTimer(diskGrace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// salvage moves everything to disk. It has a goroutine of its own, because a disk may
// take any time.
func (p *Pipeline) salvage() {
	defer close(p.salvaged)
	p.mu.Lock()
	lanes := p.lanes[:len(p.lanes):len(p.lanes)]
	p.mu.Unlock()
	for _, l := range lanes {
		l.salvage()
	}
}

func (l *lane) salvage() {
	l.disk.Lock()
	defer l.disk.Unlock()
	p := l.p
	p.mu.Lock()
	if p.gaveUp {
		p.mu.Unlock()
		return
	}
	for _, r := range l.flying() {
		if r.replayed() {
			p.bytes -= r.cost() // it is on disk, and stays there
			continue
		}
		r.kind.disk.moving = append(r.kind.disk.moving, r)
	}
	l.flight, l.probe = nil, probe{}
	kinds := l.kinds[:len(l.kinds):len(l.kinds)]
	for _, k := range kinds {
		for r := k.waiting.first; r != nil; r = k.waiting.first {
			l.take(r)
			k.disk.moving = append(k.disk.moving, r)
		}
	}
	p.mu.Unlock()
	for _, k := range kinds {
		l.move(k)
	}
}

// dropRest drops what is neither delivered nor on disk. The lock is held.
func (p *Pipeline) dropRest() {
	p.gaveUp = true
	rest := func(r *record) {
		switch {
		case r.replayed():
			p.bytes -= r.cost()
		case r.stored():
			r.kind.counts.Queued -= r.weight
			r.kind.counts.Spooled += r.weight
			p.bytes -= r.cost()
		default:
			p.drop(r, deadline)
		}
	}
	for _, l := range p.lanes {
		for _, r := range l.flying() {
			rest(r)
		}
		l.flight, l.probe = nil, probe{}
		for _, k := range l.kinds {
			for _, r := range k.disk.moving {
				rest(r)
			}
			k.disk.moving = nil
			for r := k.waiting.first; r != nil; r = k.waiting.first {
				l.take(r)
				rest(r)
			}
		}
	}
	p.released()
}

// closeSpool lets other processes have what is on disk.
func (p *Pipeline) closeSpool(ctx context.Context) {
	if p.spool == nil {
		return
	}
	p.mu.Lock()
	lanes := p.lanes[:len(p.lanes):len(p.lanes)]
	p.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, l := range lanes {
			l.finish()
		}
		if err := p.spool.Close(); err != nil {
			p.mu.Lock()
			p.spoolFailures++
			p.spoolError = err
			p.tellLater(diskEvent{err: err})
			p.mu.Unlock()
		}
	}()
	waitUntil(ctx, done)
}

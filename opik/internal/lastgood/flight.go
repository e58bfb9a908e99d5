package lastgood

import (
	"context"
	"time"
)

// refreshTimeout bounds a request that nobody waits for.
const refreshTimeout = time.Minute

// flight is a request that several callers wait for, or none.
type flight[V any] struct {
	done  chan struct{}
	found Found[V]
	err   error
}

// refresh starts a request for the key, or returns the one that is under way. c is
// locked and not closed.
func (c *Cache[K, V]) refresh(ctx context.Context, key K, load Load[V]) *flight[V] {
	if f := c.flights[key]; f != nil {
		return f
	}
	f := &flight[V]{done: make(chan struct{})}
	c.flights[key] = f
	c.running.Add(1)
	// The first caller's context is not that of the others; only its values are used.
	values := context.WithoutCancel(ctx)
	go func() {
		defer c.running.Done()
		ctx, cancel := context.WithTimeout(values, refreshTimeout)
		defer cancel()
		defer context.AfterFunc(c.ctx, cancel)()
		f.found, f.err = c.ask(ctx, key, load)
		c.mu.Lock()
		if e := c.entries[key]; e != nil && f.err != nil && c.isAway(f.err) {
			kept := e.Value.(*entry[K, V])
			kept.away, kept.cause = time.Now(), f.err
		}
		// A change may have let go of this request, and another one may be under way.
		if c.flights[key] == f {
			delete(c.flights, key)
		}
		c.mu.Unlock()
		close(f.done)
	}()
	return f
}

// await returns what a request brings, or the last good answer when waiting ends.
// When the cache is closed meanwhile, it asks once more for the caller alone.
func (c *Cache[K, V]) await(ctx, waiting context.Context, key K, f *flight[V], load Load[V]) (Found[V], error) {
	select {
	case <-f.done:
		found, err := f.found, f.err
		if err != nil && c.ctx.Err() != nil && waiting.Err() == nil {
			found, err = c.ask(waiting, key, load)
		}
		return c.orLast(ctx, key, found, err)
	case <-waiting.Done():
		return c.orLast(ctx, key, Found[V]{}, waiting.Err())
	}
}

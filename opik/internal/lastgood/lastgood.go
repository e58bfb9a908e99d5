// Package lastgood remembers what a server answered, so that the last good answer
// can be given when the server is away, or instead of asking again too soon.
package lastgood

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"
)

// Options say how a cache behaves.
type Options[V any] struct {
	// Entries and Bytes bound what is kept; what was not used for longest goes
	// first. With no entries nothing is kept.
	Entries int
	Bytes   int64
	// Size returns the number of bytes that a value takes.
	Size func(V) int64
	// TTL is how long an answer is given without asking again. For as long again it
	// is given while a goroutine asks. Zero asks each time.
	TTL time.Duration
	// Patience is how long a caller waits for the server if there is an answer to
	// fall back to, and Pause how long the server is left alone after it failed.
	Patience, Pause time.Duration
	// Transient reports whether an error of the server may pass, and Gone whether it
	// says that there is nothing under the key any more.
	Transient, Gone func(error) bool
}

// Found is an answer.
type Found[V any] struct {
	Value V
	// At is the time of the answer: that at which it was asked for.
	At time.Time
	// Cause is why an older answer is given than was asked for; nil if it is not.
	Cause error
}

// Load asks the server.
type Load[V any] func(context.Context) (V, error)

// Cache keeps answers by key. It is safe for concurrent use. Close ends what it runs.
type Cache[K comparable, V any] struct {
	o       Options[V]
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	entries map[K]*list.Element // of *entry
	recent  *list.List          // of entries, the one used last in front
	bytes   int64
	flights map[K]*flight[V]
	// changes counts how often answers were declared old: one that was asked for
	// before must not pass for new.
	changes int
}

type entry[K comparable, V any] struct {
	key  K
	v    V
	size int64
	at   time.Time
	// old says that somebody knows of a change since.
	old bool
	// away and cause are when the server failed last to give a newer answer, and how.
	away  time.Time
	cause error
}

// New returns an empty cache.
func New[K comparable, V any](o Options[V]) *Cache[K, V] {
	ctx, stop := context.WithCancel(context.Background())
	return &Cache[K, V]{
		o: o, ctx: ctx, stop: stop,
		entries: map[K]*list.Element{}, recent: list.New(), flights: map[K]*flight[V]{},
	}
}

// Close ends the requests that are made in the background, and waits for their end
// as long as ctx allows. Later reads ask the server themselves.
func (c *Cache[K, V]) Close(ctx context.Context) {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	ended := make(chan struct{})
	go func() {
		c.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// Get returns what load returns, or an earlier answer if that is good enough, or if
// load fails for now. An answer of a pinned key never changes.
func (c *Cache[K, V]) Get(ctx context.Context, key K, pinned bool, load Load[V]) (Found[V], error) {
	if c.o.Entries <= 0 {
		at := time.Now()
		v, err := load(ctx)
		return Found[V]{Value: v, At: at}, err
	}
	c.mu.Lock()
	now := time.Now()
	e := c.use(key)
	switch {
	case e == nil:
	case pinned, !e.old && now.Sub(e.at) < c.o.TTL:
		found := e.found(nil)
		c.mu.Unlock()
		return found, nil
	case !e.away.IsZero() && now.Sub(e.away) < c.o.Pause:
		found := e.found(e.cause)
		c.mu.Unlock()
		return found, nil
	case !e.old && now.Sub(e.at) < 2*c.o.TTL && !c.closed:
		found := e.found(nil)
		c.refresh(ctx, key, load)
		c.mu.Unlock()
		return found, nil
	}
	var f *flight[V]
	if c.o.TTL > 0 && !c.closed {
		f = c.refresh(ctx, key, load)
	}
	c.mu.Unlock()

	waiting := ctx
	if e != nil {
		var cancel context.CancelFunc
		waiting, cancel = context.WithTimeout(ctx, c.o.Patience)
		defer cancel()
	}
	if f != nil {
		return c.await(ctx, waiting, key, f, load)
	}
	found, err := c.ask(waiting, key, load)
	return c.orLast(ctx, key, found, err)
}

// ask calls load and keeps its answer, unless something has changed meanwhile.
func (c *Cache[K, V]) ask(ctx context.Context, key K, load Load[V]) (Found[V], error) {
	c.mu.Lock()
	changes := c.changes
	c.mu.Unlock()
	at := time.Now()
	v, err := load(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case err == nil && changes == c.changes:
		c.keep(key, v, at)
	case err != nil && c.o.Gone(err):
		c.drop(c.entries[key])
	}
	return Found[V]{Value: v, At: at}, err
}

// isAway reports whether a request failed because the server is away, or slow.
func (c *Cache[K, V]) isAway(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, context.Canceled) && c.o.Transient(err)
}

// orLast returns the last good answer if there is no new one for now. Whoever does
// not want an answer any more gets none.
func (c *Cache[K, V]) orLast(ctx context.Context, key K, found Found[V], err error) (Found[V], error) {
	if err == nil || !c.isAway(err) || errors.Is(ctx.Err(), context.Canceled) {
		return found, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.use(key)
	if e == nil {
		return found, err
	}
	if ctx.Err() == nil { // else the caller was in a hurry
		e.away, e.cause = time.Now(), err
	}
	return e.found(err), nil
}

func (e *entry[K, V]) found(cause error) Found[V] {
	return Found[V]{Value: e.v, At: e.at, Cause: cause}
}

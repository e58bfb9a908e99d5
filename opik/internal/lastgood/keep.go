package lastgood

import (
	"container/list"
	"time"
)

// use returns the entry of a key, or nil, and notes that it was used. c is locked.
func (c *Cache[K, V]) use(key K) *entry[K, V] {
	e := c.entries[key]
	if e == nil {
		return nil
	}
	c.recent.MoveToFront(e)
	return e.Value.(*entry[K, V])
}

// keep stores an answer that was asked for at a time, unless there is a later one.
// c is locked.
func (c *Cache[K, V]) keep(key K, v V, at time.Time) {
	if e := c.entries[key]; e != nil {
		if e.Value.(*entry[K, V]).at.After(at) {
			return
		}
		c.drop(e)
	}
	size := c.o.Size(v)
	if size > c.o.Bytes {
		return
	}
	c.entries[key] = c.recent.PushFront(&entry[K, V]{key: key, v: v, size: size, at: at})
	c.bytes += size
	for len(c.entries) > c.o.Entries || c.bytes > c.o.Bytes {
		c.drop(c.recent.Back())
	}
}

// drop removes an entry, if there is one. c is locked.
func (c *Cache[K, V]) drop(e *list.Element) {
	if e == nil {
		return
	}
	gone := c.recent.Remove(e).(*entry[K, V])
	delete(c.entries, gone.key)
	c.bytes -= gone.size
}

// Keep stores an answer that the caller has come by otherwise, asked for at a time.
func (c *Cache[K, V]) Keep(key K, v V, at time.Time) {
	if c.o.Entries <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, v, at)
}

// Expire declares the answers of the keys old: they are given only when the server
// is away.
func (c *Cache[K, V]) Expire(match func(K) bool) {
	c.change(match, func(e *list.Element) {
		kept := e.Value.(*entry[K, V])
		kept.old, kept.away, kept.cause = true, time.Time{}, nil
	})
}

// Remove forgets the answers of the keys.
func (c *Cache[K, V]) Remove(match func(K) bool) { c.change(match, c.drop) }

func (c *Cache[K, V]) change(match func(K) bool, do func(*list.Element)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	for key, e := range c.entries {
		if match(key) {
			do(e)
		}
	}
	for key := range c.flights {
		if match(key) {
			delete(c.flights, key) // who reads from now on must not get its answer
		}
	}
}

// Len returns the number of answers that are kept.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}

// Package spin has a lock for short critical sections that callers of the SDK pass
// through.
package spin

import "sync"

// Mutex is a [sync.Mutex] that looks several times whether it is free before it puts
// the goroutine to sleep. sync.Mutex does so only on a processor that has nothing
// else to run; in a busy program it sleeps at once, and the goroutine wakes up when
// all others had their turn, which takes a thousand times longer than what the lock
// guards.
type Mutex struct{ mu sync.Mutex }

// The times of a round are about 0.1 µs, so that all of them take as long as it
// takes to put a goroutine to sleep and wake it up again.
const (
	rounds    = 40
	perRound  = 30
	firstWait = 5
)

// Lock locks m.
func (m *Mutex) Lock() {
	if !m.mu.TryLock() {
		m.wait()
	}
}

func (m *Mutex) wait() {
	pause := firstWait
	for range rounds {
		for range pause {
			nothing()
		}
		pause = perRound
		if m.mu.TryLock() {
			return
		}
	}
	m.mu.Lock()
}

// nothing takes a nanosecond or two.
//
//go:noinline
func nothing() {}

// Unlock unlocks m.
func (m *Mutex) Unlock() { m.mu.Unlock() }

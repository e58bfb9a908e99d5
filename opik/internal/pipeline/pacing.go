package pipeline

import (
	"time"

	"github.com/opik-go/sdk/opik/internal/retry"
)

// grant returns how many of want records of a kind may be in a request now. If that
// is 0, the kind is held until more may be known. It is called with the lock held,
// for every request that is not a repetition.
func (l *lane) grant(k *kindState, want int) int {
	if want <= 0 {
		return 0
	}
	now := time.Now()
	n, wait := l.p.pacer.Allow(k.Name, want, l.p.waiting, now, retry.Random())
	if n == 0 {
		k.paceUntil = now.Add(wait)
	}
	return n
}

// waiting returns how many records of a kind wait, in memory or on disk.
func (p *Pipeline) waiting(kind string) (records int) {
	for _, k := range p.kinds {
		if k.Name == kind {
			records += k.waiting.length + int(k.counts.Spooled)
		}
	}
	return records
}

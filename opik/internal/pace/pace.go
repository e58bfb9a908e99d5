// Package pace sizes and spaces requests so that a server with rate limits need not
// refuse them. It learns everything from the headers that the server sends with
// every answer, good or bad:
//
//	Opik-<Bucket>-Remaining-Limit: 4000
//	Opik-<Bucket>-Remaining-Limit-TTL-Millis: 48000
//
// which say how many events the bucket still takes and how long until it is full
// again. Without these headers nothing is held back.
package pace

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Pacer knows the buckets that the requests of a client are charged to. All times
// are arguments, and nothing waits here. The zero value is ready to use. It must not
// be used by several goroutines at once.
type Pacer struct {
	buckets map[string]*bucket
	charged map[string][]*bucket // by operation, as the latest answer had it
}

// bucket is one limit of the server, as far as is known.
type bucket struct {
	remaining int       // events, by the freshest header
	seen      time.Time // when that arrived
	resets    time.Time // when it is full again
	capacity  int       // the most that it was seen to hold since it was full
	flying    int       // events of requests that are under way
	next      time.Time // when the next request is due, if they are spaced
	others    float64   // events a second that other clients take
}

const (
	// minWait is how often it is looked whether a request has been answered that
	// tells more.
	minWait = 20 * time.Millisecond
	// maxSpread bounds how much later than a reset a client comes back, at random,
	// so that not all of them come at the same moment.
	maxSpread = time.Second
	// firstShare is the part of a bucket that a request may take which is the first
	// one after a reset, if other clients use the bucket too.
	firstShare = 10
	// sameWindow is by how much two computations of one reset may differ.
	sameWindow = 2 * time.Second
)

// Allow returns how many of want events a request of the operation may have now. If
// that is 0, wait says when to ask again. waiting tells how many events wait for an
// operation: what fits into the buckets is sent at once, and only what does not is
// spread over the time until they are full again. random is a number in [0,1).
func (p *Pacer) Allow(operation string, want int, waiting func(operation string) int, now time.Time, random float64) (n int, wait time.Duration) {
	n = want
	buckets := p.bucketsOf(operation)
	for _, b := range buckets {
		left := b.available(now)
		if left < 1 {
			end := b.resets.Sub(now)
			wait = max(wait, end+time.Duration(random*float64(min(end/20, maxSpread))), minWait)
			continue
		}
		n = min(n, left)
		if b.next.After(now) && p.backlog(b, waiting) > left {
			wait = max(wait, b.next.Sub(now))
		}
	}
	if wait > 0 {
		return 0, wait
	}
	for _, b := range buckets {
		if left := b.available(now); b.resets.After(now) && p.backlog(b, waiting) > left {
			b.next = now.Add(time.Duration(float64(b.resets.Sub(now)) * float64(n) / float64(left)))
		}
	}
	return n, 0
}

// bucketsOf returns the buckets that an operation is charged to. Of an operation
// that was never answered it is feared that it is charged to all of them.
func (p *Pacer) bucketsOf(operation string) []*bucket {
	if known, ok := p.charged[operation]; ok {
		return known
	}
	all := make([]*bucket, 0, len(p.buckets))
	for _, b := range p.buckets {
		all = append(all, b)
	}
	return all
}

// backlog returns how many events wait for a bucket.
func (p *Pacer) backlog(b *bucket, waiting func(string) int) (events int) {
	for operation, buckets := range p.charged {
		for _, other := range buckets {
			if other == b {
				events += waiting(operation)
			}
		}
	}
	return events
}

// available returns how many events the bucket will take now, as far as can be told.
func (b *bucket) available(now time.Time) int {
	if !now.Before(b.resets) { // it is full again
		full := max(b.capacity, 1) - b.flying // one request tells how much it holds
		if b.others > 0 {
			full = min(full, max(b.capacity/firstShare, 1)-b.flying)
		}
		return full
	}
	taken := math.Ceil(b.others * now.Sub(b.seen).Seconds())
	return b.remaining - b.flying - int(min(taken, float64(b.remaining)))
}

// Sent says that a request with n events was sent.
func (p *Pacer) Sent(operation string, n int) {
	for _, b := range p.charged[operation] {
		b.flying += n
	}
}

// Answered says how the server answered a request that Sent was told of. Without an
// answer the header is nil. taken says that the request was charged.
func (p *Pacer) Answered(operation string, n int, h http.Header, taken bool, now time.Time) {
	for _, b := range p.charged[operation] {
		b.flying = max(b.flying-n, 0)
	}
	if h == nil {
		return
	}
	cost := 0
	if taken {
		cost = n
	}
	known := p.charged[operation][:0:0]
	for name, values := range h {
		bucketName, ok := strings.CutSuffix(name, remainingSuffix)
		if !ok || !strings.HasPrefix(name, prefix) || len(values) == 0 {
			continue
		}
		remaining, err := strconv.Atoi(strings.TrimSpace(values[0]))
		ttl, err2 := strconv.ParseInt(strings.TrimSpace(h.Get(name+ttlSuffix)), 10, 64)
		if err != nil || err2 != nil || ttl < 0 {
			continue // it says nothing that can be used
		}
		b := p.bucket(bucketName)
		b.learn(max(remaining, 0), cost, time.Duration(min(ttl, maxTTL.Milliseconds()))*time.Millisecond, now)
		known = append(known, b)
	}
	if p.charged == nil {
		p.charged = make(map[string][]*bucket)
	}
	p.charged[operation] = known
}

// The parts of the headers' names, as http.Header has them.
const (
	prefix          = "Opik-"
	remainingSuffix = "-Remaining-Limit"
	ttlSuffix       = "-Ttl-Millis"
)

// maxTTL bounds what is believed. The server's windows last a minute.
const maxTTL = time.Hour

func (p *Pacer) bucket(name string) *bucket {
	if b := p.buckets[name]; b != nil {
		return b
	}
	if p.buckets == nil {
		p.buckets = make(map[string]*bucket)
	}
	b := new(bucket)
	p.buckets[name] = b
	return b
}

// learn takes over what a header says. cost is what the answered request took.
func (b *bucket) learn(remaining, cost int, ttl time.Duration, now time.Time) {
	resets := now.Add(ttl)
	if resets.Sub(b.resets) > sameWindow {
		// It was full since the last answer.
		b.capacity, b.next = remaining+cost, time.Time{}
	} else {
		if taken, age := b.remaining-cost-b.flying-remaining, now.Sub(b.seen); age > 0 {
			b.others = (b.others + max(float64(taken)/age.Seconds(), 0)) / 2
			if b.others < 0.01 {
				b.others = 0
			}
		}
		b.capacity = max(b.capacity, remaining+cost)
	}
	b.remaining, b.seen, b.resets = remaining, now, resets
}

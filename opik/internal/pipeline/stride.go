package pipeline

// stride is how many records a lane moves or settles before it lets others have the
// lock. A caller that has to wait for it may be put to sleep, and wake up many times
// later than the lock was free, if there is more to do than there are processors.
const stride = 32

// breathe releases the lock for a moment. It returns false if Close has given up
// meanwhile.
func (l *lane) breathe() bool {
	l.p.mu.Unlock()
	l.p.mu.Lock()
	return !l.p.isDead()
}

// settleDelivered settles the first n records in flight, and takes back what they
// were encoded in.
func (l *lane) settleDelivered(k *kindState, n int) {
	p := l.p
	var unused [stride][]byte
	for n > 0 {
		free := unused[:0]
		p.mu.Lock()
		records := l.landed(min(n, stride))
		for _, r := range records {
			p.settle(r, &k.counts.Delivered)
			if !r.shared {
				free = append(free, r.data)
			}
			p.recycle(r)
		}
		p.mu.Unlock()
		p.memory.put(free)
		if len(records) == 0 {
			return // Close has given up
		}
		n -= len(records)
	}
}

// reuse takes back what a record was encoded in, which it is not any more, or will not
// be sent. It is called with the lock held.
func (p *Pipeline) reuse(r *record) {
	if !r.shared {
		p.memory.put([][]byte{r.data})
	}
}

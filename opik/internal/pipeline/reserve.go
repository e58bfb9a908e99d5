package pipeline

// Reserve takes n bytes of the memory for records for something else, if nothing has
// to give way for that. [Pipeline.Release] gives them back.
func (p *Pipeline) Reserve(n int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bytes+n > p.opts.MaxBytes {
		return false
	}
	p.bytes += n
	return true
}

// Occupy is Reserve for what cannot be had otherwise: the records that are added
// next make the others give way, as the policy says.
func (p *Pipeline) Occupy(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += n
}

// Release gives back what Reserve or Occupy took.
func (p *Pipeline) Release(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes -= n
	p.released()
}

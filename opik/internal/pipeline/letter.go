package pipeline

// DeadLetter is a record that was refused for good.
type DeadLetter struct {
	Rejection
	// Group is the id of the trace that the record belongs to; empty if that is not
	// known.
	Group string
	// Path is the parameter of the request's path; empty if it has none.
	Path string
	// Data is the record, a JSON object. It is the receiver's.
	Data []byte
}

// bury keeps a rejected record for Options.DeadLetter. data begins with a comma, and
// must not be used for anything else afterwards. The lock is held.
func (p *Pipeline) bury(rejection Rejection, group, path string, data []byte) {
	if p.opts.DeadLetter != nil {
		p.letters = append(p.letters, DeadLetter{Rejection: rejection, Group: group, Path: path, Data: data[1:len(data):len(data)]})
	}
}

// deliverLetters gives rejected records to Options.DeadLetter. It is called without
// the lock.
func (p *Pipeline) deliverLetters() {
	if p.opts.DeadLetter == nil {
		return
	}
	p.mu.Lock()
	letters := p.letters
	p.letters = nil
	p.mu.Unlock()
	for _, d := range letters {
		p.deliverLetter(d)
	}
}

func (p *Pipeline) deliverLetter(d DeadLetter) {
	defer func() {
		if v := recover(); v != nil {
			p.reportPanic("dead letter hook", v)
		}
	}()
	p.opts.DeadLetter(d)
}

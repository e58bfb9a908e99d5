package pipeline

import (
	"bytes"
	"encoding/json"

	"github.com/opik-go/sdk/opik/internal/jsonenc"
	"github.com/opik-go/sdk/opik/internal/jsonfit"
)

// fit makes an encoded record smaller that is larger than limit: free-form members are
// kept elsewhere if Offload can do that, or else cut, the largest first. It returns nil
// if that does not help. data begins with a comma and is not changed. later has what is
// to be done without locks.
func (p *Pipeline) fit(k *kindState, key string, data []byte, limit int) (smaller []byte, later []func()) {
	all, ok := members(data)
	if !ok {
		return nil, nil
	}
	var large []int // indexes of free-form members
	var sizes []int
	rest := len(data) - 1
	for i, m := range all {
		if k.isFreeForm(m.key) {
			large = append(large, i)
			sizes = append(sizes, len(m.value()))
			rest -= len(m.value())
		}
	}
	level, needed := jsonfit.Level(sizes, limit-rest)
	if !needed || level < jsonfit.MinBytes {
		return nil, nil
	}
	var offloaded, truncated int64
	for n, i := range large {
		if sizes[n] <= level {
			continue
		}
		m := &all[i]
		value, keep := p.offload(k, key, *m, data[1:])
		if keep != nil && len(value) <= level {
			offloaded++
			content := bytes.Clone(m.value())
			later = append(later, func() { keep(content) })
		} else {
			value = jsonfit.Value(m.value(), level)
			truncated++
		}
		m.raw = append(append([]byte(m.key), ':'), value...)
	}
	out := append(make([]byte, 0, limit+1), ',', '{')
	for _, m := range all {
		out = m.appendTo(out)
	}
	out = append(out, '}')
	p.mu.Lock()
	defer p.mu.Unlock()
	p.offloaded += offloaded
	p.truncated += truncated
	return out, later
}

// offload returns a text that says where the value of a member is kept, and how to keep
// it there; nil if that is not possible.
func (p *Pipeline) offload(k *kindState, key string, m member, record []byte) (text []byte, keep func([]byte)) {
	if p.opts.Offload == nil {
		return nil, nil
	}
	var name string
	if json.Unmarshal([]byte(m.key), &name) != nil {
		return nil, nil
	}
	placeholder, keep := p.opts.Offload(k.Kind, key, name, record)
	return jsonenc.AppendString(nil, placeholder), keep
}

// isFreeForm takes the name of a member with its quotes.
func (k *kindState) isFreeForm(name string) bool {
	for _, f := range k.FreeForm {
		if len(name) == len(f)+2 && name[1:len(name)-1] == f {
			return true
		}
	}
	return false
}

// recordLimit is the largest record that is taken as it is.
func (p *Pipeline) recordLimit() int {
	return int(min(int64(p.opts.MaxRecordBytes), p.opts.MaxBytes-recordOverhead))
}

// fitAgain makes a record smaller that the server finds too large by itself. It
// returns false if that is not possible. The limit of the server is not known, so the
// record is halved as often as is needed.
func (l *lane) fitAgain(k *kindState, r *record) bool {
	p := l.p
	smaller, later := p.fit(k, r.key, r.data, (len(r.data)-1)/2)
	if smaller == nil {
		return false
	}
	for _, do := range later {
		do()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isDead() {
		return false
	}
	p.bytes += int64(cap(smaller) - cap(r.data))
	// The old data may still be read by a request, and is left to the collector.
	r.data, r.shared = smaller, false
	return true
}

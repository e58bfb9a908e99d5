package transport

import (
	"net/http"
	"sync"
)

// Deprecation is what the server says about the way in which an operation was
// called.
type Deprecation struct {
	// Operation is the contract's name of the operation, or method and path
	// where the name is not known.
	Operation string
	// Text is the server's, for people.
	Text string
}

// deprecationHook reports each deprecation once.
type deprecationHook struct {
	report func(Deprecation)
	mu     sync.Mutex
	seen   map[Deprecation]struct{}
}

// maxDeprecations bounds the memory for what was reported. Texts may hold names,
// so their number has no natural bound; beyond it nothing new is reported.
const maxDeprecations = 256

func (h *deprecationHook) notice(operation string, header http.Header) {
	text := header.Get("X-Opik-Deprecation")
	if text == "" || h.report == nil {
		return
	}
	d := Deprecation{Operation: operation, Text: text}
	h.mu.Lock()
	_, known := h.seen[d]
	isNew := !known && len(h.seen) < maxDeprecations
	if isNew {
		if h.seen == nil {
			h.seen = make(map[Deprecation]struct{})
		}
		h.seen[d] = struct{}{}
	}
	h.mu.Unlock()
	if isNew {
		h.report(d)
	}
}

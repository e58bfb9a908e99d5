package main

import (
	"strings"
	"sync"
)

// tailSize is how much of a client's error output is kept for error messages.
const tailSize = 4 << 10

// tail is a writer that keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	end []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p...)
	if extra := len(t.end) - tailSize; extra > 0 {
		t.end = t.end[extra:]
	}
	return len(p), nil
}

// String returns the end for an error message.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.end) == 0 {
		return ""
	}
	return "\nits error output ends:\n" + strings.TrimSpace(string(t.end))
}

// Package eventlog tells a logger what happens in the background, without flooding it.
package eventlog

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Every bounds how often an event of one kind is told.
const Every = 30 * time.Second

// Log tells a logger of events. It is safe for concurrent use. It must not be called
// with locks held that the logger's handler, which is code of the user, may need.
type Log struct {
	logger *slog.Logger

	mu   sync.Mutex
	last map[string]time.Time
	held map[string]int64
}

// New returns a log for a logger. Nil is silent.
func New(logger *slog.Logger) *Log {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Log{logger: logger, last: make(map[string]time.Time), held: make(map[string]int64)}
}

// Tell tells the logger of an event, unless it was told of one of the same name less
// than half a minute ago. What was held back since is counted in the attribute similar.
func (l *Log) Tell(level slog.Level, event, text string, args ...any) {
	held, due := l.due(event, time.Now())
	if !due {
		return
	}
	if held > 0 {
		args = append(args, "similar", held)
	}
	l.TellAlways(level, text, args...)
}

// TellAlways tells the logger in any case. A handler that panics does not end the
// program that is observed.
func (l *Log) TellAlways(level slog.Level, text string, args ...any) {
	defer func() { _ = recover() }()
	l.logger.Log(context.Background(), level, text, args...)
}

func (l *Log) due(event string, now time.Time) (held int64, due bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, told := l.last[event]; told && now.Sub(last) < Every {
		l.held[event]++
		return 0, false
	}
	held = l.held[event]
	l.last[event], l.held[event] = now, 0
	return held, true
}

package opiktest

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// settleInterval is how often a waiter looks again while background changes are
// pending.
const settleInterval = 5 * time.Millisecond

// CompareTraceTrees returns "" if the stored traces, printed with
// [FormatTraceTrees], are the text that is wanted, else their difference as from
// [Diff]. Indentation that all lines of the wanted text share, and blank lines at
// its ends, do not count, so that it can stand in a test as a raw string.
func (b *Backend) CompareTraceTrees(want string) string {
	return Diff(Dedent(want), FormatTraceTrees(b.TraceTrees()))
}

// AssertTraceTrees reports an error of the test if the stored traces are not
// those of the text; see [Backend.CompareTraceTrees].
func (b *Backend) AssertTraceTrees(t T, want string) {
	t.Helper()
	d := b.CompareTraceTrees(want)
	switch {
	case d == "":
	case len(b.TraceTrees()) == 0:
		t.Errorf("no trace is stored after %d requests; was the client flushed or closed? Wanted:\n%s", len(b.Requests()), d)
	default:
		t.Errorf("stored traces differ (-want +got):\n%s", d)
	}
}

// WaitFor waits until a condition holds. The condition is called at once and
// after each request; it may call any method of the backend. The error is that
// of the context, if it ends before.
func (b *Backend) WaitFor(ctx context.Context, condition func() bool) error {
	tick := time.NewTicker(settleInterval)
	defer tick.Stop()
	for {
		b.mu.Lock()
		changed := b.changed
		b.mu.Unlock()
		if condition() {
			return nil
		}
		var settle <-chan time.Time
		if b.settings.backgroundDelay > 0 {
			settle = tick.C
		}
		select {
		case <-changed:
		case <-settle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitForTraces waits until at least n traces have arrived and ended, and returns
// all traces. The error, when the context ends before, says how many there were.
func (b *Backend) WaitForTraces(ctx context.Context, n int) ([]*TraceTree, error) {
	ended, open := 0, 0
	err := b.WaitFor(ctx, func() bool {
		ended, open = 0, 0
		for _, t := range b.TraceTrees() {
			if !t.Partial && !t.End.IsZero() {
				ended++
			} else {
				open++
			}
		}
		return ended >= n
	})
	if err != nil {
		return nil, fmt.Errorf("opiktest: %d of %d traces have ended, %d have arrived without an end: %w", ended, n, open, err)
	}
	return b.TraceTrees(), nil
}

// Dedent removes blank lines at the ends of a text and the indentation that all
// its lines share.
func Dedent(s string) string {
	lines := strings.Split(s, "\n")
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	indent := -1
	for _, l := range lines {
		if rest := strings.TrimLeft(l, " \t"); rest != "" && (indent < 0 || len(l)-len(rest) < indent) {
			indent = len(l) - len(rest)
		}
	}
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			lines[i] = ""
		} else {
			lines[i] = l[indent:]
		}
	}
	return strings.Join(lines, "\n")
}

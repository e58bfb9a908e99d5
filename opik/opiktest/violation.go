package opiktest

import (
	"fmt"
	"strings"
	"sync"
)

// Violation is a request that no Opik server takes: for an unknown path, with a
// body that is not what the operation reads, or one that the request hook or the
// contract checker refused.
type Violation struct {
	// Operation is the operationId, "" if the path is unknown.
	Operation    string
	Method, Path string // of the request; the path is below the base URL
	// Reason says what is wrong, with the path of the member where there is one.
	Reason string
}

// String is the violation on one line.
func (v Violation) String() string {
	name := v.Operation
	if name == "" {
		name = "unknown operation"
	}
	return fmt.Sprintf("%s %s (%s): %s", v.Method, v.Path, name, strings.ReplaceAll(v.Reason, "\n", "; "))
}

// Violations returns the violations so far, in the order of the requests.
func (b *Backend) Violations() []Violation {
	b.violations.mu.Lock()
	defer b.violations.mu.Unlock()
	return append([]Violation(nil), b.violations.list...)
}

// distinct returns the texts of violations, in the order of their first
// appearance, each once and with its number: a loop makes the same mistake often.
func distinct(violations []Violation) []string {
	counts := map[Violation]int{}
	for _, v := range violations {
		counts[v]++
	}
	var texts []string
	for _, v := range violations {
		switch n := counts[v]; n {
		case 0: // it is in the list
			continue
		case 1:
			texts = append(texts, v.String())
		default:
			texts = append(texts, fmt.Sprintf("%v (%d times)", v, n))
		}
		delete(counts, v)
	}
	return texts
}

type violationList struct {
	mu   sync.Mutex
	list []Violation
}

func (l *violationList) add(x *exchange, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, Violation{Operation: x.operation(), Method: x.Method, Path: x.path, Reason: reason})
}

// take returns the violations and forgets them.
func (l *violationList) take() []Violation {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.list
	l.list = nil
	return list
}

package retry

import "sync"

// Budget limits how much repeated work all calls of a client make together, so
// that an outage is not multiplied by the number of callers. It is a bucket of
// tokens: a repetition takes some, a success gives some back. The zero value
// is empty and allows nothing; make one with [NewBudget]. It is safe for
// concurrent use.
type Budget struct {
	mu       sync.Mutex
	tokens   float64
	capacity float64
}

const (
	budgetCapacity = 500
	retryCost      = 5
	successRefund  = 1
)

// NewBudget returns a full budget. It allows 100 repetitions in a row; after
// that one repetition for five first attempts that succeed.
func NewBudget() *Budget {
	return &Budget{tokens: budgetCapacity, capacity: budgetCapacity}
}

// Take pays for a repetition. It returns false, and takes nothing, if the
// budget does not allow one.
func (b *Budget) Take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < retryCost {
		return false
	}
	b.tokens -= retryCost
	return true
}

// Succeeded tells the budget of a call that succeeded after the given number
// of repetitions. What the last of them cost is given back.
func (b *Budget) Succeeded(repetitions int) {
	refund := float64(successRefund)
	if repetitions > 0 {
		refund = retryCost
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+refund, b.capacity)
}

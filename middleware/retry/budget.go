package retry

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Budget bounds the share of calls that may be retries, so that an outage is
// not answered by a multiple of the load. Each call adds a fraction of a retry,
// a reserve that fills up by time lets a quiet client retry, and each retry
// takes one, but for those after a 429, which the server asked for. Clients may
// share one; it is safe for concurrent use.
type Budget struct {
	ratio, reserve, refill float64

	mu   sync.Mutex
	left float64
	at   time.Time
}

// The default budget: one retry for five calls, and a reserve for a hundred
// that fills at ten a second.
const (
	BudgetRatio   = 0.2
	BudgetReserve = 100
	BudgetRefill  = 10
)

// NewBudget returns a full budget. The ratio is of retries to calls, reserve
// the largest number of retries that can be saved up, refill how many are added
// per second. None may be negative.
func NewBudget(ratio, reserve, refill float64) *Budget {
	return &Budget{ratio: ratio, reserve: reserve, refill: refill, left: reserve}
}

func (b *Budget) check() error {
	var faults []error
	for _, part := range []struct {
		name  string
		value float64
	}{{"ratio", b.ratio}, {"reserve", b.reserve}, {"refill", b.refill}} {
		if !(part.value >= 0) { // not a number is refused as well
			faults = append(faults, fmt.Errorf("retry: budget: %s %v is negative", part.name, part.value))
		}
	}
	return errors.Join(faults...)
}

// deposit counts a call. What time added since the last retry can wait until the
// next: most calls need no clock.
func (b *Budget) deposit() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+b.ratio, max(b.reserve, 1))
}

// withdraw takes a retry, and reports false when there is none left.
func (b *Budget) withdraw() bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(time.Now())
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

func (b *Budget) fill(now time.Time) {
	if passed := now.Sub(b.at); !b.at.IsZero() && passed > 0 {
		b.left = max(b.left, min(b.left+passed.Seconds()*b.refill, b.reserve))
	}
	b.at = now
}

package layer

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Budget bounds the share of requests that may be repetitions, so that an
// outage is not answered by a multiple of the load. Each call adds a fraction of
// a repetition, a reserve that fills up with time lets a quiet client repeat, and
// each repetition takes one. A retry loop, a hedge and a credential's replay may
// share one, and so may clients. It is safe for concurrent use, and its methods
// work on a nil Budget, which has no bound.
type Budget struct {
	ratio, reserve, refill float64

	mu   sync.Mutex
	left float64
	at   time.Time
}

// NewBudget returns a full budget. The ratio is that of repetitions to calls,
// reserve the largest number of repetitions that can be saved up, refill how many
// are added per second. Zero means none of each. None may be negative: see
// [Budget.Fault].
func NewBudget(ratio, reserve, refill float64) *Budget {
	return &Budget{ratio: ratio, reserve: reserve, refill: refill, left: reserve}
}

// DefaultBudget returns a full budget of the default size: one repetition for five
// calls, and a reserve of 100 that fills at ten a second.
func DefaultBudget() *Budget { return NewBudget(0.2, 100, 10) }

// Fault returns all that is wrong with the budget's settings, or nil.
func (b *Budget) Fault() error {
	if b == nil {
		return nil
	}
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

// Deposit counts a call. What time added since the last withdrawal can wait until
// the next: most calls need no clock.
func (b *Budget) Deposit() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+b.ratio, max(b.reserve, 1))
}

// Withdraw takes one repetition, and reports false when there is none left.
func (b *Budget) Withdraw() bool {
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

// Draw takes one repetition that is made in any case, such as one with a renewed
// credential: an empty budget does not refuse it, and stays empty.
func (b *Budget) Draw() { b.Withdraw() }

// Return gives back a repetition that was taken and not made.
func (b *Budget) Return() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left++
}

func (b *Budget) fill(now time.Time) {
	if passed := now.Sub(b.at); !b.at.IsZero() && passed > 0 {
		b.left = max(b.left, min(b.left+passed.Seconds()*b.refill, b.reserve))
	}
	b.at = now
}

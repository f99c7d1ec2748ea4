package layer

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// A Budget limits the share of requests that are retries, so that retries do not multiply
// the load during an outage. Each call earns a fraction of a retry. A time-refilled reserve
// lets low-traffic clients retry. Each retry spends one.
//
// A retry loop, a hedge and the retry after a 401 may share a Budget, and so may clients.
// It is safe for concurrent use. A nil Budget has no limit.
type Budget struct {
	ratio, reserve, refill float64

	mu   sync.Mutex
	left float64
	at   time.Time
}

// NewBudget returns a full budget. Each call earns ratio retries, reserve is the largest
// number of retries that can be saved, and refill is the number of retries added per
// second. Zero means none of them. They must not be negative (see [Budget.Fault]).
func NewBudget(ratio, reserve, refill float64) *Budget {
	return &Budget{ratio: ratio, reserve: reserve, refill: refill, left: reserve}
}

// Size returns what [NewBudget] was given.
func (b *Budget) Size() (ratio, reserve, refill float64) { return b.ratio, b.reserve, b.refill }

// DefaultBudget returns a full budget of the default size: one retry for every five calls,
// and a reserve of 100 that refills at 10 per second.
func DefaultBudget() *Budget { return NewBudget(0.2, 100, 10) }

// Fault returns an error that lists the invalid settings, or nil.
func (b *Budget) Fault() error {
	if b == nil {
		return nil
	}
	var faults []error
	for _, part := range []struct {
		name  string
		value float64
	}{{"ratio", b.ratio}, {"reserve", b.reserve}, {"refill", b.refill}} {
		if !(part.value >= 0) { // true for NaN too
			faults = append(faults, fmt.Errorf("retry: budget: %s %v is negative", part.name, part.value))
		}
	}
	return errors.Join(faults...)
}

// Deposit adds what a call earns. It does not refill the reserve, which Withdraw does, so
// that most calls do not read the clock.
func (b *Budget) Deposit() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left+b.ratio, max(b.reserve, 1))
}

// Withdraw spends one retry, and reports false if there is none left.
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

// Draw spends one retry that is made in any case, such as one with a renewed credential.
// If the budget is empty, it stays empty.
func (b *Budget) Draw() { b.Withdraw() }

// Return gives back a retry that was withdrawn but not made.
func (b *Budget) Return() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left++
}

// Left returns how many retries the budget has now, which need not be a whole number. For
// a nil Budget it is +Inf.
func (b *Budget) Left() float64 {
	if b == nil {
		return math.Inf(1)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fill(time.Now())
	return b.left
}

func (b *Budget) fill(now time.Time) {
	if passed := now.Sub(b.at); !b.at.IsZero() && passed > 0 {
		b.left = max(b.left, min(b.left+passed.Seconds()*b.refill, b.reserve))
	}
	b.at = now
}

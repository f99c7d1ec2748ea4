// Package backoff holds what every loop that waits shares: the growing ceiling,
// the draw below it (full jitter) and its relatives, and a sleep that hears its
// context.
package backoff

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Ceiling returns the largest wait before the n-th retry: base · 2^(n-1), at
// most limit. It never overflows. An n below 1 counts as 1, a limit of zero or
// less means none, and a base of zero or less means no wait.
func Ceiling(base, limit time.Duration, n int) time.Duration {
	if base <= 0 {
		return 0
	}
	if limit <= 0 {
		limit = math.MaxInt64
	}
	doublings := max(n, 1) - 1
	if doublings >= 63 || base > limit>>doublings {
		return limit
	}
	return base << doublings
}

// A Source draws a duration evenly from 0 to ceiling, both included, and draws
// zero for a ceiling of zero or less. [Draw] is the one of production.
type Source func(ceiling time.Duration) time.Duration

// Draw draws evenly from 0 to ceiling, both included, by the generator of the
// process, which any number of goroutines may use. It is a [Source].
func Draw(ceiling time.Duration) time.Duration { return evenly(rand.Uint64N, ceiling) }

// Seeded returns a [Source] that draws as [Draw] does, but by r: the same seed
// draws the same waits. Like r, it is for one goroutine at a time.
func Seeded(r *rand.Rand) Source {
	return func(ceiling time.Duration) time.Duration { return evenly(r.Uint64N, ceiling) }
}

func evenly(below func(uint64) uint64, ceiling time.Duration) time.Duration {
	if ceiling <= 0 {
		return 0
	}
	return time.Duration(below(uint64(ceiling) + 1)) // unsigned: one more than the largest duration fits
}

// Sleep waits for d, or until ctx is done, whichever comes first. Its error then
// Is ctx.Err() and, where one was set, context.Cause(ctx). A d of zero or less
// asks ctx and does not wait.
func Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx)
	}
}

func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if cause == err { //nolint:errorlint // identity: is there a cause beside the context's own error?
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

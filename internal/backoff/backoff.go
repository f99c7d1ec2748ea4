// Package backoff computes waits for loops: exponential backoff with full jitter and
// variants of it, and a sleep that ends with its context.
package backoff

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Ceiling returns the largest wait before the n-th retry: base · 2^(n-1), but at most
// limit. It never overflows. An n below 1 counts as 1. A limit of zero or less means no
// limit, and a base of zero or less means no wait.
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

// A Source returns a uniformly distributed random duration from 0 to ceiling, inclusive.
// It returns zero if ceiling is zero or less. [Draw] is the default.
type Source func(ceiling time.Duration) time.Duration

// Draw is a [Source] that uses the global generator of math/rand/v2. It is safe for
// concurrent use.
func Draw(ceiling time.Duration) time.Duration { return evenly(rand.Uint64N, ceiling) }

// Seeded returns a [Source] that uses r, so that the same seed gives the same waits.
// Like r, it is not safe for concurrent use.
func Seeded(r *rand.Rand) Source {
	return func(ceiling time.Duration) time.Duration { return evenly(r.Uint64N, ceiling) }
}

func evenly(below func(uint64) uint64, ceiling time.Duration) time.Duration {
	if ceiling <= 0 {
		return 0
	}
	return time.Duration(below(uint64(ceiling) + 1)) // in a uint64 the largest duration plus one does not overflow
}

// Sleep waits for d or until ctx is done. If ctx is done first, errors.Is matches
// ctx.Err() and, if one was set, context.Cause(ctx). If d is zero or less, Sleep only
// checks ctx.
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
	if cause == err { //nolint:errorlint // identity: without a cause, Cause returns the context's error
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

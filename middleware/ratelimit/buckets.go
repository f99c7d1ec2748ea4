package ratelimit

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// buckets are limits that all hold. No buckets mean no limit.
type buckets []*rate.Limiter

func newBuckets(rates []Rate) buckets {
	if len(rates) == 0 {
		return nil
	}
	b := make(buckets, len(rates))
	for i, r := range rates {
		b[i] = rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)
	}
	return b
}

// limit returns the lowest rate, in attempts a second; 0 if there is none.
func (b buckets) limit() (lowest float64) {
	for i, l := range b {
		if limit := float64(l.Limit()); i == 0 || limit < lowest {
			lowest = limit
		}
	}
	return lowest
}

// check returns how long an attempt must wait, and the number of tokens, both as the
// strictest limit has it.
func (b buckets) check(now time.Time) (wait time.Duration, tokens float64) {
	tokens = math.Inf(1)
	for _, l := range b {
		have := l.TokensAt(now)
		tokens, wait = min(tokens, have), max(wait, lack(l, 1-have))
	}
	return wait, tokens
}

// missing returns the time until there are this many tokens.
func (b buckets) missing(now time.Time, tokens float64) (wait time.Duration) {
	for _, l := range b {
		wait = max(wait, missing(l, now, tokens))
	}
	return wait
}

func (b buckets) take(now time.Time) {
	for _, l := range b {
		l.AllowN(now, 1)
	}
}

// empty takes all tokens.
func (b buckets) empty(now time.Time) {
	for _, l := range b {
		l.AllowN(now, l.Burst())
	}
}

// slow lowers the rates to this part.
func (b buckets) slow(now time.Time, part float64) {
	for _, l := range b {
		l.SetLimitAt(now, l.Limit()*rate.Limit(part))
	}
}

package sim

import "time"

// A Limit configures a token bucket.
type Limit struct {
	PerSecond float64
	Burst     int
}

// A bucket holds the tokens of one domain.
type bucket struct {
	Limit
	tokens float64
	filled time.Time
}

func newBucket(l Limit, now time.Time) *bucket {
	return &bucket{Limit: l, tokens: float64(l.Burst), filled: now}
}

// take removes a token and reports whether there was one.
func (b *bucket) take(now time.Time) bool {
	if passed := now.Sub(b.filled).Seconds(); passed > 0 {
		b.tokens = min(float64(b.Burst), b.tokens+passed*b.PerSecond)
		b.filled = now
	}
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

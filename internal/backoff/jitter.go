package backoff

import (
	"math"
	"time"
)

// Equal returns half of ceiling plus a random part of the other half.
func Equal(draw Source, ceiling time.Duration) time.Duration {
	half := ceiling / 2
	return half + draw(ceiling-half)
}

// Decorrelated returns a random wait from base to three times the last wait, which
// counts as at least base, but at most limit. It never overflows. See
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter.
func Decorrelated(draw Source, base, limit, last time.Duration) time.Duration {
	span := max(last, base)
	if span < math.MaxInt64/3 {
		span *= 3
	} else {
		span = math.MaxInt64
	}
	return min(limit, base+draw(span-base))
}

package backoff

import (
	"math"
	"time"
)

// Equal keeps half the ceiling and draws the other half.
func Equal(draw Source, ceiling time.Duration) time.Duration {
	half := ceiling / 2
	return half + draw(ceiling-half)
}

// Decorrelated draws from base to three times the last wait, which counts as at
// least base, and cuts what is longer than limit: as the AWS Architecture Blog
// has it, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter.
// It never overflows.
func Decorrelated(draw Source, base, limit, last time.Duration) time.Duration {
	span := max(last, base)
	if span < math.MaxInt64/3 {
		span *= 3
	} else {
		span = math.MaxInt64
	}
	return min(limit, base+draw(span-base))
}

package faultsim

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A Latency draws how long a server takes to respond to a request. It must take all
// randomness from r, and be safe for concurrent use. A negative duration counts as zero.
type Latency func(r *rand.Rand) time.Duration

// Exp returns a latency of at least shortest, plus an exponentially distributed time with the
// mean given.
func Exp(shortest, mean time.Duration) Latency {
	return func(r *rand.Rand) time.Duration {
		return shortest + time.Duration(min(r.ExpFloat64()*float64(mean), float64(longest)))
	}
}

// Uniform returns a latency that is uniformly distributed from shortest to most, both
// included. Uniform(d, d) is a latency of d.
func Uniform(shortest, most time.Duration) Latency {
	return func(r *rand.Rand) time.Duration {
		if most <= shortest {
			return shortest
		}
		return shortest + time.Duration(r.Int64N(int64(most-shortest)+1))
	}
}

// LogNormal returns a latency with a long tail, as most servers have one: half of the
// requests take up to median, and 99 of 100 up to p99.
func LogNormal(median, p99 time.Duration) Latency {
	const deviations = 2.3263478740408408 // from the median to the 99th percentile of the normal distribution
	sigma := math.Log(float64(max(median, p99))/float64(max(median, 1))) / deviations
	return func(r *rand.Rand) time.Duration {
		return time.Duration(min(float64(median)*math.Exp(sigma*r.NormFloat64()), float64(longest)))
	}
}

// Samples returns a latency that draws one of those measured, each as likely as the others.
// Without any, the latency is zero.
func Samples(measured ...time.Duration) Latency {
	measured = slices.Clone(measured)
	return func(r *rand.Rand) time.Duration {
		if len(measured) == 0 {
			return 0
		}
		return measured[r.IntN(len(measured))]
	}
}

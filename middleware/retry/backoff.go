package retry

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/backoff"
)

// A Step describes the wait that a [Backoff] computes.
type Step struct {
	Retry   int           // the retry that follows, counted from 1
	Base    time.Duration // the base delay
	Max     time.Duration // the maximum delay; the longest duration if there is no limit
	Ceiling time.Duration // min(Max, Base·2^(Retry-1)), or more if the server asks for a wait or has a window
	Last    time.Duration // the previous wait; zero before the first

	draw backoff.Source // nil means the generator of the process
}

// Draw returns a uniform random duration from zero to ceiling, both included. It uses the
// source of [WithRandom], or else that of the process.
func (s Step) Draw(ceiling time.Duration) time.Duration {
	if s.draw == nil {
		return backoff.Draw(ceiling)
	}
	return s.draw(ceiling)
}

// A Backoff returns the wait before a retry. If the server asks for a wait, by Retry-After
// for example, the loop waits for the sum of both. A Backoff must be safe for concurrent use.
type Backoff func(Step) time.Duration

// FullJitter returns a uniform random wait from zero to the ceiling. It is the default
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
func FullJitter(s Step) time.Duration { return s.Draw(s.Ceiling) }

// EqualJitter returns half the ceiling plus a random wait of up to the other half.
func EqualJitter(s Step) time.Duration { return backoff.Equal(s.Draw, s.Ceiling) }

// Decorrelated returns a random wait from the base delay to three times the last wait, but
// at most the maximum delay.
func Decorrelated(s Step) time.Duration {
	return backoff.Decorrelated(s.Draw, s.Base, s.Max, s.Last)
}

// Constant returns the base delay, whatever the retry.
func Constant(s Step) time.Duration { return min(s.Base, s.Max) }

// A random derives a source for each call, so that no source must be safe for concurrent
// use.
type random struct {
	mu   sync.Mutex
	from rand.Source
}

func (r *random) derive() rand.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rand.NewPCG(r.from.Uint64(), r.from.Uint64())
}

package retry

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/backoff"
)

// A Step is what a [Backoff] knows of the wait that it draws.
type Step struct {
	Retry   int           // the retry that follows, counted from 1
	Base    time.Duration // the base delay
	Max     time.Duration // the largest ceiling; the largest duration if there is no bound
	Ceiling time.Duration // min(Max, Base·2^(Retry-1)), raised where the server named a window
	Last    time.Duration // the wait before, zero at first

	draw backoff.Source // nil: the generator of the process
}

// Draw draws evenly from zero to ceiling, both included, by the source that
// [WithRandom] set, else by the generator of the process.
func (s Step) Draw(ceiling time.Duration) time.Duration {
	if s.draw == nil {
		return backoff.Draw(ceiling)
	}
	return s.draw(ceiling)
}

// A Backoff draws the wait before a retry. It must be safe for concurrent use.
// A server's Retry-After is added to what it draws.
type Backoff func(Step) time.Duration

// FullJitter draws evenly from zero to the ceiling. It is the default
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
func FullJitter(s Step) time.Duration { return s.Draw(s.Ceiling) }

// EqualJitter waits half the ceiling and draws the other half.
func EqualJitter(s Step) time.Duration { return backoff.Equal(s.Draw, s.Ceiling) }

// Decorrelated draws from the base delay to three times the last wait, and cuts
// what is longer than the longest wait.
func Decorrelated(s Step) time.Duration {
	return backoff.Decorrelated(s.Draw, s.Base, s.Max, s.Last)
}

// Constant waits the base delay each time.
func Constant(s Step) time.Duration { return min(s.Base, s.Max) }

// A random makes a source for each call, so that neither it nor the source that
// it comes from need be safe for concurrent use.
type random struct {
	mu   sync.Mutex
	from rand.Source
}

func (r *random) derive() rand.Source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rand.NewPCG(r.from.Uint64(), r.from.Uint64())
}

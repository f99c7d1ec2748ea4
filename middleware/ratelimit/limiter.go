package ratelimit

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/transport"
)

// A Limiter limits the rate of attempts for each key, in order of arrival. Without
// [WithRate], attempts are admitted at once until the server asks to slow down. See
// [New] for attempts that must wait.
//
// Every wait is bounded; see [New]. A Limiter starts no goroutine and is safe for
// concurrent use. Clients that share a quota may share a limiter.
//
// # Learning
//
// A limiter slows down after a 429, a 403 with Retry-After or an exhausted quota, and
// any response for which a reader says so ([WithReader]). If the response has a hint
// (Retry-After or else the reset of an exhausted quota), the limiter pauses the key for
// that long, at most [WithMaxPause]. A 503 with Retry-After also pauses the key; a 503
// without it has no effect.
//
// Without a hint the limiter lowers the rate instead of pausing. If a reader finds the
// period in which the server counts, the new rate is what was accepted recently, spread
// over that period. Otherwise it is what was accepted in the last second, if that was at
// least five attempts.
//
// A pause ends up to 5% later than the server asked, at random, so that clients do not
// return at the same time. After it the rate doubles, starting from the previous rate,
// until the server objects. From what the server accepts between two objections, the
// limiter learns the server's rate. It then keeps to that rate and exceeds it only
// slowly, until the server has not objected for a while.
//
// There is one exception: if at least five attempts were accepted since the key was last
// slowed down, a throttled response with a hint of at most one second, the least that
// headers can express, lowers the rate instead of pausing the key.
type Limiter struct {
	name      func(*http.Request) string
	named     bool // name was set by WithKey
	rates     []Rate
	unlimited bool // WithRate was given 0
	store     Store
	sharing   Sharing
	storeKey  func(key string) string
	member    string // the limiter's name in the store
	learning  bool
	maxPause  time.Duration
	maxWait   time.Duration
	maxQueue  int
	idle      time.Duration
	jitter    func(context.Context) float64
	fault     error

	mu   sync.Mutex
	keys map[string]*key
	used list.List // of *key, the most recently used first
}

// NewLimiter returns a limiter. If its settings are invalid, [Limiter.Fault] returns the
// error, and every call through the limiter fails.
func NewLimiter(opts ...LimiterOption) *Limiter {
	l := &Limiter{
		name: transport.HostKey, learning: true, idle: 10 * time.Minute, jitter: backoff.Fraction, keys: map[string]*key{},
		maxPause: time.Minute, maxWait: time.Minute, maxQueue: 1000,
	}
	for _, opt := range opts {
		if opt != nil {
			opt(l)
		}
	}
	l.fault = l.check()
	l.prepare()
	return l
}

// Fault returns an error that lists all invalid settings, or nil. It returns nil for a nil
// limiter.
func (l *Limiter) Fault() error {
	if l == nil {
		return nil
	}
	return l.fault
}

// A State is the state of a key. During a pause Rate is 0, since nothing is admitted; when it
// ends, the rate is again what was learned or configured.
type State struct {
	Rate        float64   // current rate, in attempts a second; +Inf if there is no limit, 0 during a pause
	PausedUntil time.Time // end of the pause; zero if the key is not paused
	Waiting     int       // number of waiting attempts
	Running     int       // number of attempts that were sent and have no response yet

	// The rest is zero without a store.
	Shared    bool      // turns come from a store; Rate is then the limit of all members together
	Members   int       // members of the key in the store, as of its last answer
	Held      int       // turns that are reserved for this limiter
	Asks      uint64    // number of times that the store was asked
	StoreDown time.Time // since when the store fails; zero if it does not. Rate is then this limiter's share
}

// Snapshot returns the state of a key, and false if the limiter does not have it.
func (l *Limiter) Snapshot(name string) (State, bool) {
	l.mu.Lock()
	k := l.keys[name]
	l.mu.Unlock()
	if k == nil {
		return State{}, false
	}
	return k.snapshot(time.Now()), true
}

// Keys returns the names of the keys that the limiter stores, the most recently used first.
func (l *Limiter) Keys() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := make([]string, 0, len(l.keys))
	for at := l.used.Front(); at != nil; at = at.Next() {
		names = append(names, at.Value.(*key).name) //nolint:errcheck,forcetypeassert // the list holds nothing else
	}
	return names
}

// Len returns the number of keys that the limiter stores.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.keys)
}

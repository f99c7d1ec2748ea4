package ratelimit

import (
	"container/list"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// A Limiter paces attempts, key by key. A key without a rate of its own admits
// every attempt at once until the server asks to slow down; see [New] for what
// happens to an attempt that has to wait. Attempts are served in the order in
// which they came.
//
// A key that learns treats these responses as an instruction to slow down: the
// status 429, a 403 with Retry-After or a spent quota, and any response of which
// the reader of the layer says so ([WithReader]).
// If the response has a hint, the key is paused for that long, at most
// [WithMaxPause]. A hint is Retry-After or, without one, the reset of a spent
// quota. A 503 with Retry-After pauses the key too; a 503 without one changes
// nothing.
//
// Without a hint the limiter sets a pace instead of a pause. If the reader finds
// the period of the window that was hit, the pace begins at what was accepted
// lately, spread over that period. If it does not, the pace begins at
// what was accepted in the last second, provided that this was five attempts or
// more.
//
// A pause ends up to a twentieth later than the server asked, at random, so that
// clients do not come back together. Then the key's pace doubles, starting from
// what it had before, until the server objects. What is accepted between one
// objection and the next tells the server's rate. The key keeps to that rate,
// and exceeds it only slowly, until the server has not objected for a while.
//
// One objection does not pause the key: a throttled response whose hint is at
// most a second, the least that the headers can express, when five or more
// attempts were accepted since the key was slowed down last. It lowers the pace
// instead.
//
// Every wait is bounded; see [New]. A Limiter starts no goroutine and is safe for
// concurrent use. Clients that share a quota may share a limiter.
type Limiter struct {
	name      func(*http.Request) string
	named     bool // by the caller's own function
	perSecond float64
	burst     int
	learning  bool
	maxPause  time.Duration
	maxWait   time.Duration
	maxQueue  int
	idle      time.Duration
	jitter    func() float64
	fault     error

	mu   sync.Mutex
	keys map[string]*key
	used list.List // of *key: the one used last in front
}

// NewLimiter returns a limiter. If its settings are invalid, [Limiter.Fault]
// returns what is wrong with them, and every call through the limiter fails.
func NewLimiter(opts ...LimiterOption) *Limiter {
	l := &Limiter{
		name: host, learning: true, idle: 10 * time.Minute, jitter: rand.Float64, keys: map[string]*key{},
		maxPause: time.Minute, maxWait: time.Minute, maxQueue: 1000,
	}
	for _, opt := range opts {
		if opt != nil {
			opt(l)
		}
	}
	l.fault = l.check()
	return l
}

// Fault returns an error that names all invalid settings of the limiter, or nil.
// A nil limiter has none.
func (l *Limiter) Fault() error {
	if l == nil {
		return nil
	}
	return l.fault
}

// A State is what a limiter knows of a key.
type State struct {
	Rate        float64   // attempts a second that may begin now; +Inf without a limit, 0 in a pause
	PausedUntil time.Time // zero when the key is not paused
	Waiting     int       // attempts that wait for their turn
	Running     int       // attempts that had their turn and have no response yet
}

// Snapshot returns the state of a key, and false if the limiter has none of that
// name.
func (l *Limiter) Snapshot(name string) (State, bool) {
	l.mu.Lock()
	k := l.keys[name]
	l.mu.Unlock()
	if k == nil {
		return State{}, false
	}
	return k.snapshot(time.Now()), true
}

// Len returns how many keys the limiter keeps.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.keys)
}

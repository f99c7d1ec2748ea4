package ratelimit

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// memoryStore is a [Store] in the memory of a process.
type memoryStore struct {
	clock func() float64 // in seconds

	mu       sync.Mutex
	accounts map[string]*account
	lives    uint64
	swept    float64
	pushed   []func(key string, pause Lease) bool
}

// NewMemoryStore returns a [Store] that lets the limiters of one process share a limit, and
// stands for a fleet's store in tests. It drops a key after ten minutes without an ask. It
// is safe for concurrent use.
func NewMemoryStore() Store {
	begun := time.Now()
	return &memoryStore{accounts: map[string]*account{}, lives: rand.Uint64(), clock: func() float64 { return time.Since(begun).Seconds() }}
}

// Lease implements [Store].
func (s *memoryStore) Lease(ctx context.Context, key string, ask Ask) (Lease, error) {
	if err := ctx.Err(); err != nil {
		return Lease{}, err
	}
	if err := errors.Join(ratesFault(ask.Rates)...); err != nil {
		return Lease{}, err
	}
	lease, paused := s.lease(key, &ask)
	if paused {
		s.tell(key, Lease{Paused: lease.Paused, Why: lease.Why, Epoch: lease.Epoch})
	}
	return lease, nil
}

func (s *memoryStore) lease(key string, ask *Ask) (lease Lease, paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	a := s.accounts[key]
	if a == nil {
		s.sweep(now)
		s.lives++
		a = newAccount(s.lives, now, ask)
		s.accounts[key] = a
	}
	epoch := a.epoch
	lease = a.lease(now, ask, ask.Last.State == a.life)
	lease.State = a.life
	return lease, lease.Paused > 0 && lease.Epoch > epoch
}

// The times, in seconds, after which an account is dropped, and between two sweeps.
const (
	accountIdle = 600
	sweepEvery  = 60
)

func (s *memoryStore) sweep(now float64) {
	if now-s.swept < sweepEvery {
		return
	}
	s.swept = now
	for key, a := range s.accounts {
		if now-a.at > accountIdle {
			delete(s.accounts, key)
		}
	}
}

// Push calls pushed when a key is paused: see [Store].
func (s *memoryStore) Push(pushed func(key string, pause Lease) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushed = append(s.pushed, pushed)
}

// tell reports a pause. A limiter that is gone is dropped.
func (s *memoryStore) tell(key string, pause Lease) {
	s.mu.Lock()
	all := s.pushed
	s.mu.Unlock()
	var gone bool
	kept := make([]func(string, Lease) bool, 0, len(all))
	for _, pushed := range all {
		if pushed(key, pause) {
			kept = append(kept, pushed)
		} else {
			gone = true
		}
	}
	if !gone {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushed = append(kept, s.pushed[len(all):]...)
}

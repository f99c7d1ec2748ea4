package ratelimit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// ask starts an ask for at least so many turns, unless one is running.
func (s *shared) ask(now time.Time, least int) {
	if s.asking || s.open >= maxOpenAsks {
		return
	}
	how := &s.limiter.sharing
	a := Ask{Valid: how.Timeout}
	if !s.down.IsZero() { // only to see whether it answers
		s.start(now, a)
		return
	}
	second := int(math.Ceil(s.used.count(now, time.Second)))
	want := max(least, s.demand(now), s.key.queue.Len()) - len(s.turns)
	a.Want = min(max(0, want), how.MaxLease)
	a.Spare = min(max(0, second-len(s.turns)-a.Want), how.MaxLease-a.Want)
	s.start(now, a)
}

// start runs an ask in a goroutine.
func (s *shared) start(now time.Time, a Ask) {
	l := s.limiter
	a.Member, a.Rates, a.Horizon, a.Last = l.member, l.rates, l.sharing.Horizon, s.last
	a.Passed, a.Alone, a.Back, a.Refused = s.passed, s.unknown, s.back, s.refused
	if a.Refused != (Refusal{}) {
		a.Refused.Ago = now.Sub(s.sent)
	}
	if !s.down.IsZero() {
		a.Away = max(1, now.Sub(s.down))
	}
	s.passed, s.back, s.refused = 0, 0, Refusal{}
	s.asking, s.asks, s.open = true, s.asks+1, s.open+1
	go s.run(s.asks, a)
}

// run asks the store. If the store is late, the key goes on without it, and gives back what
// arrives later.
func (s *shared) run(number uint64, a Ask) {
	ctx, cancel := context.WithTimeout(context.Background(), a.Valid)
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		s.finish(number, nil, Lease{}, fmt.Errorf("no answer within %s: %w", a.Valid, context.DeadlineExceeded))
	})
	lease, err := s.call(ctx, a)
	stop()
	s.finish(number, &a, lease, cmp.Or(err, lease.fault(&a)))
}

// call asks the store, and returns a panic as an error.
func (s *shared) call(ctx context.Context, a Ask) (lease Lease, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return s.limiter.store.Lease(ctx, s.name, a)
}

// finish ends an ask, which is nil if it has not returned in time.
func (s *shared) finish(number uint64, a *Ask, lease Lease, err error) {
	k := s.key
	k.mu.Lock()
	now := time.Now()
	if a != nil {
		s.open--
		if err == nil {
			s.unknown -= a.Alone
		}
	}
	if number != s.asks || !s.asking { // given up
		if number == s.asks && err == nil {
			s.back += len(lease.Turns)
			s.last, s.last.Turns = lease, nil
		}
		k.mu.Unlock()
		return
	}
	s.asking = false
	told := err != nil && s.down.IsZero()
	if err != nil {
		s.fail(now)
	} else {
		s.accept(now, lease, a)
	}
	s.signal()
	k.mu.Unlock()
	if told {
		s.limiter.sharing.Told(k.name, fmt.Errorf("ratelimit: lease turns of key %q: %w", k.name, err))
	}
}

// idle tells the store that the limiter needs no share, when there is no demand.
func (s *shared) idle() {
	k := s.key
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if left := idleMember - now.Sub(k.last); left > 0 || k.queue.Len() > 0 || s.asking {
		s.leave.Reset(max(left, idleMember/4))
		return
	}
	s.leave = nil
	if !s.down.IsZero() || s.open >= maxOpenAsks {
		return
	}
	s.back, s.turns = s.back+len(s.turns), nil
	s.start(now, Ask{Leave: true, Valid: s.limiter.sharing.Timeout})
}

// fault returns what is wrong with a lease, or nil.
func (l *Lease) fault(a *Ask) error {
	at := time.Duration(0)
	for _, in := range l.Turns {
		if in < at || in > a.Horizon {
			return fmt.Errorf("invalid lease: turn in %s: want an ascending order from 0 to %s", in, a.Horizon)
		}
		at = in
	}
	switch {
	case len(l.Turns) > a.Want+a.Spare:
		return fmt.Errorf("invalid lease: %d turns, but the limiter asked for %d", len(l.Turns), a.Want+a.Spare)
	case l.Again < 0, l.Paused < 0:
		return errors.New("invalid lease: negative time")
	case l.Members < 1:
		return fmt.Errorf("invalid lease: %d members: want the asker at least", l.Members)
	case !(l.Rate >= 0):
		return fmt.Errorf("invalid lease: rate %g", l.Rate)
	}
	return nil
}

package redis

import (
	"context"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// A share is a member that uses a key, for which the server keeps a share of the rate.
type share struct{ key, member string }

// The times of leaving.
const (
	forget  = 30 * time.Second // the server has forgotten a member that has not asked for so long
	closing = time.Second      // how long Close takes at most to leave
)

// remember notes that a member has got a lease, or has left.
func (s *Store) remember(key string, ask *ratelimit.Ask, lease ratelimit.Lease) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := share{key, ask.Member}
	if ask.Leave {
		delete(s.shares, at)
		return
	}
	now := s.now()
	if _, known := s.shares[at]; !known {
		for old, last := range s.shares {
			if now-last.at > forget {
				delete(s.shares, old)
			}
		}
	}
	last := *ask
	last.Last, last.Last.Turns = lease, nil
	s.shares[at] = asked{at: now, ask: last}
}

// asked is the last ask of a member, with its lease.
type asked struct {
	at  time.Duration
	ask ratelimit.Ask
}

// leave gives back the shares of all members, so that the rest of the fleet need not wait
// until the server forgets them.
func (s *Store) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	s.mu.Lock()
	shares := s.shares
	s.shares = map[share]asked{}
	s.mu.Unlock()
	for at, last := range shares {
		if s.now()-last.at > forget {
			continue
		}
		left := closing
		if deadline, has := ctx.Deadline(); has {
			left = time.Until(deadline)
		}
		ask := ratelimit.Ask{
			Member: at.member, Rates: last.ask.Rates, Horizon: last.ask.Horizon, Last: last.ask.Last,
			Valid: left, Leave: true,
		}
		if _, err := s.lease(ctx, at.key, ask); err != nil {
			return // the server forgets them
		}
	}
}

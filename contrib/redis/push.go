package redis

import (
	"context"
	"errors"
	"net"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// The times of a subscription.
const (
	pingAfter   = 5 * time.Second // without a message; after as long again without a reply the connection is dead
	firstRetry  = 50 * time.Millisecond
	lastRetry   = time.Second
	deniedRetry = 10 * time.Second
)

// channel is where pauses are published.
func (s *Store) channel() string { return s.prefix + ":pause" }

// Push calls pushed when a key is paused, by whichever member: see [ratelimit.Store]. The
// first call subscribes to a channel of the server, in a goroutine that [Store.Close] ends.
// Pauses are missed while the connection is lost; the next lease has them.
func (s *Store) Push(pushed func(key string, pause ratelimit.Lease) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if pushed == nil || !s.push || s.ctx.Err() != nil {
		return
	}
	s.pushed = append(s.pushed, pushed)
	if !s.listening {
		s.listening = true
		s.ended.Go(s.listen)
	}
}

// listen subscribes until the store is closed. A connection that fails is replaced.
func (s *Store) listen() {
	wait := firstRetry
	for s.ctx.Err() == nil {
		subscribed, err := s.subscribe()
		if subscribed {
			wait = firstRetry
		}
		if s.deny(err); err != nil && missesRight(err) {
			wait = deniedRetry
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, lastRetry)
	}
}

// subscribe receives pauses until the connection fails. It reports whether it was subscribed.
func (s *Store) subscribe() (subscribed bool, err error) {
	pubsub := s.rdb.Subscribe(s.ctx)
	defer pubsub.Close()
	s.mu.Lock()
	s.pubsub = pubsub
	s.mu.Unlock()
	if s.ctx.Err() != nil { // Close may not have seen pubsub
		return false, s.ctx.Err()
	}
	if err := pubsub.Subscribe(s.ctx, s.channel()); err != nil {
		return false, err
	}
	for asked := false; ; {
		received, err := pubsub.ReceiveTimeout(s.ctx, pingAfter)
		switch {
		case err == nil:
			asked = false
		case !asked && subscribed && isTimeout(err):
			if err := pubsub.Ping(s.ctx); err != nil {
				return subscribed, err
			}
			asked = true
			continue
		default:
			return subscribed, err
		}
		switch m := received.(type) {
		case *goredis.Subscription:
			subscribed = true
			s.deny(nil)
		case *goredis.Message:
			s.tell(m.Payload)
		}
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() && !errors.Is(err, context.Canceled)
}

// deny makes asks fail while the store lacks a right to subscribe.
func (s *Store) deny(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		s.denied = nil
	case missesRight(err):
		s.denied = s.rights(err)
	}
}

// tell passes a pause on. A limiter that is gone is dropped.
func (s *Store) tell(message string) {
	key, pause, ok := unpause(message)
	if !ok {
		return
	}
	s.mu.Lock()
	all := s.pushed
	s.mu.Unlock()
	kept := make([]func(string, ratelimit.Lease) bool, 0, len(all))
	for _, pushed := range all {
		if pushed(key, pause) {
			kept = append(kept, pushed)
		}
	}
	if len(kept) == len(all) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushed = append(kept, s.pushed[len(all):]...) // and those that came meanwhile
}

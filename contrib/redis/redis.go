package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// A Store is a [ratelimit.Store] in Redis. It is safe for concurrent use. Create it with
// [New].
type Store struct {
	rdb    goredis.UniversalClient
	script *goredis.Script
	prefix string
	push   bool
	now    func() time.Duration // monotonic, from any beginning
	name   string               // makes the numbers of asks unique
	asks   atomic.Uint64

	ctx    context.Context //nolint:containedctx // ends with the store
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu        sync.Mutex
	pushed    []func(key string, pause ratelimit.Lease) bool
	listening bool
	pubsub    *goredis.PubSub
	denied    error // why the store may not subscribe
	shares    map[share]asked
}

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*Store)

// WithPrefix sets what the names of the store's keys and of its channel begin with, before a
// colon. Limiters share a limit only if their stores have the same prefix. The default is
// tripware:limit; an empty prefix is an error.
func WithPrefix(prefix string) Option { return func(s *Store) { s.prefix = prefix } }

// WithoutPush lets the store neither report nor receive pauses. A limiter then learns of a
// pause when it asks for turns the next time, so that more requests run into it. By default
// the script publishes pauses, and the store subscribes to them.
func WithoutPush() Option { return func(s *Store) { s.push = false } }

// New returns a store that uses the client, which it does not close. It does not connect. It
// returns an error if the client or an option does not fit; the package documentation says
// which settings the client needs.
func New(rdb goredis.UniversalClient, opts ...Option) (*Store, error) {
	begun := time.Now()
	s := &Store{
		rdb: rdb, script: goredis.NewScript(source), prefix: "tripware:limit", push: true, name: rand.Text(),
		shares: map[share]asked{},
		now:    func() time.Duration { return time.Since(begun) },
	}
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	fault := clientFault(rdb, s.push)
	if s.prefix == "" {
		fault = errors.Join(fault, errors.New("redis: the prefix is empty: leave WithPrefix out for tripware:limit"))
	}
	if fault != nil {
		return nil, fault
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Close gives back the shares of the limiters that use the store, ends its subscription, and
// waits until it has ended, for a second in all at most: if the server accepts a connection and
// does not answer, the subscription ends later, by the timeouts of the client. A program that
// ends without Close lets the others wait for its share, until the server forgets it after
// 30 s. Close does not close the client. Limiters that still use the store send their share of
// the rate. Close returns nil, also when it is called again.
func (s *Store) Close() error {
	s.mu.Lock()
	open := s.ctx.Err() == nil
	s.cancel()
	s.mu.Unlock()
	over := time.After(closing)
	if open {
		s.leave()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.mu.Lock()
		pubsub := s.pubsub
		s.mu.Unlock()
		if pubsub != nil {
			_ = pubsub.Close() // ends the wait for a message
		}
		s.ended.Wait()
	}()
	select {
	case <-ended:
	case <-over: // go-redis does not end the handshake of a connection when its context does
	}
	return nil
}

// maxTries is how often one ask may run the script: once to learn the clock of the server, and
// once more if the clock was set meanwhile.
const maxTries = 3

// Lease implements [ratelimit.Store].
func (s *Store) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	if ask.Leave && s.ctx.Err() != nil { // a limiter that goes idle at the end of the program misses nothing
		return ratelimit.Lease{Members: 1}, nil //nolint:nilerr // it is meant to be closed
	}
	if err := s.fault(ask.Rates); err != nil {
		return ratelimit.Lease{}, err
	}
	lease, err := s.lease(ctx, key, ask)
	if err == nil {
		s.remember(key, &ask, lease)
	}
	return lease, err
}

// lease runs the script for an ask.
func (s *Store) lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, ask.Valid)
	defer cancel()
	begun := s.now()
	known, _ := ask.Last.State.(state)
	call := s.newCall(key, &ask)
	for range maxTries {
		sent := s.now()
		r, err := call.run(ctx, known, begun+ask.Valid)
		if err != nil {
			return ratelimit.Lease{}, s.explain(err)
		}
		arrived := s.now()
		seen, jump := known.seen(sent, arrived, r.clock)
		if !r.void {
			r.lease.State = seen.leased(&r, jump)
			return r.lease, nil
		}
		known = seen
		known.jump += jump
		if arrived-begun >= ask.Valid {
			break
		}
	}
	return ratelimit.Lease{}, fmt.Errorf("redis: the server ran the script later than %s: %w", ask.Valid, context.DeadlineExceeded)
}

// fault returns why the store cannot be asked, or nil.
func (s *Store) fault(rates []ratelimit.Rate) error {
	if s.ctx.Err() != nil {
		return errors.New("redis: the store is closed")
	}
	for _, r := range rates {
		if !(r.PerSecond > 0) || r.PerSecond > maxRate {
			return fmt.Errorf("redis: rate %g is not above 0 and at most %g: a store learns the rate if none is set", r.PerSecond, maxRate)
		}
		if r.Burst < 1 {
			return fmt.Errorf("redis: burst %d of rate %g is below 1, so that nothing could be sent", r.Burst, r.PerSecond)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.denied
}

// maxRate is above every real rate, and small enough that times remain exact.
const maxRate = 1e9

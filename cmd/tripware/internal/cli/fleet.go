package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
)

// storeTimeout is the default of [Env.StoreTimeout]. It is longer than that of limiters, since
// each command connects anew, which takes several round trips.
const storeTimeout = time.Second

// A fleet is the store of the limits that the clients of a session share with other programs.
type fleet struct {
	*redis.Store // its keys are those that other programs use by default

	rdb     *goredis.Client
	timeout time.Duration
	tell    func(format string, args ...any)
	logger  *slog.Logger // of -v; otherwise nil

	mu     sync.Mutex
	open   sync.WaitGroup // asks that have not returned
	closed bool
	failed error // the first error of an ask
}

// share returns the store of the profile's fleet, and how limiters use it. The store is nil
// without a fleet. It is made once, and [Session.Run] closes it.
func (s *Session) share(profile Profile) (ratelimit.Store, ratelimit.LimiterOption, error) {
	if profile.Fleet == "" {
		return nil, nil, nil
	}
	if s.fleet == nil {
		opened, err := openFleet(profile.Fleet, cmp.Or(s.StoreTimeout, storeTimeout))
		if err != nil {
			return nil, nil, usage(err)
		}
		if opened.tell = s.notice; s.verbose {
			opened.logger = s.logger()
		}
		s.fleet = opened
	}
	return s.fleet, ratelimit.WithSharing(ratelimit.Sharing{Timeout: s.fleet.timeout, Told: s.fleet.log}), nil
}

// openFleet makes the store of a URL. It does not connect. Errors do not show the URL, which
// may hold a password.
func openFleet(address string, timeout time.Duration) (*fleet, error) {
	options, err := goredis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("the fleet (%s, or member fleet of the profile) is not a URL of Redis: "+
			"write rediss://user:password@host:6379/0, or redis:// without TLS; "+
			"special characters of the password are written as %%-codes", EnvFleet)
	}
	options.MaxRetries, options.ContextTimeoutEnabled = -1, true // as the store needs it
	options.DialerRetries = 1                                    // the limiter asks again by itself
	// A server that accepts connections and does not answer keeps the end of a command waiting.
	options.DialTimeout, options.ReadTimeout = cmp.Or(options.DialTimeout, timeout), cmp.Or(options.ReadTimeout, timeout)
	goredis.SetLogger(silent{})
	rdb := goredis.NewClient(options)
	store, err := redis.New(rdb)
	if err != nil {
		return nil, errors.Join(err, rdb.Close())
	}
	return &fleet{Store: store, rdb: rdb, timeout: timeout}, nil
}

// silent is the logger of go-redis, which would print each lost connection to standard error.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// Lease asks the store. The user is told of the first error before the call goes on, so that
// no command ends before.
func (f *fleet) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return ratelimit.Lease{}, errors.New("the command has ended")
	}
	f.open.Add(1)
	f.mu.Unlock()
	defer f.open.Done()
	lease, err := f.Store.Lease(ctx, key, ask)
	if err != nil {
		f.warn(err)
	}
	return lease, err
}

// warn tells the user once that the store fails.
func (f *fleet) warn(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failed != nil {
		return
	}
	f.failed = err
	f.tell("tripware: warning: the limits are not shared with the fleet, since Redis at %s cannot be used: %s; calls go on without it",
		f.rdb.Options().Addr, f.cause(err))
}

// log logs with -v that the store begins to fail for a key of a limiter.
func (f *fleet) log(key string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.logger != nil && !f.closed {
		f.logger.Warn("the limit is not shared: the fleet's store fails", slog.String("key", key), slog.Any("error", err))
	}
}

// cause returns why the store fails, in a line.
func (f *fleet) cause(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %v", f.timeout)
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		err = network // what was done meanwhile does not matter
	}
	return Plain(err.Error())
}

// close gives the shares of the session back. It waits for asks that are on the way, so that
// none gets a share afterwards.
func (f *fleet) close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.open.Wait()
	_ = f.Store.Close() // it returns nil
	_ = f.rdb.Close()   // the command is done
}

// closeFleet closes the store, if there is one.
func (s *Session) closeFleet() {
	if s.fleet != nil {
		s.fleet.close()
	}
}

// notice prints a line to standard error, where the command wants it.
func (s *Session) notice(format string, args ...any) {
	if s.Notice != nil {
		s.Notice(fmt.Sprintf(format, args...))
		return
	}
	s.Tell(format, args...)
}

// Fleet returns whether the store of the fleet can be reached, in words, or the empty string
// if no client of the session has one.
func (s *Session) Fleet(ctx context.Context) string {
	if s.fleet == nil {
		return ""
	}
	s.fleet.mu.Lock()
	err := s.fleet.failed // such as that a right is missing
	s.fleet.mu.Unlock()
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, s.fleet.timeout)
		defer cancel()
		err = s.fleet.rdb.Ping(ctx).Err()
	}
	if err != nil {
		return fmt.Sprintf("Redis at %s cannot be used: %s", s.fleet.rdb.Options().Addr, s.fleet.cause(err))
	}
	return fmt.Sprintf("Redis at %s can be reached", s.fleet.rdb.Options().Addr)
}

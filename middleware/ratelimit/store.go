package ratelimit

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"time"
	"weak"
)

// A Store hands out the turns of a key to all limiters that share it, so that one limit
// holds for all processes of a fleet. [NewMemoryStore] shares a limit within a process;
// contrib/redis has a store on Redis. Pass a store to [WithStore].
//
// A turn is the right to send one attempt. A store reserves turns and does not deny them:
// a lease says when each of its turns may be used, so that nobody has to poll.
//
// Lease is called with at most one ask for each key of a limiter at a time, apart from
// asks that were given up after [Sharing].Timeout. It should return as soon as ctx ends. An error, a late answer, a
// panic and an invalid lease fail no call: the limiter then sends its share of the rate
// without the store, until the store answers again. A Store is safe for concurrent use.
//
// A store can also report pauses as soon as they begin, by a method
//
//	Push(func(key string, pause Lease) bool)
//
// which a limiter calls once with a function that takes the store's key and a lease of
// which only Paused, Epoch and Why count. The store drops the function when it returns
// false, which means that the limiter is gone.
//
// The package storetest checks that a store follows these rules.
type Store interface {
	// Lease gives turns of the key. The key is that of [WithStoreKey].
	Lease(ctx context.Context, key string, ask Ask) (Lease, error)
}

// An Ask is what a limiter asks of a [Store].
type Ask struct {
	Member string // names the limiter among all that share the store
	Rates  []Rate // the known limits, all of which hold; none: the store learns the limit

	Want  int           // turns that attempts are waiting for, or will be soon
	Spare int           // further turns, given only if nobody has to wait for them
	Back  int           // turns of earlier leases that were not used and are given back
	Alone int           // attempts sent without a turn while the store was away: they used tokens that are there now
	Away  time.Duration // how long the limiter has sent without the store; 0 if it answered the last ask
	Leave bool          // the limiter is idle: it needs no share of the rate until it asks again

	Horizon time.Duration // no turn later than this from now
	Valid   time.Duration // how long the limiter waits for the answer: a store that is later must give nothing

	Passed  int     // attempts that the server accepted since the last ask
	Refused Refusal // what the server said to others

	// Last is the last lease that the limiter got for the key, without its turns. It is zero if
	// there is none. A store that lost its state must not give a burst to a limiter that has
	// one, since the burst may have been used: it begins with no tokens, reserves what may have been
	// reserved (Horizon less Away), and keeps a share of
	// the rate back for each other of Last.Members until they have asked too.
	Last Lease
}

// A Rate is a limit of PerSecond attempts a second on average, with a burst of at most Burst.
// A limit of 300 a minute is Rate{PerSecond: 5, Burst: 300} if the server counts in a
// bucket.
type Rate struct {
	PerSecond float64
	Burst     int
}

// A Refusal is what a server said to attempts that it refused. The zero value means nothing.
//
// A store pauses the key for Hint, if that is longer than a second, for all members. After
// a shorter hint or none it lowers the rate. It ignores a refusal of attempts that were
// sent before the last one that had an effect: they are about the same excess.
type Refusal struct {
	Count  int           // attempts refused because of the rate; 0 if the server was unavailable, which only pauses
	Hint   time.Duration // how long the server asked to wait; 0 if it did not say
	Window time.Duration // the period in which the server counts; 0 if it did not say
	Ago    time.Duration // time since the last of these attempts was sent
	Why    string        // the reason of the pause, such as "paused by 429"
}

// A Lease is what a [Store] gives.
type Lease struct {
	// Turns has for each turn the time from when the lease arrives until the turn may be used,
	// in ascending order. It has at most Ask.Want + Ask.Spare elements, each of at most
	// Ask.Horizon. A turn may be used up to one second late.
	Turns []time.Duration

	Again   time.Duration // do not ask sooner than this for more turns; the store has none within the horizon
	Paused  time.Duration // the rest of the key's pause; 0 if it is not paused
	Why     string        // the reason of the pause
	Epoch   uint64        // number of the last refusal that had an effect
	Rate    float64       // the current limit of all members together, in attempts a second; 0 if there is none
	Members int           // the members that use the key, the asker included

	// State is for the store alone: the limiter passes it back in Ask.Last.
	State any
}

// A Sharing tunes how a limiter uses its [Store]. The zero value of a field selects its
// default.
type Sharing struct {
	// Timeout is how long attempts wait for the store at most. Then the limiter sends without
	// it, and asks it again after 50ms, doubling to 500ms. The default is 100ms.
	Timeout time.Duration

	// Horizon is how far ahead turns are reserved. The default is 500ms; more lets one process
	// keep others waiting, less needs more round trips.
	Horizon time.Duration

	// MaxLease is the largest number of turns that one ask wants. The default is 50, the most
	// 1000. The limiter asks for what it used in the last 400ms and what is waiting, so that
	// few need as much.
	MaxLease int

	// Members is the number of limiters that share the store, as far as the caller knows. It
	// counts only until the store has answered the first time: until then a limiter sends
	// the known rate divided by Members. The default is 1.
	Members int

	// Told is called when a store begins to fail, once until it answers again, with the
	// limiter's key and the cause. It must be safe for concurrent use and should return soon. The default
	// logs a warning with log/slog.
	Told func(key string, err error)
}

// WithStore lets the limiter share the limits of its keys with all limiters that use the
// same store, in this process or in others. The limits are those of [WithRate] or
// [WithRates], or else the store learns them from responses that ask to slow down; see
// [WithLearning]. The default is no store.
//
// An attempt that finds a turn at hand takes it, without a round trip. Otherwise it waits
// for the store, at most [Sharing].Timeout. If the store fails, no attempt does: the limiter then sends its share
// of the rate, the rate divided by the number of members last seen, and learns by itself
// from responses, until the store answers again. [Limiter.Snapshot] shows it.
//
// With a store the limiter runs a goroutine while it asks, which may outlive the call by the time that the store
// takes to return.
func WithStore(s Store) LimiterOption { return func(l *Limiter) { l.store = s } }

// WithStoreKey sets the store's key for a key of the limiter. The default is the key itself for the
// default keys, which are hosts, and a hash of it for keys of [WithKey], since such a key may
// hold a credential. Limiters that should share a limit need the same key, and others
// another. Without [WithStore] it has no effect.
func WithStoreKey(name func(key string) string) LimiterOption {
	return func(l *Limiter) { l.storeKey = name }
}

// WithSharing tunes how the limiter uses its store. Without [WithStore] it has no effect.
func WithSharing(how Sharing) LimiterOption { return func(l *Limiter) { l.sharing = how } }

// prepare fills in the defaults of a limiter with a store.
func (l *Limiter) prepare() {
	if l.store == nil || l.fault != nil {
		return
	}
	how := &l.sharing
	how.Timeout = cmp.Or(how.Timeout, storeTimeout)
	how.Horizon = cmp.Or(how.Horizon, storeHorizon)
	how.MaxLease = cmp.Or(how.MaxLease, storeLease)
	if l.storeKey == nil {
		l.storeKey = func(key string) string { return key }
		if l.named {
			l.storeKey = hashed
		}
	}
	if how.Told == nil {
		how.Told = func(key string, err error) {
			//nolint:sloglint // the global logger, as documented
			slog.Warn("the rate limit is not shared: its store does not answer",
				slog.String("key", l.storeKey(key)), slog.Any("error", err))
		}
	}
	l.member = rand.Text()
	l.subscribe()
}

// hashed returns a name for the key from which it cannot be read.
func hashed(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}

// subscribe lets the store report pauses, without keeping the limiter alive.
func (l *Limiter) subscribe() {
	pusher, ok := l.store.(interface {
		Push(pushed func(key string, pause Lease) bool)
	})
	if !ok {
		return
	}
	limiter := weak.Make(l)
	pusher.Push(func(key string, pause Lease) bool {
		l := limiter.Value()
		if l != nil {
			l.pushed(key, pause)
		}
		return l != nil
	})
}

// pushed pauses the keys with this name in the store, unless they know of the pause.
func (l *Limiter) pushed(name string, pause Lease) {
	if pause.Paused <= 0 {
		return
	}
	var keys []*key
	l.mu.Lock()
	for _, k := range l.keys {
		if k.shared.name == name {
			keys = append(keys, k)
		}
	}
	l.mu.Unlock()
	for _, k := range keys {
		k.mu.Lock()
		if pause.Epoch != k.shared.last.Epoch {
			k.shared.last.Epoch = pause.Epoch
			k.shared.pause(time.Now(), pause.Paused, pause.Why)
			k.shared.signal()
		}
		k.mu.Unlock()
	}
}

// storeFaults returns what is wrong with the settings of a store.
func (l *Limiter) storeFaults() (faults []error) {
	if l.store == nil {
		return nil
	}
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("ratelimit: "+format, args...))
		}
	}
	how := l.sharing
	fault(l.unlimited, "rate 0 limits nothing, so that there is nothing to share: leave WithRate out to let the store learn the limit")
	fault(len(l.rates) == 0 && !l.learning,
		"a store without a rate and without learning limits nothing: set WithRate, or leave WithLearning(false) out")
	fault(how.Timeout < 0, "timeout of the store %s is negative: 0 means the default of %s", how.Timeout, storeTimeout)
	fault(how.Horizon < 0, "horizon of the store %s is negative: 0 means the default of %s", how.Horizon, storeHorizon)
	fault(how.MaxLease < 0 || how.MaxLease > maxStoreAsk,
		"lease of %d turns: want 1 to %d, or 0 for the default of %d", how.MaxLease, maxStoreAsk, storeLease)
	fault(how.Members < 0, "%d members: want at least 1, or 0 for the default of 1", how.Members)
	return faults
}

// ratesFault returns what is wrong with the rates.
func ratesFault(rates []Rate) (faults []error) {
	for _, r := range rates {
		if !(r.PerSecond > 0) || math.IsInf(r.PerSecond, 1) {
			faults = append(faults, fmt.Errorf(
				"ratelimit: rate %g is not a finite number above 0: leave it out to learn the limit", r.PerSecond))
		}
		if r.Burst < 1 {
			faults = append(faults, fmt.Errorf(
				"ratelimit: burst %d is below 1, so that rate %g could send nothing: set WithRate(%[2]g, 1) or a larger burst",
				r.Burst, r.PerSecond))
		}
	}
	return faults
}

package ratelimit

import (
	"cmp"
	"container/list"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tripware/tripware/transport"
)

// A LimiterOption sets what [NewLimiter] builds.
type LimiterOption func(*Limiter)

// WithKey sets which attempts share a pace: those of one key. The default is the
// host of the URL in lower case, with its port. The function must be safe for
// concurrent use and must not change the request.
func WithKey(key func(*http.Request) string) LimiterOption {
	return func(l *Limiter) { l.name = key }
}

// WithRate paces each key at perSecond attempts a second, after a burst of the
// given size. The default rate of 0 sets no pace of its own; a burst must be at
// least 1 with a rate.
func WithRate(perSecond float64, burst int) LimiterOption {
	return func(l *Limiter) { l.perSecond, l.burst = perSecond, burst }
}

// WithLearning sets whether a key learns from answers that say slow down. The
// default is true.
func WithLearning(on bool) LimiterOption { return func(l *Limiter) { l.learning = on } }

// WithMaxPause bounds the pause of a key, however long the server asked for. The
// default is 60s; it must be positive.
func WithMaxPause(d time.Duration) LimiterOption { return func(l *Limiter) { l.maxPause = d } }

// WithMaxWait refuses an attempt that would wait for d or longer. The default of
// 0 leaves it to the deadline of the context.
func WithMaxWait(d time.Duration) LimiterOption { return func(l *Limiter) { l.maxWait = d } }

// WithIdleKeys lets a key go, and what was learned of it, when no attempt asked
// for it for d. That happens as other keys are asked for, a few at a time. The
// default is 10 minutes; 0 keeps keys for ever.
func WithIdleKeys(d time.Duration) LimiterOption { return func(l *Limiter) { l.idle = d } }

// WithJitter sets what spreads the ends of pauses: a function that draws evenly
// from [0, 1). The default is [rand.Float64]. It must be safe for concurrent use.
func WithJitter(draw func() float64) LimiterOption { return func(l *Limiter) { l.jitter = draw } }

// A Limiter paces attempts, key by key. A key without a rate of its own lets
// everything pass at once until the server says slow down; see [New] for what an
// attempt meets that has to wait, first come, first served.
//
// A key that learns takes an answer with status 429, or with the state
// THROTTLED, for the word of the server. With a usable hint it is paused for it:
// Retry-After, else the reset of an empty quota, else the period of the window
// that was hit. Without one there is no pause, but a pace: if five or more
// attempts were accepted in the last second, theirs is where it begins. A pause
// ends a random part of its twentieth later, so that clients do not come back
// together, and then the key's pace doubles, from what it had before, until the
// server objects. From one objection to the next, what came through tells the
// server's rate: it is kept to, and passed only slowly, until it has not been met
// for a while.
//
// One objection makes no pause: a hint of at most a second, the least that the
// headers can say, to a key that had five or more attempts accepted since it
// was slowed down last. It lowers the pace instead.
//
// A Limiter starts no goroutine and is safe for concurrent use; clients that
// share a quota may share one.
type Limiter struct {
	name      func(*http.Request) string
	perSecond float64
	burst     int
	learning  bool
	maxPause  time.Duration
	maxWait   time.Duration
	idle      time.Duration
	jitter    func() float64
	fault     error

	mu   sync.Mutex
	keys map[string]*key
	used list.List // of *key: the one used last in front
}

// NewLimiter returns a limiter. What is wrong with its settings is told by
// [Limiter.Fault], and met by every call through it.
func NewLimiter(opts ...LimiterOption) *Limiter {
	l := &Limiter{
		name: host, learning: true, maxPause: time.Minute, idle: 10 * time.Minute, jitter: rand.Float64,
		keys: map[string]*key{},
	}
	for _, opt := range opts {
		if opt != nil {
			opt(l)
		}
	}
	l.fault = l.check()
	return l
}

func host(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	return strings.ToLower(req.URL.Host)
}

func (l *Limiter) check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("ratelimit: limiter: "+format, args...))
		}
	}
	fault(l.name == nil, "the key function is nil")
	fault(l.jitter == nil, "the jitter function is nil")
	fault(!(l.perSecond >= 0) || math.IsInf(l.perSecond, 1), "the rate %g is not a number of 0 or more", l.perSecond)
	fault(l.perSecond > 0 && l.burst < 1, "the burst %d is below 1", l.burst)
	fault(l.maxPause <= 0, "the longest pause %s is not positive", l.maxPause)
	fault(l.maxWait < 0, "the longest wait %s is negative", l.maxWait)
	fault(l.idle < 0, "the idle time %s is negative", l.idle)
	return errors.Join(faults...)
}

// Fault returns all that is wrong with the limiter's settings, or nil. A nil
// limiter has none.
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
	Running     int       // attempts that had it and are not answered yet
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

// A turn is an attempt that may go.
type turn struct {
	limiter *Limiter
	key     *key
	sent    time.Time
}

// await returns when the attempt may be sent, or with the reason why it may not.
func (l *Limiter) await(req *http.Request) (turn, error) {
	name := l.nameOf(req)
	now := time.Now()
	k := l.key(name, now)
	w := k.enter(now)
	if w == nil {
		return turn{limiter: l, key: k, sent: now}, nil
	}
	if err := k.wait(req, name, w, l.bound(req, now)); err != nil {
		return turn{}, err
	}
	return turn{limiter: l, key: k, sent: w.sent}, nil
}

// A bound is when a wait has to be over.
type bound struct {
	at         time.Time // zero: never
	byDeadline bool
}

func (l *Limiter) bound(req *http.Request, now time.Time) bound {
	deadline, has := req.Context().Deadline()
	if latest := now.Add(l.maxWait); l.maxWait > 0 && (!has || latest.Before(deadline)) {
		return bound{at: latest}
	}
	return bound{at: deadline, byDeadline: has}
}

// answered tells the key what came of the attempt.
func (t turn) answered(status int, said transport.RateLimit) {
	if !t.limiter.learning {
		return
	}
	now := time.Now()
	if status != http.StatusTooManyRequests {
		t.key.passed(t.sent, now)
		if !said.Throttled() {
			return
		}
	}
	why := "paused by 429"
	if status != http.StatusTooManyRequests {
		why = "paused by its state"
	}
	t.key.throttled(t.sent, now, min(hint(said), t.limiter.maxPause), t.limiter.jitter(), why)
}

// hint returns how long a server that throttles asks to pause: zero when it does not say.
func hint(said transport.RateLimit) time.Duration {
	if said.HasQuota && said.Remaining == 0 {
		return cmp.Or(said.RetryAfter, said.Reset, said.Period)
	}
	return cmp.Or(said.RetryAfter, said.Period)
}

func (t turn) end() { t.key.end() }

// nameOf asks the key function, whose own requests would be none of the call's attempts.
func (l *Limiter) nameOf(req *http.Request) string {
	if ctx := req.Context(); transport.CallFrom(ctx) != nil {
		req = req.WithContext(transport.Detach(ctx))
	}
	return l.name(req)
}

// sweep is how many idle keys one attempt lets go at most.
const sweep = 2

// key returns the key of a name, which it cannot let go before the attempt ends.
func (l *Limiter) key(name string, now time.Time) *key {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.keys[name]
	if k == nil {
		k = &key{name: name}
		if l.perSecond > 0 {
			k.own = rate.NewLimiter(rate.Limit(l.perSecond), l.burst)
		}
		k.used = l.used.PushFront(k)
		l.keys[name] = k
	}
	l.used.MoveToFront(k.used)
	k.claim(now)
	for range sweep {
		last := l.used.Back()
		oldest, ok := last.Value.(*key)
		if l.idle == 0 || !ok || !oldest.unusedSince(now.Add(-l.idle)) {
			break
		}
		delete(l.keys, oldest.name)
		l.used.Remove(last)
	}
	return k
}

package ratelimit

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"time"
)

// A LimiterOption sets what [NewLimiter] builds. A default is had by leaving its option
// out: zero never means it.
type LimiterOption func(*Limiter)

// WithKey sets which attempts share a pace: those for which key returns the same
// name. The default is the host of the URL: in lower case, without a trailing
// dot, and without the port if it is the default port of the scheme. The function
// sees the request without the headers that [transport.Identity] adds and without
// a credential. It must be safe for concurrent use and must not change the request.
func WithKey(key func(*http.Request) string) LimiterOption {
	return func(l *Limiter) { l.name, l.named = key, true }
}

// WithRate paces each key at perSecond attempts a second, after a burst of the
// given size. The default is no rate, which 0 means too, whatever the burst is. With
// a rate the burst must be at least 1.
func WithRate(perSecond float64, burst int) LimiterOption {
	return func(l *Limiter) { l.perSecond, l.burst = perSecond, burst }
}

// WithLearning sets whether a key learns from responses that ask to slow down.
// The default is true.
func WithLearning(on bool) LimiterOption { return func(l *Limiter) { l.learning = on } }

// WithMaxPause bounds the pause of a key, however long the server asked for. The
// default is 60s; 0 means no bound. To ignore what servers ask for, see [WithLearning].
func WithMaxPause(d time.Duration) LimiterOption { return func(l *Limiter) { l.maxPause = d } }

// WithMaxWait refuses an attempt that would have to wait for d or longer, with a
// [*LimitError]. The default is 60s; 0 means no bound but the deadline of the
// context and the time for retries.
func WithMaxWait(d time.Duration) LimiterOption { return func(l *Limiter) { l.maxWait = d } }

// WithMaxQueue lets at most n attempts of a key wait at once. The next one is
// refused at once, with a [*LimitError]. The default is 1000; 0 means no bound.
func WithMaxQueue(n int) LimiterOption { return func(l *Limiter) { l.maxQueue = n } }

// WithIdleKeys drops a key and what was learned about it after d without an
// attempt. Keys are dropped when other keys are used, a few at a time; a key with
// an attempt that waits or runs is kept. The default is 10 minutes; 0 keeps all
// keys.
func WithIdleKeys(d time.Duration) LimiterOption { return func(l *Limiter) { l.idle = d } }

// WithJitter sets what spreads the ends of pauses: a function that draws evenly
// from [0, 1). The default is [rand.Float64]. It must be safe for concurrent use.
func WithJitter(draw func() float64) LimiterOption { return func(l *Limiter) { l.jitter = draw } }

func (l *Limiter) check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("ratelimit: "+format, args...))
		}
	}
	fault(l.name == nil, "key function is nil: leave WithKey out for a pace per host")
	fault(l.jitter == nil, "jitter function is nil: leave WithJitter out for rand.Float64")
	fault(!(l.perSecond >= 0) || math.IsInf(l.perSecond, 1), "rate %g is not a number of 0 or more", l.perSecond)
	fault(l.perSecond > 0 && l.burst < 1,
		"burst %d is below 1, so that rate %g could send nothing: set WithRate(%[2]g, 1) or a larger burst", l.burst, l.perSecond)
	fault(l.maxPause < 0, "max pause %s is negative: 0 means no bound; to ignore what servers ask for, set WithLearning(false)", l.maxPause)
	fault(l.maxWait < 0, "max wait %s is negative: 0 means no bound", l.maxWait)
	fault(l.maxQueue < 0, "max queue %d is negative: 0 means no bound", l.maxQueue)
	fault(l.idle < 0, "idle time of keys %s is negative: 0 keeps all", l.idle)
	return errors.Join(faults...)
}

package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// A LimiterOption configures [NewLimiter]. To keep a default, leave its option out;
// passing zero does not select it.
type LimiterOption func(*Limiter)

// WithKey sets the key of an attempt. Attempts with the same key share a rate. The default
// is the host of the URL, however it is spelled: [transport.HostKey]. The request passed to
// key may lack the headers that [transport.Identity] adds, and has no credential. key must be
// safe for concurrent use and must not modify the request.
func WithKey(key func(*http.Request) string) LimiterOption {
	return func(l *Limiter) { l.name, l.named = key, true }
}

// WithRate limits each key to perSecond attempts a second, after a burst of at least 1. The
// default is a perSecond of 0, which means no limit, whatever the burst. With [WithStore],
// perSecond must be above 0; leave WithRate out to learn the limit.
func WithRate(perSecond float64, burst int) LimiterOption {
	return func(l *Limiter) {
		if l.rates = nil; perSecond != 0 {
			l.rates = []Rate{{perSecond, burst}}
		}
		l.unlimited = perSecond == 0
	}
}

// WithRates limits each key to several rates that all hold, such as one a second and one a
// minute. It replaces [WithRate]. Without a rate it means no limit, as is the default.
func WithRates(rates ...Rate) LimiterOption {
	return func(l *Limiter) { l.rates, l.unlimited = slices.Clone(rates), false }
}

// WithLearning sets whether the limiter adapts to responses that ask to slow down. The
// default is true.
func WithLearning(on bool) LimiterOption { return func(l *Limiter) { l.learning = on } }

// WithMaxPause limits the pause of a key, whatever the server asks for. The default is 60s;
// 0 means no limit. To ignore what servers ask for, use [WithLearning].
func WithMaxPause(d time.Duration) LimiterOption { return func(l *Limiter) { l.maxPause = d } }

// WithMaxWait refuses an attempt that would wait for d or longer, with a [*LimitError]. The
// default is 60s; 0 means no limit except the context's deadline and the time limit for
// retries.
func WithMaxWait(d time.Duration) LimiterOption { return func(l *Limiter) { l.maxWait = d } }

// WithMaxQueue lets at most n attempts of a key wait at the same time. Further attempts are
// refused at once with a [*LimitError]. The default is 1000; 0 means no limit.
func WithMaxQueue(n int) LimiterOption { return func(l *Limiter) { l.maxQueue = n } }

// WithIdleKeys drops a key and its learned state after d without an attempt. Keys are
// dropped a few at a time, when other keys are used. A key with a waiting or running
// attempt is kept. The default is 10 minutes; 0 keeps all keys.
func WithIdleKeys(d time.Duration) LimiterOption { return func(l *Limiter) { l.idle = d } }

// WithJitter sets the source of randomness for the end of a pause: a function that returns
// a uniformly distributed number in [0, 1). It must be safe for concurrent use. The default
// is rand.Float64, or in package faultsim the source of the simulation.
func WithJitter(draw func() float64) LimiterOption {
	return func(l *Limiter) {
		if l.jitter = nil; draw != nil {
			l.jitter = func(context.Context) float64 { return draw() }
		}
	}
}

func (l *Limiter) check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("ratelimit: "+format, args...))
		}
	}
	fault(l.name == nil, "key function is nil: leave WithKey out for one key per host")
	fault(l.jitter == nil, "jitter function is nil: leave WithJitter out for rand.Float64")
	faults = append(faults, ratesFault(l.rates)...)
	fault(l.maxPause < 0, "max pause %s is negative: 0 means no bound; to ignore what servers ask for, set WithLearning(false)", l.maxPause)
	fault(l.maxWait < 0, "max wait %s is negative: 0 means no bound", l.maxWait)
	fault(l.maxQueue < 0, "max queue %d is negative: 0 means no bound", l.maxQueue)
	fault(l.idle < 0, "idle time of keys %s is negative: 0 keeps all", l.idle)
	faults = append(faults, l.storeFaults()...)
	return errors.Join(faults...)
}

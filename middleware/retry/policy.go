package retry

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// Defaults that are used in more than one place.
const (
	defaultBaseDelay = time.Second
	defaultMaxDelay  = 30 * time.Second
	defaultMaxHint   = 30 * time.Second // unless the maximum delay is longer
)

// config is the policy of a retry loop: that of the middleware, or of one call.
type config struct {
	off            bool
	codes          codeSet
	maxRetries     int
	baseDelay      time.Duration
	maxDelay       time.Duration // 0 means no limit
	maxElapsed     time.Duration
	attemptTimeout time.Duration
	callTimeout    time.Duration
	maxHint        *time.Duration // nil means the default; 0 means no limit, unless clampHint is set
	clampHint      bool           // shorten hints to maxHint, which is then not nil
	backoff        Backoff
	budget         *Budget
	chain          *Budget // the budget of the chain, used if there is no other
	unlimited      bool    // no budget; otherwise a nil budget means that of the chain
	replay         int64
	wholeBody      int64
	withinCall     bool
	classifier     Classifier
	random         *random
	drainBytes     int64
	drainTime      time.Duration
	statusAny      bool
	errorAny       bool
	hooks          []Hook
	faults         []error
}

func defaults() config {
	codes, err := parseCodes("429", "500", "502-599")
	return config{
		codes: codes, maxRetries: 5,
		baseDelay: defaultBaseDelay, maxDelay: defaultMaxDelay, maxElapsed: time.Minute,
		backoff: FullJitter, replay: 1 << 20,
		drainBytes: layer.DrainBytes, drainTime: layer.DrainTime,
		faults: []error{err},
	}
}

// An Option configures [New] and [WithPolicy]. To keep a default, leave its option out: a
// zero is a setting too. Zero means no limit for a limit of time, and none for a wait and for
// a number of retries or bytes.
type Option func(*config)

// Off switches retries off, so that every call is one attempt. To retry only single calls,
// set [WithMaxRetries] to 0 instead, and raise it with [WithPolicy].
func Off() Option { return func(c *config) { c.off = true } }

// WithCodes sets the status codes that are retried. Each part is a code ("429"), a class
// ("5xx", in upper or lower case) or a range that includes both ends, which may be in
// either order ("502-599"). Spaces around a part are ignored. The default is "429", "500",
// "502-599".
//
// Codes are from 100 to 599. 1xx is accepted and matches nothing, since an informational
// response does not end a round trip. 2xx matches only as a class or single codes; a range
// that includes it does not match it. An empty list is invalid, and so is any other form:
// the error has a [*CodeError] for each invalid part.
//
// Methods that are not idempotent are retried only on 429, unless the call is marked (see
// [Safe]) or [WithAnyMethodOnStatus] is set.
func WithCodes(parts ...string) Option {
	return func(c *config) {
		codes, err := parseCodes(parts...)
		c.codes, c.faults = codes, append(c.faults, err)
	}
}

// WithMaxRetries limits the number of attempts after the first. The default is 5; 0 means no
// retries.
func WithMaxRetries(n int) Option { return func(c *config) { c.maxRetries = n } }

// WithBaseDelay sets the upper bound of the first backoff, which doubles on each retry: 1s,
// 2s, 4s … up to 30s by default (see [WithMaxDelay]). The default is 1s. 0 means no waits
// except those for which the server asks.
//
// A test with a mock server may use 0, together with WithClampedHint(0) if that server asks
// for waits. A test with testing/synctest does not need it.
func WithBaseDelay(d time.Duration) Option { return func(c *config) { c.baseDelay = d } }

// WithMaxDelay sets the upper bound of any backoff. The default is 30s; 0 means no limit. It
// must not be less than the base delay. It does not shorten the waits for which the server
// asks; a value above 30s also raises the default of [WithMaxHint].
func WithMaxDelay(d time.Duration) Option { return func(c *config) { c.maxDelay = d } }

// WithMaxElapsed limits how long a call is retried: no wait and no attempt begins if the
// attempt would begin after d, or after the deadline of the context. The last response or
// error is returned at once instead. A running attempt is not canceled; see
// [WithAttemptTimeout]. The default is 60s; 0 means no limit.
//
// The time runs from the beginning of the call if a chain opened its record, and otherwise
// from the time when this layer got the request.
func WithMaxElapsed(d time.Duration) Option { return func(c *config) { c.maxElapsed = d } }

// WithAttemptTimeout limits each attempt, from the end of a limiter's wait to the response
// headers; reading the body is not included. An attempt that times out fails with a
// [*TimeoutError] that matches [ErrAttemptTimeout], and is retried like one whose
// connection broke. The default is 0, which means no limit. A value above the call timeout
// of [New] is invalid.
func WithAttemptTimeout(d time.Duration) Option { return func(c *config) { c.attemptTimeout = d } }

// WithCallTimeout limits the whole call to d, including attempts, waits and reading the
// response's body. The error is a [*TimeoutError] that matches [ErrCallTimeout]. The default
// is 0, which means no limit. A deadline in the request's context has the same effect and
// costs less.
func WithCallTimeout(d time.Duration) Option { return func(c *config) { c.callTimeout = d } }

// WithBackoff sets the function that computes waits. If the server asks for a wait, that is
// added to what the function returns. The default is [FullJitter]; nil is invalid.
func WithBackoff(b Backoff) Option { return func(c *config) { c.backoff = b } }

// WithMaxHint sets the longest hint that the loop follows; a hint is the wait for which a
// server asks: by Retry-After after any status that is retried, and otherwise, after a
// response that throttles, by the reset time of an exhausted quota. After a longer one, the
// response is returned without a retry. A random wait is added to a hint: it is up to the
// upper bound of the backoff, and at least up to a tenth of the hint.
//
// The default is 30s, or the maximum delay (see [WithMaxDelay]) if that is longer; 0 means no
// limit, so a call may wait for as long as the server says unless [WithMaxElapsed],
// [WithCallTimeout] or a deadline ends it. If [WithClampedHint] is also given, the last of
// them applies.
func WithMaxHint(d time.Duration) Option {
	return func(c *config) { c.maxHint, c.clampHint = &d, false }
}

// WithClampedHint shortens hints (see [WithMaxHint]) to d. After a longer hint, the loop
// waits for d and retries, although the server may refuse the attempt again. 0 ignores
// hints. The default is not to shorten them.
func WithClampedHint(d time.Duration) Option {
	return func(c *config) { c.maxHint, c.clampHint = &d, true }
}

// WithBudget uses b, which layer.NewBudget or layer.DefaultBudget makes, as the retry
// budget. Use it to share a budget between clients, or between a loop and other layers that
// retry. The default is a separate budget for each chain, as layer.DefaultBudget makes it:
// one retry for every five calls, and a reserve of 100 that refills at 10 per second. A nil b
// means this default; in [WithPolicy] it cancels [WithoutBudget].
func WithBudget(b *Budget) Option {
	return func(c *config) { c.budget, c.unlimited = b, false }
}

// WithoutBudget does not limit the share of retries, even during an outage.
func WithoutBudget() Option { return func(c *config) { c.budget, c.unlimited = nil, true } }

// WithReplayBuffer sets how many bytes of a request body are copied so that it can be sent
// again, if the request has no GetBody and the body cannot seek. A body that announces a
// greater length is sent once; one of unknown length can be sent again only if no attempt
// has read more than that of it. The default is 1 MiB; 0 means that nothing is copied.
func WithReplayBuffer(bytes int64) Option { return func(c *config) { c.replay = bytes } }

// WithDrain limits how many bytes of a dropped response are read, and for how long, so that
// its connection can be reused. If there is more, the connection is closed. The defaults
// are 64 KiB and 100ms; if either is 0, nothing is read.
func WithDrain(bytes int64, within time.Duration) Option {
	return func(c *config) { c.drainBytes, c.drainTime = bytes, within }
}

// WithAnyMethodOnStatus retries the listed status codes for every method. Use it only if a
// second POST is harmless. By default only idempotent methods are retried, and after a
// response that throttles every method.
func WithAnyMethodOnStatus() Option { return func(c *config) { c.statusAny = true } }

// WithAnyMethodOnError retries failed attempts for every method, although the server may
// have processed the request. By default only idempotent methods are retried, and if no
// part of the request was sent every method.
func WithAnyMethodOnError() Option { return func(c *config) { c.errorAny = true } }

// WithClassifier lets f decide which attempts are retried. By default, and if f is nil, the
// policy decides. The last f that is given counts, so one of [WithPolicy] replaces that of
// the middleware: to ask both, call the other one from yours.
func WithClassifier(f Classifier) Option { return func(c *config) { c.classifier = f } }

// WithWholeBody makes reading the response's body, up to the given number of bytes, part of
// the attempt. If the body fails within these bytes, the attempt is retried like one whose
// connection broke. The attempt's timeout runs until they have been read. The default is 0,
// which means that the loop does not read the body.
//
// The rest of a longer body is streamed. If the status of a response is to be retried, its
// body is not read. If an attempt with a broken body is not retried, the response is
// returned with the bytes that arrived, followed by the error.
func WithWholeBody(bytes int64) Option { return func(c *config) { c.wholeBody = bytes } }

// WithRetriesPerCall applies [WithMaxRetries] to all attempts of a call's record together.
// Use it below a client that retries and cannot be switched off: with 3 retries below a
// client that tries 11 times, there are 14 requests instead of 44. By default each round
// trip has its own retries.
//
// The call must be opened by [transport.Begin], and all its requests must have that
// context. Attempts of earlier round trips count if they have the same method and URL and
// had ended when this round trip began, so redirects and parallel requests do not count.
func WithRetriesPerCall() Option { return func(c *config) { c.withinCall = true } }

// WithRandom sets the source of random waits, for reproducible simulations. Each call
// derives a source from it. source need not be safe for concurrent use, but must not be
// used by other code. The default is the generator of the process, or in package faultsim
// that of the simulation; nil is invalid.
func WithRandom(source rand.Source) Option {
	return func(c *config) {
		if source == nil {
			c.faults = append(c.faults, errors.New("retry: random source is nil: leave WithRandom out to use that of the process"))
			return
		}
		c.random = &random{from: source}
	}
}

// WithHook calls h after every failed attempt. If the option is given several times, every
// hook is called. The default is none; a nil h adds none.
func WithHook(h Hook) Option {
	return func(c *config) {
		if h != nil {
			c.hooks = append(slices.Clip(c.hooks), h)
		}
	}
}

// check returns one error that lists everything that is invalid in the policy.
func (c *config) check() error {
	faults := c.faults
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("retry: "+format, args...))
		}
	}
	if c.off {
		return errors.Join(faults...)
	}
	refuse(c.codes.empty() && errors.Join(c.faults...) == nil, "the list of codes is empty: add some, or switch retries off with retry.Off")
	refuse(c.maxRetries < 0, "max retries %d is negative", c.maxRetries)
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"base delay", c.baseDelay}, {"max delay", c.maxDelay}, {"max elapsed", c.maxElapsed}, {"max hint", c.longestHint()},
		{"attempt timeout", c.attemptTimeout}, {"call timeout", c.callTimeout}, {"drain time", c.drainTime},
	} {
		refuse(d.value < 0, "%s %v is negative", d.name, d.value)
	}
	faults = append(faults, c.delayFault())
	refuse(c.replay < 0, "replay buffer of %d bytes is negative", c.replay)
	refuse(c.wholeBody < 0, "whole body of %d bytes is negative", c.wholeBody)
	refuse(c.drainBytes < 0, "drain of %d bytes is negative", c.drainBytes)
	refuse(c.backoff == nil, "backoff is nil: leave WithBackoff out to use full jitter")
	if c.budget != nil {
		faults = append(faults, c.budget.Fault())
	}
	return errors.Join(faults...)
}

// longestDelay returns the upper bound of any backoff.
func (c *config) longestDelay() time.Duration { return cmp.Or(c.maxDelay, math.MaxInt64) }

// Spends returns the budget of a call, or nil if there is none. See [record.Policy].
func (c *config) Spends() record.Budget { return c.spends() }

func (c *config) spends() *Budget {
	switch {
	case c.unlimited:
		return nil
	case c.budget != nil:
		return c.budget
	}
	return c.chain
}

// Fails reports whether the status is to be retried. A 403 that throttles counts as listed.
func (c *config) Fails(resp *http.Response) bool {
	return c.codes.match(resp.StatusCode) || resp.StatusCode == http.StatusForbidden && throttled(resp)
}

// longestHint returns the longest hint that the loop follows.
func (c *config) longestHint() time.Duration {
	if c.maxHint == nil {
		return max(defaultMaxHint, c.longestDelay())
	}
	return cmp.Or(*c.maxHint, math.MaxInt64)
}

// delayFault returns an error if the delays conflict. If one of them is a default, the error
// says so, because that one must be set.
func (c *config) delayFault() error {
	switch {
	case c.maxDelay <= 0 || c.maxDelay >= c.baseDelay:
		return nil
	case c.maxDelay == defaultMaxDelay:
		return fmt.Errorf("retry: max delay %v (the default) is below base delay %v: set WithMaxDelay", c.maxDelay, c.baseDelay)
	case c.baseDelay == defaultBaseDelay:
		return fmt.Errorf("retry: max delay %v is below base delay %v (the default): set WithBaseDelay", c.maxDelay, c.baseDelay)
	}
	return fmt.Errorf("retry: max delay %v is below base delay %v", c.maxDelay, c.baseDelay)
}

// clockFault returns an error if the attempt timeout can never expire. It applies only to
// the policy of the middleware, because a single call may have a shorter call timeout.
func (c *config) clockFault() error {
	if c.off || c.callTimeout <= 0 || c.attemptTimeout <= c.callTimeout {
		return nil
	}
	return fmt.Errorf("retry: attempt timeout %v is above call timeout %v, which ends the call first: lower it, or leave it out",
		c.attemptTimeout, c.callTimeout)
}

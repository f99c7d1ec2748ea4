package retry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// The defaults that more than one place names.
const (
	defaultBaseDelay = time.Second
	defaultMaxDelay  = 30 * time.Second
)

// config is the policy of a retry loop: that of the middleware, or of one call.
type config struct {
	off            bool
	codes          codeSet
	maxRetries     int
	baseDelay      time.Duration
	maxDelay       time.Duration // 0: no bound
	maxElapsed     time.Duration
	attemptTimeout time.Duration
	callTimeout    time.Duration
	maxHint        *time.Duration // nil: maxDelay; 0: no bound, unless hints are clamped
	clampHint      bool           // to maxHint, which is not nil then
	backoff        Backoff
	budget         *Budget
	unlimited      bool // no budget, rather than the client's own
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

// An Option sets one part of a retry policy. A default is had by leaving its option
// out: zero never means it. Zero is no bound for what bounds a time, and none for a
// wait and for a number of retries or bytes.
type Option func(*config)

// Off switches retries off: every call is one attempt. For a client that retries
// single calls only, set [WithMaxRetries] to 0 instead, and raise it by [WithPolicy].
func Off() Option { return func(c *config) { c.off = true } }

// WithCodes sets the status codes that are retried, in three forms: a code ("429"),
// a class ("5xx", in any case) and a range with both ends included, in either order
// ("502-599"). Blanks around a part are allowed. Codes are from 100 to 599. 1xx is
// accepted and matches nothing, since no informational response ends a round trip;
// 2xx matches only where it is named, not where a range passes over it. The default
// is "429", "500", "502-599".
//
// An empty list is invalid, as is any other form: the error has a [*CodeError] for
// each such part. Methods that are not idempotent are retried on 429 only, unless
// the call is marked (see [Safe]) or [WithAnyMethodOnStatus] is set.
func WithCodes(parts ...string) Option {
	return func(c *config) {
		codes, err := parseCodes(parts...)
		c.codes, c.faults = codes, append(c.faults, err)
	}
}

// WithMaxRetries sets how many attempts may follow the first. The default is 5; 0 allows none.
func WithMaxRetries(n int) Option { return func(c *config) { c.maxRetries = n } }

// WithBaseDelay sets the ceiling of the first wait; it doubles with each retry: 1s,
// 2s, 4s … by default. The default is 1s. With 0 there are no waits but those that
// the server asks for, and with WithClampedHint(0) beside it none at all: for tests
// with a mock. In a bubble of testing/synctest waits cost nothing and may stay.
func WithBaseDelay(d time.Duration) Option { return func(c *config) { c.baseDelay = d } }

// WithMaxDelay sets the largest ceiling of a wait. The default is 30s; 0 means no
// bound. It must not be below the base delay.
func WithMaxDelay(d time.Duration) Option { return func(c *config) { c.maxDelay = d } }

// WithMaxElapsed bounds how long a call goes on trying: no wait and no attempt
// begins that would pass d, or ctx's deadline; the last response or error is
// returned at once. A running attempt is not cut: see [WithAttemptTimeout]. The
// time runs from the beginning of the call if a chain opened its record, else
// from where the request met this layer. The default is 60s; 0 means no bound.
func WithMaxElapsed(d time.Duration) Option { return func(c *config) { c.maxElapsed = d } }

// WithAttemptTimeout bounds each attempt, from the end of a limiter's wait to
// the head of the response; reading the body is not part of it. An attempt that
// runs out fails with a [*TimeoutError] that matches [ErrAttemptTimeout], and is
// retried like a broken connection. The default is no bound, which 0 means too. One
// above the call timeout of [New] is invalid.
func WithAttemptTimeout(d time.Duration) Option { return func(c *config) { c.attemptTimeout = d } }

// WithCallTimeout cuts the whole call after d: attempts, waits, and the reading
// of the response's body. The error is a [*TimeoutError] that matches
// [ErrCallTimeout]. The default is no bound, which 0 means too. A deadline on the
// request's context does the same and costs less.
func WithCallTimeout(d time.Duration) Option { return func(c *config) { c.callTimeout = d } }

// WithBackoff sets how a wait is drawn. The default is [FullJitter]; nil is invalid.
func WithBackoff(b Backoff) Option { return func(c *config) { c.backoff = b } }

// WithMaxHint sets the longest Retry-After that is followed. If the server asks for
// more, retries end and the response is returned at once. The default is the largest
// delay (see [WithMaxDelay]); 0 means no bound. Of this and [WithClampedHint] the
// last counts.
func WithMaxHint(d time.Duration) Option {
	return func(c *config) { c.maxHint, c.clampHint = &d, false }
}

// WithClampedHint follows a Retry-After for no longer than d. If the server asks for
// more, the loop waits for d and retries, although the server may refuse the attempt
// again. With 0 it does not wait for what servers ask for. The default is that of
// [WithMaxHint].
func WithClampedHint(d time.Duration) Option {
	return func(c *config) { c.maxHint, c.clampHint = &d, true }
}

// WithBudget shares b between clients, or between a loop and other layers that
// repeat requests. The default is a budget per client: one retry for five calls, and
// a reserve of 100 retries that fills at ten a second. Nil is the client's own
// budget: for a single call (see [WithPolicy]) it undoes [WithoutBudget].
func WithBudget(b *Budget) Option {
	return func(c *config) { c.budget, c.unlimited = b, false }
}

// WithoutBudget lets every call make all its retries, also in an outage.
func WithoutBudget() Option { return func(c *config) { c.budget, c.unlimited = nil, true } }

// WithReplayBuffer sets how many bytes of a request body are kept so that it can
// be sent again, when it has no GetBody and cannot seek. A longer body is sent once.
// The default is 1 MiB; 0 keeps none.
func WithReplayBuffer(bytes int64) Option { return func(c *config) { c.replay = bytes } }

// WithDrain sets how many bytes of a dropped response are read, and for how long, so
// that its connection can be used again; then the connection is closed. The defaults
// are 64 KiB and 100ms. With 0 for either nothing is read.
func WithDrain(bytes int64, within time.Duration) Option {
	return func(c *config) { c.drainBytes, c.drainTime = bytes, within }
}

// WithAnyMethodOnStatus retries the listed status codes for every method. Use it
// where a repeated POST does no harm. The default retries idempotent methods, and
// every method on a response that throttles.
func WithAnyMethodOnStatus() Option { return func(c *config) { c.statusAny = true } }

// WithAnyMethodOnError retries broken attempts for every method, although the
// server may have done what the request asked for. The default retries idempotent
// methods, and every method if nothing of the request was sent.
func WithAnyMethodOnError() Option { return func(c *config) { c.errorAny = true } }

// WithClassifier has f decide which attempts are repeated, where it does not leave
// that to the policy. The default is no classifier, which nil means too.
func WithClassifier(f Classifier) Option { return func(c *config) { c.classifier = f } }

// WithWholeBody makes reading the response's body a part of the attempt, up to so
// many bytes: a body that breaks off within them is a broken attempt, which is
// repeated as one whose connection broke, and the attempt's clock runs until they
// are read. What is longer is streamed from there, and a response whose status is
// retried is not read. Where such an attempt is not repeated, its response is
// returned: its body reads as far as it came, and then fails with its error. The
// default reads nothing, which 0 means too.
func WithWholeBody(bytes int64) Option { return func(c *config) { c.wholeBody = bytes } }

// WithRetriesPerCall counts the largest number of retries against all attempts of
// the call's record, for a client above that retries and cannot be switched off: what
// counts are the attempts of earlier round trips with the same method and URL that
// had ended when this one began, so that neither redirects nor parallel requests
// count. The call must be opened by [transport.Begin], and all its requests be
// sent with that context. With 3 retries under a client that tries 11 times, that
// makes 14 requests instead of 44. The default is that each round trip has its own
// retries.
func WithRetriesPerCall() Option { return func(c *config) { c.withinCall = true } }

// WithRandom draws all waits from source, for simulations that must repeat
// themselves: each call gets a source of its own that is derived from it. Source
// need not be safe for concurrent use, but must belong to this loop alone. The
// default is the generator of the process; nil is invalid.
func WithRandom(source rand.Source) Option {
	return func(c *config) {
		if source == nil {
			c.faults = append(c.faults, errors.New("retry: random source is nil: leave WithRandom out for that of the process"))
			return
		}
		c.random = &random{from: source}
	}
}

// WithHook calls h after every failed attempt. Hooks add up. The default is none; a
// nil hook adds none.
func WithHook(h Hook) Option {
	return func(c *config) {
		if h != nil {
			c.hooks = append(slices.Clip(c.hooks), h)
		}
	}
}

// check returns all that is wrong with the policy.
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
	refuse(c.codes.empty() && errors.Join(c.faults...) == nil, "the list of codes is empty: name some, or switch retries off by retry.Off")
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
	refuse(c.backoff == nil, "backoff is nil: leave WithBackoff out for full jitter")
	if c.budget != nil {
		faults = append(faults, c.budget.Fault())
	}
	return errors.Join(faults...)
}

// longestDelay returns the largest ceiling of a wait.
func (c *config) longestDelay() time.Duration { return cmp.Or(c.maxDelay, math.MaxInt64) }

// longestHint returns the longest wait that a server may ask for before retries end.
func (c *config) longestHint() time.Duration {
	if c.maxHint == nil {
		return c.longestDelay()
	}
	return cmp.Or(*c.maxHint, math.MaxInt64)
}

// delayFault names the delay that is a default, since the other is what was set.
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

// clockFault reports an attempt clock that can never ring. A call may have a shorter
// clock of its own, so that this is for the policy of the middleware only.
func (c *config) clockFault() error {
	if c.off || c.callTimeout <= 0 || c.attemptTimeout <= c.callTimeout {
		return nil
	}
	return fmt.Errorf("retry: attempt timeout %v is above call timeout %v, which ends the call first: lower it, or leave it out",
		c.attemptTimeout, c.callTimeout)
}

// settings is what holds for the calls of a context: see [record.WithSetting].
type settings struct {
	opts []Option
	safe bool
}

// WithPolicy returns a context whose calls are retried by the middleware's
// policy with opts applied on top: other limits, other codes, or [Off]. A
// call with impossible settings is refused before it is sent. Of two contexts
// one inside the other, the options add up. Requests that a layer makes anew
// inside an attempt, for a token say, follow their own policy.
func WithPolicy(ctx context.Context, opts ...Option) context.Context {
	s, _ := record.Setting[settings](ctx)
	s.opts = append(slices.Clip(s.opts), opts...)
	return record.WithSetting(ctx, s)
}

// Safe returns a context whose calls may be repeated whatever their method: the
// caller knows that a second copy does no harm. It does not hold for requests that
// a layer makes anew inside an attempt.
func Safe(ctx context.Context) context.Context {
	s, _ := record.Setting[settings](ctx)
	s.safe = true
	return record.WithSetting(ctx, s)
}

// policy returns the policy of a call made with ctx, and whether it is marked safe.
func (r *retrier) policy(ctx context.Context) (policy *config, safe bool, err error) {
	own, _ := record.Setting[settings](ctx)
	if len(own.opts) == 0 {
		return &r.config, own.safe, nil
	}
	c := r.config
	for _, opt := range own.opts {
		if opt != nil {
			opt(&c)
		}
	}
	if err := c.check(); err != nil {
		return nil, false, fmt.Errorf("retry: policy of this call: %w", unnamed{err})
	}
	return &c, own.safe, nil
}

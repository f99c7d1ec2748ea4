// Package retry repeats attempts that failed for a passing reason: full jitter
// between them, the server's Retry-After followed, bodies replayed, dropped
// responses drained, and no more than a budget of it in an outage.
//
// The defaults are those of the vendor's Python SDK under names that say what
// they are:
//
//	retry_enabled        Off, On            on
//	retry_count          WithMaxRetries     5 after the first attempt
//	retry_http_response  WithCodes          "429", "500", "502-599"
//	retry_delay          WithMaxDelay       30s, the largest ceiling of one wait
//	retry_max_delay      WithMaxElapsed     60s, for the whole call
//	back_off             WithBaseDelay      1s, the first ceiling
//
// Methods that are not idempotent are retried only on 429, when a call is marked
// [Safe] or carries an Idempotency-Key, when nothing of the request was sent, or
// by [AnyMethodOnStatus] and [AnyMethodOnError].
//
// When retries end by a status, the last response is returned unread and
// without an error; why they ended stands on the call's record.
package retry

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/transport"
)

// New returns a middleware that retries. Place it below what runs once per call
// and above what runs once per attempt. Each client it is put under gets a
// budget of its own, unless [WithBudget] shares one.
func New(opts ...Option) transport.Middleware {
	c := defaults()
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	fault := c.check()
	return func(next http.RoundTripper) http.RoundTripper {
		r := &retrier{Link: transport.NewLink("retry", transport.AtRetry, next, fault), config: c, born: time.Now()}
		if c.budget == nil && !c.unlimited {
			r.config.budget = NewBudget(BudgetRatio, BudgetReserve, BudgetRefill)
		}
		r.nested = hasRetrier(next)
		return r
	}
}

type retrier struct {
	transport.Link
	config   config
	born     time.Time // what elapsed times are read off: time.Since asks one clock, time.Now two
	nested   bool      // a retry loop of ours stands below
	panicked sync.Once // a hook did, and that was reported
}

func hasRetrier(rt http.RoundTripper) bool {
	for _, layer := range transport.Layers(rt) {
		if _, ok := layer.(*retrier); ok {
			return true
		}
	}
	return false
}

// Layer returns the name with the policy's main figures.
func (r *retrier) Layer() string {
	if r.config.off {
		return "retry(off)"
	}
	return fmt.Sprintf("retry(%d, %s)", r.config.maxRetries, r.config.codes)
}

// RoundTrip sends req until its answer stands.
func (r *retrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.Fault() != nil {
		return nil, transport.Refuse(req, r.Fault())
	}
	policy, err := r.policy(req.Context())
	if err != nil {
		return nil, transport.Refuse(req, err)
	}
	if policy.off {
		return r.Send(req)
	}
	if r.nested && transport.CallFrom(req.Context()) == nil {
		ctx, record := transport.Begin(req.Context()) // the loop below must find this one
		defer record.End()
		req = req.WithContext(ctx)
	}
	ctx := req.Context()
	var c call // a literal would be built aside and copied
	c.retrier, c.policy, c.req, c.ctx, c.record = r, policy, req, ctx, transport.CallFrom(ctx)
	if !c.enter() {
		return r.Send(req)
	}
	defer c.leave()
	return c.run()
}

// A call is one run of the loop. It lies on the stack: its limits, which loops below may narrow, lie on the record.
type call struct {
	*retrier
	policy   *config
	req      *http.Request // as it was given
	ctx      context.Context
	record   *transport.Call
	entered  bool // on the record, if there is one
	replay   transport.Replay
	drainer  transport.Drainer
	trace    *trace
	cancel   context.CancelFunc // of the call's own clock, until the response's body has it
	begun    time.Duration      // since the layer was born, unless the record keeps the time
	attempts int
	retries  int // attempts after the first that count against the limit
	last     time.Duration
}

// run is the loop.
func (c *call) run() (*http.Response, error) {
	req, err := c.first()
	if err != nil {
		return nil, err
	}
	for {
		resp, release, err := c.send(req)
		wait, again, w := c.next(resp, err)
		if !again {
			return c.give(resp, release, err, w)
		}
		c.drop(resp, release)
		if err := backoff.Sleep(c.ctx, wait); err != nil {
			return nil, fmt.Errorf("retry: wait before attempt %d: %w", c.attempts+1, blame(c.ctx, err))
		}
		if req, err = c.replay.Next(c.req); err != nil {
			if errors.Is(err, transport.ErrNotReplayable) {
				c.record.SetReason(ReasonNotReplayable)
			}
			return nil, fmt.Errorf("retry: rewind body: %w", err)
		}
	}
}

// enter registers the loop on the record. It reports false when a loop above
// does the retries: then this one's limits hold as well, if they are stricter.
func (c *call) enter() bool {
	if c.record == nil {
		c.begun = time.Since(c.born)
		return true
	}
	if c.entered = c.record.EnterRetry(c.policy.maxRetries, c.policy.maxElapsed); !c.entered {
		c.record.SetReason(ReasonNested)
	} else if !c.record.Looping() { // it is sealed
		c.begun = time.Since(c.born)
	}
	return c.entered
}

// elapsed returns how long the loop has run.
func (c *call) elapsed() time.Duration {
	if c.record.Looping() {
		return c.record.RetryElapsed()
	}
	return time.Since(c.born) - c.begun
}

func (c *call) leave() {
	c.replay.Finish()
	if c.cancel != nil {
		c.cancel()
	}
	if c.entered {
		c.record.LeaveRetry()
	}
}

// first decides how the body can be sent again and starts the call's clock.
func (c *call) first() (*http.Request, error) {
	if err := backoff.Sleep(c.ctx, 0); err != nil {
		return nil, transport.Refuse(c.req, fmt.Errorf("retry: before the first attempt: %w", err))
	}
	c.policy.budget.deposit()
	var err error
	if c.replay, err = transport.NewReplay(c.req, c.policy.replay); err != nil {
		return nil, fmt.Errorf("retry: %w", err)
	}
	if c.policy.callTimeout > 0 {
		cause := &TimeoutError{After: c.policy.callTimeout, clock: ErrCallTimeout}
		c.ctx, c.cancel = context.WithTimeoutCause(c.ctx, c.policy.callTimeout, cause)
	}
	if !c.idempotent() && !c.policy.errorAny && c.replay.Replayable() && c.repeat() != transport.RepeatAlways {
		c.trace = &trace{} // only here does it matter whether a broken attempt reached the server
	}
	if c.replay.Replayable() {
		c.record.AllowAgain()
	}
	return c.replay.First(c.req)
}

// send makes one attempt. release ends its contexts, once the response is done with.
func (c *call) send(req *http.Request) (resp *http.Response, release context.CancelFunc, err error) {
	c.attempts++
	ctx := c.ctx
	if c.trace != nil {
		c.trace = &trace{}
		ctx = c.trace.attach(ctx)
	}
	var clock *attemptClock
	if c.policy.attemptTimeout > 0 {
		ctx, clock = startClock(ctx, c.policy.attemptTimeout)
		release = func() { clock.end() }
		defer func() {
			if resp == nil && release != nil { // an error, or a panic below
				release()
				release = nil
			}
		}()
	}
	if ctx != req.Context() {
		req = req.WithContext(ctx)
	}
	resp, err = c.Send(req)
	if clock != nil {
		clock.Hold()
	}
	if err != nil {
		return nil, release, blame(ctx, err)
	}
	return transport.Restore(resp, c.req), release, nil
}

// blame names the clock of ours that ended an attempt or a wait, if one did.
func blame(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	if timeout, ok := errors.AsType[*TimeoutError](context.Cause(ctx)); ok {
		return timeout
	}
	return err
}

// next decides whether an attempt follows and after which wait; if not, w says why.
func (c *call) next(resp *http.Response, err error) (wait time.Duration, again bool, w wish) {
	if c.record.TakeAgain() && c.replay.Replayable() && c.inTime() {
		return 0, true, wish{cause: "a new credential"}
	}
	w = c.wants(resp, err)
	if w.cause == "" {
		return 0, false, w
	}
	if w.reason == "" {
		wait, w.reason = c.plan(resp)
	}
	c.tell(resp, err, w, wait)
	if w.reason != "" {
		return 0, false, w
	}
	c.retries++
	c.last = wait
	c.record.AddWait(transport.Wait{For: wait, Cause: transport.WaitBackoff, Reason: w.cause})
	return wait, true, w
}

// inTime reports whether an attempt without a wait may still begin.
func (c *call) inTime() bool {
	_, maxElapsed := c.bounds()
	return c.ctx.Err() == nil && (maxElapsed == 0 || c.elapsed() <= maxElapsed)
}

// give ends the loop with the last answer.
func (c *call) give(resp *http.Response, release context.CancelFunc, err error, w wish) (*http.Response, error) {
	if w.reason != "" {
		c.record.SetReason(w.reason)
	}
	if err != nil {
		if c.attempts > 1 || w.reason != "" {
			err = &Error{Attempts: c.attempts, Reason: w.reason, Err: err}
		}
		return nil, err
	}
	if release == nil && c.cancel == nil {
		return resp, nil
	}
	cancel := c.cancel
	c.cancel = nil
	return timed(c.ctx, resp, func() {
		if release != nil {
			release()
		}
		if cancel != nil {
			cancel()
		}
	}), nil
}

// drop lets go of a response that is not returned.
func (c *call) drop(resp *http.Response, release context.CancelFunc) {
	if resp != nil {
		c.drainer.Drain(resp.Body, c.policy.drainBytes, c.policy.drainTime)
	}
	if release != nil {
		release()
	}
}

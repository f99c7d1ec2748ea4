package retry

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A call is one run of the loop. It is on the stack, so nothing may keep a pointer to it
// (see TestAllocationsOfASuccess). Layers below read the state of the loop from the record.
type call struct {
	*retrier

	policy *config
	req    *http.Request // the original request
	ctx    context.Context
	record *transport.Call
	loop   record.Loop   // nil if there is no record
	repeat record.Repeat // whether the request is safe to retry
	whole  int64         // bytes of the response's body that are part of an attempt
	replay layer.Replay

	entered   bool // this loop makes the retries, and no other does
	offer     bool // net/http may send the request again itself
	traces    bool // attempts are traced
	endRecord func()
	cancel    context.CancelFunc // stops the clock of the call; nil after the response's body took it over

	began    time.Duration // the age of the call, or of the layer, when the loop began
	earlier  int           // attempts of earlier round trips that count: see WithRetriesPerCall
	attempts int
	unsigned int           // attempts that were not sent, for lack of a credential
	retries  int           // attempts after the first that count against the limit
	last     time.Duration // the wait before the last retry, for Decorrelated
	random   backoff.Source

	trace  *trace        // of the running attempt, if it is traced
	clock  *attemptClock // of the running attempt; nil after the response's body took it over
	failed bool          // the last attempt returned an error
	broken error         // the error of the last response's body: see WithWholeBody
}

// begin finds the call's policy and registers the loop, and decides how the body can be
// sent again.
func (c *call) begin(r *retrier, req *http.Request) (err error) {
	c.retrier = r
	c.req, c.loop, c.endRecord = record.OwnRoundTrip(req, r.spare)
	c.ctx = c.req.Context()
	policy, safe, err := r.policy(c.ctx)
	if err != nil {
		return err
	}
	if c.policy = policy; policy.off || !c.enter() {
		return nil
	}
	c.entered = true
	c.learn(safe)
	if err := c.over(); err != nil {
		return fmt.Errorf("retry: request not sent: %w", err)
	}
	c.policy.spends().Deposit()
	if err := c.keepBody(); err != nil {
		return fmt.Errorf("retry: %w", err)
	}
	c.startClock()
	if c.hedged {
		c.ctx = record.WithPolicy(c.ctx, policy)
	}
	return nil
}

// passesThrough reports whether the request is sent once and unchanged, because retries are
// off or a loop above makes them.
func (c *call) passesThrough() bool { return !c.entered }

// enter registers the loop. It returns false if a loop above makes the retries. That loop
// then uses the limits of this one if they are stricter.
func (c *call) enter() bool {
	if c.loop == nil {
		c.began = time.Since(c.born)
		return true
	}
	c.record = transport.CallFrom(c.ctx)
	var nested bool
	if c.began, nested = c.loop.Enter(c.req, c.policy.maxRetries, c.policy.maxElapsed); nested {
		c.loop.SetReason(string(ReasonNested))
		return false
	}
	if c.policy.withinCall {
		c.earlier = c.loop.Earlier()
	}
	return true
}

// learn sets what a typed call above says of the request; safe is what the context says.
func (c *call) learn(safe bool) {
	c.whole = c.policy.wholeBody
	if c.record != nil {
		operation, _ := transport.Fact[record.Operation](c.record)
		c.repeat, c.whole = operation.Repeat, max(c.whole, operation.WholeBody)
	}
	if safe {
		c.repeat = record.RepeatAlways
	}
}

// keepBody decides how the body can be sent again, and sets what depends on that.
func (c *call) keepBody() (err error) {
	anyway := c.policy.errorAny || c.repeat == record.RepeatAlways
	if c.policy.maxRetries-c.earlier <= 0 && c.req.GetBody == nil {
		c.replay = layer.AsItCame(c.req) // no retry can follow
	} else if c.replay, err = layer.NewReplay(c.req, c.policy.replay); err != nil {
		return err
	}
	c.offer = anyway || !c.replay.Kept() || c.repeat != record.RepeatRefused && c.idempotent()
	// A trace is needed only if it matters whether a broken attempt reached the server.
	c.traces = c.verifies() || !anyway && !c.idempotent() && c.replay.Replayable()
	if c.loop != nil && c.replay.Replayable() {
		c.loop.AllowAgain()
	}
	return nil
}

// startClock starts the clock of the whole call, if the policy has one.
func (c *call) startClock() {
	if after := c.policy.callTimeout; after > 0 {
		c.ctx, c.cancel = context.WithTimeoutCause(c.ctx, after, &TimeoutError{After: after, clock: ErrCallTimeout})
	}
}

// end releases the resources of the call, except clocks that the response's body took over.
func (c *call) end() {
	if c.entered {
		c.leave()
	}
	if c.endRecord != nil {
		c.endRecord()
	}
}

func (c *call) leave() {
	c.replay.Finish()
	c.release()
	if c.cancel != nil {
		c.cancel()
	}
	if c.loop != nil {
		if c.policy.withinCall {
			c.loop.Count(c.attempts)
		}
		c.loop.Leave()
	}
}

// elapsed returns how long the loop has run.
func (c *call) elapsed() time.Duration {
	if c.loop != nil {
		return c.loop.Age() - c.began
	}
	return time.Since(c.born) - c.began
}

// report calls the hooks for a failed attempt, and counts the retry that follows it.
func (c *call) report(resp *http.Response, err error, d decision) {
	if d.cause == "" {
		return
	}
	if len(c.policy.hooks) > 0 {
		c.tell(resp, err, d)
	}
	if d.retry {
		c.retries++
		c.last = d.wait
	}
}

// finish ends the loop with the last response or error.
func (c *call) finish(resp *http.Response, err error, d decision) (*http.Response, error) {
	if d.reason != "" && c.loop != nil {
		c.loop.SetReason(string(d.reason))
	}
	switch {
	case d.err != nil:
		c.drop(resp, c.policy.drainTime)
		return nil, d.err
	case err != nil:
		return nil, c.explain(err, d)
	case c.clock == nil && c.cancel == nil:
		return resp, nil
	}
	return c.handOver(resp), nil
}

// explain adds the number of attempts to the last error, and the reason why there was no
// further one, if there is more to report than the error.
func (c *call) explain(err error, d decision) error {
	if d.reason == ReasonBody {
		err = faultOf(c.replay.Fault(), err)
	}
	if c.attempts > 1 || d.reason != "" {
		err = &Error{
			Attempts: c.attempts, Reason: d.reason, Err: err,
			method: c.req.Method, begins: d.begins, left: d.left, unsigned: c.unsigned,
		}
	}
	return err
}

// handOver lets the response's body end the clocks of the last attempt and of the call when
// it is closed.
func (c *call) handOver(resp *http.Response) *http.Response {
	clock, cancel := c.clock, c.cancel
	c.clock, c.cancel = nil, nil
	return timed(c.ctx, resp, func() {
		if clock != nil {
			clock.end()
		}
		if cancel != nil {
			cancel()
		}
	})
}

// drop drains and closes a response that is not returned.
func (c *call) drop(resp *http.Response, within time.Duration) {
	switch {
	case resp == nil:
	case c.replay.Held(resp):
		layer.DrainAside(resp.Body, c.policy.drainBytes, within)
	default:
		c.drain(resp.Body, within)
	}
	c.release()
}

// release ends the context of the last attempt, if the attempt had a clock.
func (c *call) release() {
	if c.clock != nil {
		c.clock.end()
		c.clock = nil
	}
}

package retry

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A decision is what follows an attempt. When it says again, all that an attempt
// needs is there, so that the response can be dropped.
type decision struct {
	again   bool
	wait    time.Duration
	waiting layer.Waiting // the wait on the record, if there is one
	drain   time.Duration // how long the response may be drained
	reason  transport.Reason
	err     error // ends the call in place of the response: GetBody failed
}

// A turn is what the limiter says of the next attempt.
type turn struct {
	in      time.Duration // until it would be admitted
	refused bool          // if it came at once
}

// decide settles what follows an attempt: whether a repeat is wanted and allowed,
// the retries left, the body, the budget, and whether the next attempt can begin
// in time, after the drain, the wait, and the limiter's queue.
func (c *call) decide(resp *http.Response, err error) decision {
	var turn turn
	if c.loop != nil {
		turn.in, turn.refused = c.loop.TakeTurn()
		if c.loop.TakeAgain() {
			return c.onceMore()
		}
	}
	if err == nil && resp.StatusCode < http.StatusMultipleChoices {
		if fault := c.replay.Fault(); fault != nil { // no success: the server cannot have the whole body
			return decision{reason: ReasonBody, err: &Error{Attempts: c.attempts, Reason: ReasonBody, Err: fault}}
		}
	}
	if err == nil && c.broken == nil && c.policy.classifier == nil && !c.listed(resp) {
		return decision{} // as most do
	}
	v := c.verdict(resp, err)
	if v.cause == "" {
		return decision{reason: v.reason}
	}
	var d decision
	if d.reason = v.reason; d.reason == "" {
		d = c.plan(resp, v, turn)
	}
	c.tell(resp, err, v.cause, d)
	if d.again {
		c.retries++
		c.last = d.wait
		d.waiting = layer.AddWait(c.ctx, d.wait, transport.WaitBackoff, v.cause)
	}
	return d
}

// onceMore is the attempt more that a layer below was granted, for a new credential.
func (c *call) onceMore() decision {
	t := c.bounds()
	if !t.allows(0) || !c.replay.Replayable() || c.ctx.Err() != nil {
		return decision{}
	}
	if err := c.replay.Prepare(c.ctx); err != nil {
		return decision{}
	}
	c.budgetOf().Draw()
	return decision{again: true, drain: t.drain(0, c.policy.drainTime)}
}

// plan draws the wait before the next retry and gets what that needs, or gives
// the reason why there is none.
func (c *call) plan(resp *http.Response, v verdict, next turn) decision {
	t := c.bounds()
	if c.retries >= t.retries {
		return decision{reason: ReasonAttempts}
	}
	if !c.replay.Replayable() {
		return decision{reason: ReasonNotReplayable}
	}
	wait, reason := c.draw(resp, v)
	if reason != "" {
		return decision{reason: reason}
	}
	begins := max(wait, next.in) // the limiter makes the attempt wait after the loop did
	switch {
	case next.refused && wait < next.in:
		return decision{reason: ReasonLimit}
	case !t.allows(begins):
		return decision{reason: ReasonElapsed}
	case t.deadline && begins >= t.untilDeadline:
		return decision{reason: ReasonDeadline}
	case v.unknownHost && (c.attempts >= unknownHostAttempts || c.elapsed()+begins > unknownHostTime):
		return decision{reason: ReasonHost}
	case !v.throttled && !c.budgetOf().Withdraw():
		return decision{reason: ReasonBudget}
	}
	d := c.prepare()
	if d.again {
		d.wait, d.drain = wait, t.drain(begins, c.policy.drainTime)
	} else if !v.throttled {
		c.budgetOf().Return()
	}
	return d
}

// bounds is how much of the limits is left.
type bounds struct {
	retries       int
	left          time.Duration // in which an attempt may begin
	bounded       bool          // left is a bound
	untilDeadline time.Duration
	deadline      bool // there is one
}

func (c *call) bounds() (b bounds) {
	b.retries, b.left, b.bounded = c.limits()
	if at, has := c.ctx.Deadline(); has {
		b.untilDeadline, b.deadline = time.Until(at), true
	}
	return b
}

// allows reports whether an attempt may begin after the wait given.
func (b *bounds) allows(wait time.Duration) bool { return !b.bounded || wait <= b.left }

// drain returns how long a response may be drained so that an attempt can begin
// in time after the wait given: before the deadline, where it would be in vain.
func (b *bounds) drain(wait, most time.Duration) time.Duration {
	if b.bounded {
		most = min(most, b.left-wait)
	}
	if b.deadline {
		most = min(most, (b.untilDeadline-wait)/2)
	}
	return max(most, 0)
}

// prepare gets the body for the next attempt.
func (c *call) prepare() decision {
	err := c.replay.Prepare(c.ctx)
	switch {
	case err == nil:
		return decision{again: true}
	case errors.Is(err, layer.ErrNotReplayable):
		return decision{reason: ReasonNotReplayable}
	}
	if _, fault := errors.AsType[*layer.BodyError](err); fault {
		return decision{reason: ReasonBody}
	}
	return decision{err: rewindError(err)}
}

// A host that does not exist may be one that is not known yet. Within these
// bounds it is asked for again.
const (
	unknownHostAttempts = 3
	unknownHostTime     = 3 * time.Second
)

func unknownHost(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

// draw adds the jittered backoff to what the server asked for.
func (c *call) draw(resp *http.Response, v verdict) (time.Duration, transport.Reason) {
	p := c.policy
	step := Step{Retry: c.retries + 1, Base: p.baseDelay, Max: p.longestDelay(), Last: c.last, draw: c.source()}
	step.Ceiling = backoff.Ceiling(p.baseDelay, step.Max, step.Retry)
	hint, window := hintOf(resp, v.throttled)
	if p.clampHint {
		hint, window = min(hint, *p.maxHint), min(window, *p.maxHint)
	} else if hint > p.longestHint() {
		return 0, ReasonHint
	}
	step.Ceiling = max(step.Ceiling, min(window, step.Max), hint/10) // a tenth of the hint, so that clients do not wake together
	return max(hint+max(0, p.backoff(step)), hint), ""               // the sum may overflow
}

// hintOf returns how long the server asks to wait, and the window in which it
// counts requests: that names a bucket, not a wait, so it only widens the draw.
func hintOf(resp *http.Response, throttled bool) (hint, window time.Duration) {
	if resp == nil {
		return 0, 0
	}
	if !throttled && !throttles(resp.Header) { // most failures say nothing more that would have to be read
		return transport.RetryAfter(resp.Header, time.Time{}), 0
	}
	said := transport.ParseRateLimit(resp.Header, time.Time{})
	return said.Hint(resp.StatusCode), said.Period
}

// throttles reports whether the state header says so.
func throttles(said http.Header) bool {
	state := said[header.State]
	return len(state) > 0 && transport.RateLimit{State: state[0]}.Throttled()
}

// source returns what the call's waits are drawn from.
func (c *call) source() backoff.Source {
	if c.random == nil {
		c.random = backoff.Draw
		if c.policy.random != nil {
			c.random = backoff.Seeded(rand.New(c.policy.random.derive()))
		}
	}
	return c.random
}

package retry

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A decision says what follows an attempt. If it is to retry, all that the next
// attempt needs is there, so that the response can be dropped.
type decision struct {
	retry  bool
	wait   time.Duration    // before the next attempt
	drain  time.Duration    // how long the response may be drained
	cause  string           // why the attempt should be repeated, in a few words; empty: it should not
	reason transport.Reason // why it is not repeated although it should
	err    error            // ends the call in place of the response: the body cannot be sent again
}

// decide settles what follows an attempt: whether a retry is wanted and allowed, and
// whether the next attempt can begin in time.
func (c *call) decide(resp *http.Response, err error) decision {
	next := c.turn()
	if c.loop != nil && c.loop.TakeAgain() {
		return c.decideAgain()
	}
	if fault := c.replay.Fault(); fault != nil {
		return c.decideFault(resp, err, fault)
	}
	if c.stands(resp, err) {
		return decision{}
	}
	v := c.verdict(resp, err)
	if v.cause == "" || v.reason != "" {
		return decision{cause: v.cause, reason: v.reason}
	}
	d := c.plan(resp, v, next)
	d.cause = v.cause
	return d
}

// stands reports whether a response is returned without further questions, as most are.
func (c *call) stands(resp *http.Response, err error) bool {
	return err == nil && c.broken == nil && c.policy.classifier == nil && !c.listed(resp)
}

// A turn is when the limiter would admit the next attempt.
type turn struct {
	in      time.Duration // until the attempt would be admitted
	refused bool          // the limiter would refuse an attempt that came earlier
}

func (c *call) turn() (next turn) {
	if c.loop != nil {
		next.in, next.refused = c.loop.TakeTurn()
	}
	return next
}

// decideAgain decides about the additional attempt that a layer below was granted,
// for a new credential.
func (c *call) decideAgain() decision {
	b := c.bounds()
	if !b.allows(0) || !c.replay.Replayable() || c.ctx.Err() != nil {
		return decision{}
	}
	if err := c.replay.Prepare(c.ctx); err != nil {
		return decision{}
	}
	c.budgetOf().Draw()
	return decision{retry: true, drain: b.drain(0, c.policy.drainTime)}
}

// decideFault decides where the request's body failed, which no retry can fix. A
// server that reports success cannot have the whole body.
func (c *call) decideFault(resp *http.Response, err, fault error) decision {
	switch {
	case err == nil && resp.StatusCode < http.StatusMultipleChoices:
		return decision{reason: ReasonBody, err: &Error{Attempts: c.attempts, Reason: ReasonBody, Err: fault}}
	case c.stands(resp, err):
		return decision{}
	}
	return decision{reason: ReasonBody}
}

// plan draws the wait before the next attempt and gets what that needs, or returns
// the reason why there is no retry.
func (c *call) plan(resp *http.Response, v verdict, next turn) decision {
	b := c.bounds()
	if c.retries >= b.retries {
		return decision{reason: ReasonAttempts}
	}
	if !c.replay.Replayable() {
		return decision{reason: ReasonNotReplayable}
	}
	wait, followed := c.draw(resp, v)
	begins := max(wait, next.in) // the limiter makes the attempt wait after the loop did
	switch {
	case !followed:
		return decision{reason: ReasonHint}
	case next.refused && wait < next.in:
		return decision{reason: ReasonLimit}
	case !b.allows(begins):
		return decision{reason: ReasonElapsed}
	case b.deadline && begins >= b.untilDeadline:
		return decision{reason: ReasonDeadline}
	case v.unknownHost && (c.attempts >= unknownHostAttempts || c.elapsed()+begins > unknownHostTime):
		return decision{reason: ReasonHost}
	case !v.throttled && !c.budgetOf().Withdraw():
		return decision{reason: ReasonBudget}
	}
	d := c.prepare()
	if d.retry {
		d.wait, d.drain = wait, b.drain(begins, c.policy.drainTime)
	} else if !v.throttled {
		c.budgetOf().Return()
	}
	return d
}

// bounds is what is left of the limits.
type bounds struct {
	retries       int
	left          time.Duration // in which an attempt may begin
	bounded       bool          // left is a bound
	untilDeadline time.Duration
	deadline      bool // there is one
}

// limits returns how many retries there may be, and how much time is left in
// which an attempt may begin, where that is bounded.
func (c *call) limits() (maxRetries int, left time.Duration, bounded bool) {
	if c.loop != nil {
		maxRetries, left, bounded = c.loop.Limits()
		return maxRetries - c.earlier, left, bounded
	}
	if c.policy.maxElapsed == 0 {
		return c.policy.maxRetries, 0, false
	}
	return c.policy.maxRetries, c.policy.maxElapsed - c.elapsed(), true
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
		return decision{retry: true}
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

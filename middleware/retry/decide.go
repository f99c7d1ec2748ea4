package retry

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A decision says what follows an attempt. If retry is set, everything that the next
// attempt needs is ready, so that the response can be dropped.
type decision struct {
	retry  bool
	wait   time.Duration    // before the next attempt
	drain  time.Duration    // how long the response may be drained
	cause  string           // why the attempt should be retried, in a few words; empty if it should not
	reason transport.Reason // why it is not retried although it should
	err    error            // returned instead of the response, because the request body failed
	begins time.Duration    // for ReasonDeadline: until the next attempt would begin
	left   time.Duration    // for ReasonDeadline: until the deadline
}

// decide returns what follows an attempt. A retry must be called for and allowed, and must
// be able to begin in time.
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

// stands reports whether the response is clearly final, as most are.
func (c *call) stands(resp *http.Response, err error) bool {
	return err == nil && c.broken == nil && c.policy.classifier == nil && !c.listed(resp)
}

// A turn says when the limiter would admit the next attempt.
type turn struct {
	in      time.Duration // until the attempt would be admitted
	refused bool          // the limiter would refuse an earlier attempt
}

func (c *call) turn() (next turn) {
	if c.loop != nil {
		next.in, next.refused = c.loop.TakeTurn()
	}
	return next
}

// decideAgain decides about the extra attempt that a layer below was granted, to use a new
// credential.
func (c *call) decideAgain() decision {
	b := c.bounds()
	if !b.allows(0) || !c.replay.Replayable() || c.ctx.Err() != nil {
		return decision{}
	}
	if err := c.replay.Prepare(c.ctx); err != nil {
		return decision{}
	}
	c.policy.spends().Draw()
	return decision{retry: true, drain: b.drain(0, c.policy.drainTime)}
}

// decideFault decides after the request's body failed, which a retry cannot fix. A success
// is an error in that case, since the server cannot have received the whole body.
func (c *call) decideFault(resp *http.Response, err, fault error) decision {
	switch {
	case err == nil && resp.StatusCode < http.StatusMultipleChoices:
		return decision{reason: ReasonBody, err: &Error{Attempts: c.attempts, Reason: ReasonBody, Err: fault}}
	case c.stands(resp, err):
		return decision{}
	}
	return decision{reason: ReasonBody}
}

// plan computes the wait before the next attempt and prepares the attempt, or returns the
// reason why there is no retry.
func (c *call) plan(resp *http.Response, v verdict, next turn) decision {
	b := c.bounds()
	if c.retries >= b.retries {
		return decision{reason: ReasonAttempts}
	}
	if !c.replay.Replayable() {
		return decision{reason: ReasonNotReplayable}
	}
	wait, ends := c.waitFor(resp, v, &b)
	begins := max(wait, next.in) // after the loop's wait the limiter waits for the rest
	switch {
	case ends != "":
		return decision{reason: ends}
	case next.refused && wait < next.in:
		return decision{reason: ReasonLimit}
	case !b.allows(begins):
		return decision{reason: ReasonElapsed}
	case b.deadline && begins >= b.untilDeadline:
		return decision{reason: ReasonDeadline, begins: begins, left: b.untilDeadline}
	case v.unknownHost && (c.attempts >= unknownHostAttempts || c.elapsed()+begins > unknownHostTime):
		return decision{reason: ReasonHost}
	case !v.throttled && !c.policy.spends().Withdraw():
		return decision{reason: ReasonBudget}
	}
	d := c.prepare()
	if d.retry {
		d.wait, d.drain = wait, b.drain(begins, c.policy.drainTime)
	} else if !v.throttled {
		c.policy.spends().Return()
	}
	return d
}

// waitFor returns the wait before the next attempt, or the reason why it would be too long.
func (c *call) waitFor(resp *http.Response, v verdict, b *bounds) (wait time.Duration, ends transport.Reason) {
	if v.until > 0 && !b.admits(v.until) {
		return 0, ReasonBreaker
	}
	wait, followed := c.draw(resp, v)
	switch {
	case !followed:
		return 0, ReasonHint
	case v.until > 0:
		wait = v.until + b.drain(v.until, wait) // the random part fits into the time that is left
	}
	return wait, ""
}

// bounds holds what is left of the limits.
type bounds struct {
	retries       int
	left          time.Duration // in which an attempt may begin
	bounded       bool          // whether left is set
	untilDeadline time.Duration
	deadline      bool // whether untilDeadline is set
}

// limits returns how many retries there may be and, if bounded is true, how much time is
// left in which an attempt may begin.
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

// allows reports whether an attempt may begin after the given wait.
func (b *bounds) allows(wait time.Duration) bool { return !b.bounded || wait <= b.left }

// admits reports whether an attempt may begin after the given wait, and before the deadline.
func (b *bounds) admits(wait time.Duration) bool {
	return b.allows(wait) && (!b.deadline || wait < b.untilDeadline)
}

// drain returns how long a response may be drained, at most most, so that an attempt can
// still begin in time after the given wait. Of the time before the deadline it uses half,
// because an attempt that begins at the deadline would be useless.
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

// A host that does not exist may be new, so it is tried again within these limits.
const (
	unknownHostAttempts = 3
	unknownHostTime     = 3 * time.Second
)

func unknownHost(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

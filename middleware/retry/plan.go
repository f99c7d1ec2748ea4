package retry

import (
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/transport"
)

// plan draws the wait before the next retry, or gives the reason for none.
func (c *call) plan(resp *http.Response) (time.Duration, transport.Reason) {
	maxRetries, maxElapsed := c.bounds()
	if c.retries >= maxRetries {
		return 0, ReasonAttempts
	}
	if !c.replay.Replayable() {
		return 0, ReasonNotReplayable
	}
	wait, reason := c.draw(resp)
	switch deadline, has := c.ctx.Deadline(); {
	case reason != "":
		return 0, reason
	case maxElapsed > 0 && c.elapsed() > maxElapsed-wait:
		return 0, ReasonElapsed
	case has && wait >= time.Until(deadline):
		return 0, ReasonDeadline
	case (resp == nil || resp.StatusCode != http.StatusTooManyRequests) && !c.policy.budget.withdraw():
		return 0, ReasonBudget
	}
	return wait, ""
}

// draw adds the jittered backoff to what the server asked for.
func (c *call) draw(resp *http.Response) (time.Duration, transport.Reason) {
	p := c.policy
	if p.waitless {
		return 0, ""
	}
	step := Step{Retry: c.retries + 1, Base: p.baseDelay, Max: p.maxDelay, Last: c.last}
	step.Ceiling = backoff.Ceiling(p.baseDelay, p.maxDelay, step.Retry)
	var hint time.Duration
	if resp != nil {
		hint = transport.RetryAfter(resp.Header, time.Time{})
		step.Ceiling = max(step.Ceiling, min(window(resp), p.maxDelay))
	}
	if longest := longestHint(p); hint > longest {
		switch p.onLongHint {
		case StopAboveMax:
			return 0, ReasonHint
		case ClampToMax:
			hint = longest
		case HonourAll:
		}
	}
	step.Ceiling = max(step.Ceiling, hint/10) // so that clients do not wake together
	wait := max(hint+max(0, p.backoff(step)),
		// the sum overflowed
		hint)
	return wait, ""
}

func longestHint(p *config) time.Duration {
	if p.maxHint > 0 {
		return p.maxHint
	}
	return p.maxDelay
}

// window is the span in which a throttling server counts requests. It names a
// bucket, not a wait, so it only widens the draw.
func window(resp *http.Response) time.Duration {
	if resp.StatusCode != http.StatusTooManyRequests && !throttles(resp.Header) {
		return 0
	}
	said := transport.ParseRateLimit(resp.Header, time.Time{})
	if said.HasQuota && said.Remaining == 0 {
		return max(said.Period, said.Reset)
	}
	return said.Period
}

// throttles reports whether the state header says so: most failures say nothing
// more that would have to be read.
func throttles(header http.Header) bool {
	state := header[transport.HeaderState]
	return len(state) > 0 && transport.RateLimit{State: state[0]}.Throttled()
}

func (c *call) bounds() (maxRetries int, maxElapsed time.Duration) {
	if maxRetries, maxElapsed, ok := c.record.RetryLimits(); ok {
		return maxRetries, maxElapsed
	}
	return c.policy.maxRetries, c.policy.maxElapsed
}

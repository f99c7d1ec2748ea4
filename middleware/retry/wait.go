package retry

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// draw returns the wait before the next attempt: the hint and a random backoff. A postponed
// attempt waits longer: see waitFor. It reports false if the hint is too long to be followed.
func (c *call) draw(resp *http.Response, v verdict) (wait time.Duration, followed bool) {
	p := c.policy
	step := Step{Retry: c.retries + 1, Base: p.baseDelay, Max: p.longestDelay(), Last: c.last, draw: c.source()}
	step.Ceiling = backoff.Ceiling(p.baseDelay, step.Max, step.Retry)
	hint, window := c.hint(resp, v.throttled)
	if p.clampHint {
		hint, window = min(hint, *p.maxHint), min(window, *p.maxHint)
	} else if hint > p.longestHint() {
		return 0, false
	}
	// The random part is at least a tenth of the hint, so that clients do not retry together.
	step.Ceiling = max(step.Ceiling, min(window, step.Max), hint/10, v.until/10)
	return saturatingAdd(hint, max(0, p.backoff(step))), true
}

// saturatingAdd returns the sum of two durations that are not negative, or the longest
// duration if it would overflow.
func saturatingAdd(a, b time.Duration) time.Duration {
	if b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

// hint returns how long the server asks to wait, and the window in which it counts requests.
// The window is not a wait; it only widens the random part.
func (c *call) hint(resp *http.Response, throttled bool) (hint, window time.Duration) {
	if resp == nil {
		return 0, 0
	}
	if !throttled && record.LimitReaderOf(c.ctx) == nil { // only Retry-After can be a hint
		return transport.RetryAfter(resp.Header, time.Time{}), 0
	}
	said := transport.RateLimitOf(resp)
	if throttled || said.Throttled {
		window = said.Period
	}
	return said.Hint(resp.StatusCode), window
}

// source returns the random source for the call's waits.
func (c *call) source() backoff.Source {
	if c.random == nil {
		if c.policy.random != nil {
			c.random = backoff.Seeded(rand.New(c.policy.random.derive()))
		} else {
			c.random = backoff.For(c.ctx)
		}
	}
	return c.random
}

// wait waits before the next attempt, or until the call ends, and records the wait. It does
// not wait before the extra attempt that a layer below was granted.
func (c *call) wait(d decision) error {
	err := c.waitRecorded(d)
	if err != nil {
		return fmt.Errorf("retry: wait before attempt %d: %w", c.attempts+1, err)
	}
	return nil
}

func (c *call) waitRecorded(d decision) error {
	if d.cause == "" {
		return c.over()
	}
	waiting := layer.AddWait(c.ctx, d.wait, transport.WaitBackoff, d.cause)
	if d.wait <= 0 {
		return c.over()
	}
	begun := c.elapsed()
	err := c.sleep(d.wait)
	if err != nil {
		waiting.End(c.elapsed() - begun)
	}
	return err
}

func (c *call) sleep(d time.Duration) error {
	if c.req.Cancel == nil { //nolint:staticcheck // callers still use it
		return blame(c.ctx, backoff.Sleep(c.ctx, d))
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.ctx.Done():
	case <-c.req.Cancel: //nolint:staticcheck // the same
	}
	return c.over()
}

// over returns an error if the call has ended, by its context, its timeout or the request's
// Cancel channel.
func (c *call) over() error {
	if c.ctx.Err() != nil {
		return blame(c.ctx, backoff.Sleep(c.ctx, 0))
	}
	if c.req.Cancel == nil { //nolint:staticcheck // callers still use it
		return nil
	}
	select {
	case <-c.req.Cancel: //nolint:staticcheck // the same
		return fmt.Errorf("the request's Cancel channel is closed: %w", context.Canceled)
	default:
		return nil
	}
}

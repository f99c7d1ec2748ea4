package retry

import (
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware/internal/backoff"
)

// sleep waits as was decided, or until the call is over.
func (c *call) sleep(d decision) error {
	begun := c.elapsed()
	err := c.wait(d.wait)
	if err != nil {
		d.waiting.End(c.elapsed() - begun)
		return fmt.Errorf("retry: wait before attempt %d: %w", c.attempts+1, err)
	}
	return nil
}

func (c *call) wait(d time.Duration) error {
	if c.req.Cancel == nil { //nolint:staticcheck // callers still use it
		return blame(c.ctx, backoff.Sleep(c.ctx, d))
	}
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-c.ctx.Done():
		case <-c.req.Cancel: //nolint:staticcheck // the same
		}
	}
	return c.over()
}

// over returns why the call has ended from outside: its context, its clock, or
// the request's Cancel channel.
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

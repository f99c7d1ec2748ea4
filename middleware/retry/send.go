package retry

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/layer"
)

// send makes one attempt. Its clock, if it has one, runs until the response's
// head has come, or its body where that is a part of the attempt.
func (c *call) send() (resp *http.Response, err error) {
	c.attempts++
	c.broken = nil
	ctx := c.ctx
	if c.traced {
		c.trace = &trace{}
		ctx = c.trace.attach(ctx, c.verifies())
	}
	if c.policy.attemptTimeout > 0 {
		ctx, c.clock = startClock(ctx, c.policy.attemptTimeout) // a panic below ends it in leave
	}
	req, err := c.replay.Attempt(ctx, c.req, c.offer)
	if err != nil {
		c.release()
		return nil, fmt.Errorf("retry: open the request body: %w", err)
	}
	resp, err = c.Send(req)
	if err != nil {
		err = blame(ctx, err)
		c.release()
		return nil, err
	}
	resp = layer.Restore(resp, c.req)
	whole := c.policy.wholeBody > 0 && resp.StatusCode != http.StatusSwitchingProtocols && !c.listed(resp)
	read := whole && c.readWhole(ctx, resp)
	if c.clock == nil || c.clock.stop() || read {
		return resp, nil
	}
	timeout := c.clock.err() // it rang meanwhile: what is left to read would fail
	if whole {
		c.broken = cmp.Or(c.broken, timeout)
		return resp, nil
	}
	c.drop(resp, c.policy.drainTime)
	return nil, timeout
}

// readWhole reads the response's body, as far as it is a part of the attempt, and
// reports whether that is all of it. A body that breaks is put back as far as it
// came, followed by its error.
func (c *call) readWhole(ctx context.Context, resp *http.Response) (all bool) {
	record.Delay(ctx)
	var kept bytes.Buffer
	if n := resp.ContentLength; n > 0 && n < c.policy.wholeBody {
		kept.Grow(int(min(n+bytes.MinRead, 64<<10)))
	}
	n, err := kept.ReadFrom(io.LimitReader(resp.Body, c.policy.wholeBody))
	switch {
	case err != nil:
		c.broken = blame(ctx, err)
		resp.Body = &readAhead{Reader: io.MultiReader(&kept, failing{c.broken}), Closer: resp.Body}
	case n < c.policy.wholeBody:
		resp.Body = &readAhead{Reader: &kept, Closer: resp.Body}
		return true
	default: // what follows is streamed
		resp.Body = &readAhead{Reader: io.MultiReader(&kept, resp.Body), Closer: resp.Body}
	}
	return false
}

// readAhead is a body of which a part was read already.
type readAhead struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// blame names the clock of ours that ended an attempt or a wait, if one did.
func blame(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if timeout, ok := errors.AsType[*TimeoutError](context.Cause(ctx)); ok {
		return timeout
	}
	return err
}

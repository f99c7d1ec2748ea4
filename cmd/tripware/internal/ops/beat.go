package ops

import (
	"context"
	"fmt"
	"time"

	"github.com/tripware/tripware/cmd/tripware/internal/cli"
	"github.com/tripware/tripware/cmd/tripware/internal/exit"
	"github.com/tripware/tripware/services"
)

// beat pings with an interval until ctx ends or the command has ended. A ping that fails is
// told, and the next one is sent in its time. With a command, the last ping is sent only if it
// succeeded, and its exit code is that of the program.
func (c *command) beat(ctx context.Context, r Request, every time.Duration, work []string) error {
	core, err := c.set.Vendor.Core(c.op.Domain)
	if err != nil {
		return err
	}
	if len(work) == 0 {
		return c.pingUntil(ctx, core, r, every)
	}
	pinging, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if every > 0 {
			_ = c.pingUntil(pinging, core, r, every) // it has told what failed
		}
	}()
	failed := c.set.Session.Execute(ctx, work, nil)
	stop()
	<-ended
	if failed != nil {
		return failed
	}
	_, err = do(ctx, core, c.op, r)
	return err
}

// pingUntil pings until ctx ends. It returns nil if that was all that happened, and otherwise
// that some pings failed.
func (c *command) pingUntil(ctx context.Context, core *services.Client, r Request, every time.Duration) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	sent, lost := 0, 0
	for {
		_, err := do(ctx, core, c.op, r)
		if ctx.Err() != nil {
			break
		}
		sent++
		if err != nil {
			lost++
			c.set.Session.Tell("tripware: ping failed: %s", cli.Plain(err.Error()))
			if code := exit.Code(err); code == exit.Usage || code == exit.NotFound && sent == 1 {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-ticker.C:
			continue
		}
		break
	}
	if lost > 0 {
		return &exit.Error{Code: exit.Partial, Err: fmt.Errorf("%d of %d pings failed", lost, sent)}
	}
	return nil
}

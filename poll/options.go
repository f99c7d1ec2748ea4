package poll

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	defaultBaseDelay  = 200 * time.Millisecond
	defaultMaxDelay   = 5 * time.Second
	defaultMaxRetries = 10
)

// An Option sets how [Until] polls.
type Option func(*config)

type config struct {
	baseDelay  time.Duration
	maxDelay   time.Duration
	maxRetries int
	maxElapsed time.Duration
	hint       func(error) time.Duration
	onWait     func(context.Context, Wait)
}

// WithBaseDelay sets the first ceiling: the wait after probe n is drawn from 0
// to d · 2^(n-1). The default is 200 ms; 0 means no wait but what the server
// asks for.
func WithBaseDelay(d time.Duration) Option { return func(c *config) { c.baseDelay = d } }

// WithMaxDelay sets the largest ceiling. What the server asks for may lie above
// it. The default is 5 s; 0 means no bound.
func WithMaxDelay(d time.Duration) Option { return func(c *config) { c.maxDelay = d } }

// WithMaxRetries sets how many probes may follow the first. The default is 10;
// 0 means one probe and no more.
func WithMaxRetries(n int) Option { return func(c *config) { c.maxRetries = n } }

// WithMaxElapsed bounds how long a poll goes on: no wait begins that would end
// after d. A running probe is not cut. The default, 0, means no bound but the
// retries and the context.
func WithMaxElapsed(d time.Duration) Option { return func(c *config) { c.maxElapsed = d } }

// WithHint sets how the server's wish to be asked later is read from a probe's
// error, which may be nil. A positive hint is a floor for the wait. The default
// asks the error, or the value, for a method RetryAfter() time.Duration.
func WithHint(hint func(error) time.Duration) Option { return func(c *config) { c.hint = hint } }

// WithOnWait sets a function that is called before each wait, in the goroutine
// of the caller. The default, nil, calls none.
func WithOnWait(hook func(context.Context, Wait)) Option { return func(c *config) { c.onWait = hook } }

func (c *config) check() error {
	var faults []error
	for _, d := range []struct {
		name  string
		value time.Duration
	}{{"base delay", c.baseDelay}, {"max delay", c.maxDelay}, {"max elapsed", c.maxElapsed}} {
		if d.value < 0 {
			faults = append(faults, fmt.Errorf("poll: %s %s is negative", d.name, d.value))
		}
	}
	if c.maxRetries < 0 {
		faults = append(faults, fmt.Errorf("poll: max retries %d is negative", c.maxRetries))
	}
	return errors.Join(append(faults, c.delayFault())...)
}

// delayFault names the delay that is a default, since the other is what was set.
func (c *config) delayFault() error {
	switch {
	case c.maxDelay <= 0 || c.maxDelay >= c.baseDelay:
		return nil
	case c.maxDelay == defaultMaxDelay:
		return fmt.Errorf("poll: max delay %s (the default) is below base delay %s: set WithMaxDelay", c.maxDelay, c.baseDelay)
	case c.baseDelay == defaultBaseDelay:
		return fmt.Errorf("poll: max delay %s is below base delay %s (the default): set WithBaseDelay", c.maxDelay, c.baseDelay)
	}
	return fmt.Errorf("poll: max delay %s is below base delay %s", c.maxDelay, c.baseDelay)
}

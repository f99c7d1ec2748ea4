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

// An Option sets how [Until] polls. A default is had by leaving its option out: zero
// never means it.
type Option func(*config)

type config struct {
	baseDelay  time.Duration
	maxDelay   time.Duration
	maxRetries int
	maxElapsed time.Duration
	hint       func(error) time.Duration
	hinted     bool // by the caller's own function
	onWait     func(context.Context, Wait)
}

// WithBaseDelay sets the first ceiling: the wait after probe n is drawn from 0
// to d · 2^(n-1). The default is 200 ms; with 0 there are no waits but those that the
// server asks for.
func WithBaseDelay(d time.Duration) Option { return func(c *config) { c.baseDelay = d } }

// WithMaxDelay sets the largest ceiling. What the server asks for may lie above
// it. The default is 5 s; 0 means no bound.
func WithMaxDelay(d time.Duration) Option { return func(c *config) { c.maxDelay = d } }

// WithMaxRetries sets how many probes may follow the first. The default is 10; 0
// allows none.
func WithMaxRetries(n int) Option { return func(c *config) { c.maxRetries = n } }

// WithMaxElapsed bounds how long a poll goes on: no wait begins that would end
// after d. A running probe is not cut. The default is no bound but the retries and
// the context, which 0 means too.
func WithMaxElapsed(d time.Duration) Option { return func(c *config) { c.maxElapsed = d } }

// WithHint sets how the server's wish to be asked later is read from a probe's
// error, which may be nil. A positive hint is a floor for the wait. The default
// asks the error, or the value, for a method RetryAfter() time.Duration; nil is
// invalid.
func WithHint(hint func(error) time.Duration) Option {
	return func(c *config) { c.hint, c.hinted = hint, true }
}

// WithOnWait sets a function that is called before each wait, in the goroutine
// of the caller. The default is none, which nil means too.
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
	if c.hinted && c.hint == nil {
		faults = append(faults, errors.New("poll: hint is nil: leave WithHint out for the method RetryAfter"))
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

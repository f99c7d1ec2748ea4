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

// An Option configures [Until]. To keep a default, leave its option out;
// passing zero does not select it.
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

// WithBaseDelay sets the upper bound of the first wait. It doubles with each probe: the
// wait after probe n is a random time from 0 to d · 2^(n-1), so by default up to 200ms,
// 400ms, 800ms … 5s. The default is 200ms; 0 means no waits except those that the
// server asks for.
func WithBaseDelay(d time.Duration) Option { return func(c *config) { c.baseDelay = d } }

// WithMaxDelay limits the upper bound of a wait. The server may ask for a longer wait.
// The default is 5s; 0 means no limit.
func WithMaxDelay(d time.Duration) Option { return func(c *config) { c.maxDelay = d } }

// WithMaxRetries limits the number of probes after the first one. The default is 10; 0
// means a single probe.
func WithMaxRetries(n int) Option { return func(c *config) { c.maxRetries = n } }

// WithMaxElapsed limits the time that a poll takes: no wait begins that would end later
// than d after the start. A running probe is not interrupted. The default is 0, which
// means no limit except the retries and the context.
func WithMaxElapsed(d time.Duration) Option { return func(c *config) { c.maxElapsed = d } }

// WithHint sets a function that returns how long the server asks to wait. It gets the
// probe's error, which may be nil. If the result is positive, the poll waits at least that
// long. By default the error's or value's method RetryAfter() time.Duration is used. A
// nil hint is invalid.
func WithHint(hint func(error) time.Duration) Option {
	return func(c *config) { c.hint, c.hinted = hint, true }
}

// WithOnWait sets a function that is called before each wait, in the caller's goroutine.
// The default is nil, which calls no function.
func WithOnWait(hook func(context.Context, Wait)) Option { return func(c *config) { c.onWait = hook } }

// Check returns an error that lists everything that is wrong with opts, as [Until] does, or
// nil. It probes nothing.
func Check(opts ...Option) error {
	_, err := newLoop(opts)
	return err
}

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

// delayFault reports a maximum below the base delay. If one of them is the default, the
// error says so.
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

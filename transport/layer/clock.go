package layer

import "context"

// A Clock is the timeout of one attempt. A layer that delays an attempt before it is
// sent holds the clock during the wait, so that the wait does not count. Most decorators
// do not need it.
type Clock interface {
	Hold()    // stops the clock
	Restart() // starts it again with the full time
}

type clockKey struct{}

// WithClock returns a context for an attempt with the clock c.
func WithClock(ctx context.Context, c Clock) context.Context {
	return context.WithValue(ctx, clockKey{}, c)
}

// ClockFrom returns the clock of the attempt of ctx, or nil if there is none.
func ClockFrom(ctx context.Context) Clock {
	c, _ := ctx.Value(clockKey{}).(Clock)
	return c
}

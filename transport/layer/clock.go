package layer

import "context"

// A Clock is the timeout of one attempt. A layer that delays an attempt before it is
// sent holds the clock during the wait, so that the wait does not count. So does a layer
// that tells others of an attempt, since they may take their time. Most decorators do not
// need it.
type Clock interface {
	Hold()    // stops the clock
	Restart() // starts it again with the full time
	Resume()  // starts it again with the time that was left
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

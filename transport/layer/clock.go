package layer

import "context"

// A Clock bounds one attempt. A layer that makes an attempt wait before it is
// sent holds it meanwhile, so that queueing never eats the server's time.
type Clock interface {
	Hold()    // stops the clock
	Restart() // starts it afresh, with its full time
}

type clockKey struct{}

// WithClock returns a context whose attempt is bounded by c.
func WithClock(ctx context.Context, c Clock) context.Context {
	return context.WithValue(ctx, clockKey{}, c)
}

// ClockFrom returns the clock of the attempt that ctx belongs to, or nil.
func ClockFrom(ctx context.Context) Clock {
	c, _ := ctx.Value(clockKey{}).(Clock)
	return c
}

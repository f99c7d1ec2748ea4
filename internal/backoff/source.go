package backoff

import (
	"context"
	"math/rand/v2"
)

type sourceKey struct{}

// WithRandom returns a context whose calls draw their waits from source, unless an option of
// the loop that waits says otherwise. Simulations use it, so that the same seed gives the
// same waits. Several layers of a call may draw at the same time, so source must be safe for
// concurrent use.
func WithRandom(ctx context.Context, source rand.Source) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// RandomOf returns the source of [WithRandom], or nil if there is none.
func RandomOf(ctx context.Context) rand.Source {
	source, _ := ctx.Value(sourceKey{}).(rand.Source)
	return source
}

// For returns the [Source] of the calls made with ctx: [Draw], unless [WithRandom] set
// another.
func For(ctx context.Context) Source {
	if source := RandomOf(ctx); source != nil {
		return Seeded(rand.New(source))
	}
	return Draw
}

// Fraction returns a uniformly distributed number in [0, 1), from the source of [WithRandom]
// or else from the global generator of math/rand/v2.
func Fraction(ctx context.Context) float64 {
	if source := RandomOf(ctx); source != nil {
		return rand.New(source).Float64()
	}
	return rand.Float64()
}

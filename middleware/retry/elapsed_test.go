package retry_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
)

// R3: the time of a loop starts with its round trip, whatever the age of the layer, and
// whether there is an open record, a sealed one or none.
func TestEachLoopHasItsOwnTime(t *testing.T) {
	t.Parallel()
	plain := func(ctx context.Context) context.Context { return ctx }
	begun := func(ctx context.Context) context.Context {
		ctx, _ = transport.Begin(ctx)
		time.Sleep(time.Hour)
		return ctx
	}
	ended := func(ctx context.Context) context.Context {
		ctx, call := transport.Begin(ctx)
		call.End()
		return ctx
	}
	for name, row := range map[string]struct {
		ctx   func(context.Context) context.Context
		layer func(http.RoundTripper, ...retry.Option) http.RoundTripper
	}{
		"no record":                {plain, wrapped},
		"a record that runs":       {begun, wrapped},
		"a record that ended":      {ended, wrapped},
		"a chain's own record":     {plain, stacked},
		"a record above the chain": {begun, stacked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &server{script: []step{{status: 503, takes: 20 * time.Second}}}
				rt := row.layer(s, retry.WithBaseDelay(0), retry.WithMaxElapsed(50*time.Second))
				time.Sleep(time.Hour)
				ctx := row.ctx(t.Context())
				for range 2 {
					s.calls = 0
					roundTrip(t, rt, getIt(ctx))
					assert.Equal(t, 3, s.calls, "attempts begin after 0, 20 and 40 s; a fourth would after 60")
				}
			})
		})
	}
}

func wrapped(base http.RoundTripper, opts ...retry.Option) http.RoundTripper {
	return retry.New(opts...)(base)
}

func stacked(base http.RoundTripper, opts ...retry.Option) http.RoundTripper {
	return transport.Chain(base, retry.New(opts...))
}

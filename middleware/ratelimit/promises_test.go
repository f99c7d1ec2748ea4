package ratelimit_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// L2: nothing waits unless a limiter is placed, whatever the server asks for.
func TestWithoutALimiterNothingWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "7", ratelimit.VendorState, "SLOW"))
		rt := reading(nil)(server)
		send(t, rt, request(t, nil))
		send(t, rt, request(t, nil))
		assert.Equal(t, []time.Duration{0, 0}, server.came)
	})
}

// L2: a key that nobody asked for in ten minutes is let go.
func TestAKeyIsKeptForTenMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(req *http.Request) string { return req.Header.Get("Name") }))
		rt := ratelimit.New(limiter)(begin())
		ask := func(name string) {
			req := request(t, nil)
			req.Header.Set("Name", name)
			send(t, rt, req)
		}
		ask("old")
		time.Sleep(10 * time.Minute)
		ask("new")
		assert.Equal(t, 2, limiter.Len())
		time.Sleep(time.Nanosecond)
		ask("new")
		assert.Equal(t, 1, limiter.Len())
	})
}

// L2, O3: a key function gets the request as it is, but for the record of its
// call: what it sends itself is none of the call's attempts.
func TestAKeyFunctionGetsNoRecord(t *testing.T) {
	t.Parallel()
	type valueKey struct{}
	var lookups int
	lookup := transport.Chain(always(200), transport.Identity())
	limiter := ratelimit.NewLimiter(ratelimit.WithKey(func(req *http.Request) string {
		lookups++
		assert.Nil(t, transport.CallFrom(req.Context()))
		assert.Equal(t, "kept", req.Context().Value(valueKey{}))
		resp, err := lookup.RoundTrip(req)
		if assert.NoError(t, err) {
			assert.NoError(t, resp.Body.Close())
		}
		return req.URL.Host
	}))
	ctx, call := transport.Begin(context.WithValue(t.Context(), valueKey{}, "kept"))
	send(t, transport.Chain(always(200), ratelimit.New(limiter)), request(t, nil).WithContext(ctx))
	assert.Equal(t, 1, lookups)
	assert.Equal(t, 1, call.AttemptCount())
}

// L2: a pause is a minute at most, unless another bound is set.
func TestTheLongestPauseIsAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := begin(answer(429, "Retry-After", "61"))
		rt := ratelimit.New(ratelimit.NewLimiter(ratelimit.WithJitter(noJitter), ratelimit.WithMaxWait(0)))(server)
		send(t, rt, request(t, nil))
		send(t, rt, request(t, nil))
		require.Equal(t, []time.Duration{0, time.Minute}, server.came)
	})
}

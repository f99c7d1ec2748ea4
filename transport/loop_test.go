package transport_test

import (
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/transport"
)

// R15: of two loops the one above runs, within the stricter limits of both.
func TestALoopBelowNarrowsTheLoopAbove(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name                       string
		above, below, wantRetries  int
		elapsed, within, wantInAll time.Duration
	}{
		{"the loop below is stricter", 5, 2, 2, time.Minute, time.Second, time.Second},
		{"the loop above is stricter", 1, 9, 1, time.Second, time.Minute, time.Second},
		{"none is no bound below", 5, 5, 5, time.Second, 0, time.Second},
		{"nor above", 5, 5, 5, 0, time.Second, time.Second},
		{"more than a record can hold", math.MaxInt, math.MaxInt, math.MaxInt32, 0, 0, 0},
	} {
		_, call := transport.Begin(t.Context())
		assert.True(t, call.EnterRetry(row.above, row.elapsed), row.name)
		assert.False(t, call.EnterRetry(row.below, row.within), row.name)
		retries, elapsed, ok := call.RetryLimits()
		assert.True(t, ok, row.name)
		assert.Equal(t, row.wantRetries, retries, row.name)
		assert.Equal(t, row.wantInAll, elapsed, row.name)
		call.LeaveRetry()
		_, _, ok = call.RetryLimits()
		assert.False(t, ok, row.name)
		assert.True(t, call.EnterRetry(1, 1), "the next round trip of the call has a loop of its own")
	}
}

// R3: a loop's time runs from the beginning of the round trip: the call's if a
// chain opened it, else the loop's own.
func TestALoopKnowsHowLongItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var elapsed []time.Duration
		loop := func(http.RoundTripper) http.RoundTripper {
			return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
				call := transport.CallFrom(req.Context())
				assert.False(t, call.Looping())
				assert.Zero(t, call.RetryElapsed())
				time.Sleep(time.Second)
				call.EnterRetry(1, 0)
				defer call.LeaveRetry()
				assert.True(t, call.Looping())
				time.Sleep(time.Second)
				elapsed = append(elapsed, call.RetryElapsed())
				return answer(200)(req)
			})
		}
		chain := transport.Chain(nil, loop)
		ctx, call := transport.Begin(t.Context())
		defer call.End()
		time.Sleep(time.Hour)
		for _, req := range []*http.Request{get(t, t.Context()), get(t, ctx), get(t, ctx)} {
			resp, err := chain.RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		}
		assert.Equal(t, []time.Duration{2 * time.Second, time.Second, time.Second}, elapsed)
		var none *transport.Call
		assert.False(t, none.Looping())
		assert.Zero(t, none.RetryElapsed())
	})
}

// A4: the attempt more is granted once to a call, by a loop that can send the
// body again and was not left, and taken once.
func TestTheAttemptMoreIsGrantedOnce(t *testing.T) {
	t.Parallel()
	_, call := transport.Begin(t.Context())
	assert.False(t, call.Again(), "no loop")
	call.EnterRetry(0, 0)
	assert.False(t, call.Again(), "the body cannot be sent again")
	call.AllowAgain()
	assert.False(t, call.TakeAgain(), "nobody asked")
	assert.True(t, call.Again())
	assert.False(t, call.Again())
	assert.True(t, call.TakeAgain())
	assert.False(t, call.TakeAgain())
	assert.False(t, call.Again())
	call.LeaveRetry()

	call.EnterRetry(0, 0)
	call.AllowAgain()
	call.End()
	assert.False(t, call.Again(), "the call ended")
	var none *transport.Call
	assert.True(t, none.EnterRetry(1, 1), "no record, no loop above")
	assert.False(t, none.Again())
	assert.False(t, none.TakeAgain())
}

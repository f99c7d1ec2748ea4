package transport_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

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

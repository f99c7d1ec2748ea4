package transport_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// inTrip calls f with the context of a round trip, and with the place of its retry loop.
func inTrip(t *testing.T, f func(ctx context.Context, loop record.Loop)) *transport.Call {
	t.Helper()
	rt := transport.Chain(answer(200), func(next http.RoundTripper) http.RoundTripper {
		return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			own, loop, _ := record.OwnRoundTrip(req, nil)
			loop.Enter(own, 5, 0)
			defer loop.Leave()
			f(own.Context(), loop)
			return next.RoundTrip(own)
		})
	})
	resp, err := rt.RoundTrip(get(t, t.Context()))
	require.NoError(t, err)
	return transport.CallOf(resp)
}

func legContexts(ctx context.Context) (first, second context.Context) {
	first = layer.NextAttempt(record.WithLeg(ctx, 1))
	return first, layer.NextAttempt(record.WithLeg(ctx, 2))
}

// A4, H1: the loop makes the extra attempt only if the leg that asked for it has won.
func TestAnExtraAttemptBelongsToTheWinner(t *testing.T) {
	t.Parallel()
	for _, wins := range []int{1, 2} {
		inTrip(t, func(ctx context.Context, loop record.Loop) {
			loop.AllowAgain()
			first, second := legContexts(ctx)
			granted, _ := record.Again(first)
			assert.True(t, granted)
			won, lost := first, second
			if wins == 2 {
				won, lost = second, first
			}
			record.Settle(won, []context.Context{lost}, 1)
			assert.Equal(t, wins == 1, loop.TakeAgain())
			record.Again(lost) // too late
			assert.False(t, loop.TakeAgain())
		})
	}
}

// O3: a leg that was not sent leaves its number to the next attempt.
func TestALegGivesItsNumberBack(t *testing.T) {
	t.Parallel()
	call := inTrip(t, func(ctx context.Context, _ record.Loop) {
		_, second := legContexts(ctx)
		record.GiveBack(second)
		n, _ := layer.AttemptNumber(layer.NextAttempt(record.WithLeg(ctx, 2)))
		assert.Equal(t, 2, n)
	})
	assert.Equal(t, 1, call.AttemptCount())
}

// L2: the turn that a limiter notes for a leg that has lost does not count.
func TestALostLegNotesNoTurn(t *testing.T) {
	t.Parallel()
	inTrip(t, func(ctx context.Context, loop record.Loop) {
		ctx, cancel := context.WithCancelCause(ctx)
		first, _ := legContexts(ctx)
		record.NoteTurn(first, 5e9, false)
		in, _ := loop.TakeTurn()
		assert.NotZero(t, in)
		cancel(record.LostError{})
		record.NoteTurn(first, 5e9, false)
		in, _ = loop.TakeTurn()
		assert.Zero(t, in)
	})
}

// A mark of a leg does not reach a new request that a layer makes inside the attempt.
func TestANewRequestIsNoLeg(t *testing.T) {
	t.Parallel()
	inner := transport.Chain(transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		assert.Zero(t, record.LegOf(req.Context()))
		assert.False(t, record.TurnIfFree(req.Context()))
		return answer(200).RoundTrip(req)
	}))
	inTrip(t, func(ctx context.Context, _ record.Loop) {
		_, second := legContexts(ctx)
		assert.True(t, record.TurnIfFree(second))
		req := get(t, second)
		req.URL.Path = "/token"
		resp, err := inner.RoundTrip(req)
		require.NoError(t, err)
		layer.CloseBody(resp.Body)
	})
}

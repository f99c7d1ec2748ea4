package backoff_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/backoff"
)

// Promise R2: the ceiling doubles, is capped, and never overflows.
func TestCeilingDoublesUpToItsLimit(t *testing.T) {
	t.Parallel()
	const huge = time.Duration(math.MaxInt64)
	for _, row := range []struct {
		name        string
		base, limit time.Duration
		n           int
		want        time.Duration
	}{
		{"first", time.Second, 30 * time.Second, 1, time.Second},
		{"fourth", time.Second, 30 * time.Second, 4, 8 * time.Second},
		{"fifth, just below", time.Second, 16 * time.Second, 5, 16 * time.Second},
		{"sixth, capped", time.Second, 30 * time.Second, 6, 30 * time.Second},
		{"limit below base", time.Minute, time.Second, 1, time.Second},
		{"n of zero counts as one", time.Second, 0, 0, time.Second},
		{"negative n counts as one", time.Second, 0, math.MinInt, time.Second},
		{"no base", 0, time.Second, 5, 0},
		{"negative base", -1, time.Second, 5, 0},
		{"no limit", time.Second, -1, 11, 1024 * time.Second},
		{"one doubling too many", time.Second, 0, 40, huge},
		{"shift by all bits", 1, 0, 64, huge},
		{"largest shift that fits", 1, 0, 63, 1 << 62},
		{"largest n", 1, time.Hour, math.MaxInt, time.Hour},
		{"largest base", huge, huge, 2, huge},
	} {
		assert.Equal(t, row.want, backoff.Ceiling(row.base, row.limit, row.n), row.name)
	}
}

// Promise R2: a draw is even on [0, ceiling], ends included.
func TestDrawIsEvenFromZeroToTheCeiling(t *testing.T) {
	t.Parallel()
	assert.Zero(t, backoff.Draw(0))
	assert.Zero(t, backoff.Draw(-time.Second))
	assert.GreaterOrEqual(t, backoff.Draw(math.MaxInt64), time.Duration(0))

	const values, draws = 5, 50_000
	var seen [values]int
	for range draws {
		seen[backoff.Draw(values-1)]++
	}
	for value, times := range seen {
		// Ten standard deviations of a fair draw: 10 * sqrt(50000 * 0.2 * 0.8) = 894.
		assert.InDelta(t, draws/values, times, 900, "value %d", value)
	}
}

// A source with a seed draws the same again, over the same span as Draw.
func TestASeededSourceRepeatsItself(t *testing.T) {
	t.Parallel()
	one, same := seeded(1), seeded(1)
	other := seeded(2)
	differ := 0
	for range 1000 {
		drawn := one(time.Hour)
		assert.Equal(t, drawn, same(time.Hour))
		assert.True(t, drawn >= 0 && drawn <= time.Hour, drawn)
		if drawn != other(time.Hour) {
			differ++
		}
	}
	assert.Greater(t, differ, 990)
	assert.Zero(t, one(0))
	assert.Zero(t, one(-time.Second))
	assert.GreaterOrEqual(t, one(math.MaxInt64), time.Duration(0))

	var ends [2]int
	for range 1000 {
		ends[one(1)]++
	}
	// Six standard deviations of a fair draw: 6 * sqrt(1000 * 0.5 * 0.5) = 95.
	assert.InDelta(t, 500, ends[0], 95)
}

func seeded(seed uint64) backoff.Source {
	return backoff.Seeded(rand.New(rand.NewPCG(seed, seed)))
}

func TestSleepsForTheTimeGiven(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		require.NoError(t, backoff.Sleep(t.Context(), 3*time.Second))
		assert.Equal(t, 3*time.Second, time.Since(began))
		require.NoError(t, backoff.Sleep(t.Context(), 0))
		require.NoError(t, backoff.Sleep(t.Context(), -time.Second))
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

// Promise R12: cancelling ends a wait at once, and its error Is both the
// context's and the cause's.
func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("shutting down")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		began := time.Now()
		err := backoff.Sleep(ctx, time.Hour)
		assert.Equal(t, time.Second, time.Since(began))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		require.ErrorIs(t, backoff.Sleep(ctx, 0), context.Canceled)

		plain, stop := context.WithCancel(t.Context())
		stop()
		assert.Equal(t, context.Canceled, backoff.Sleep(plain, time.Hour))
	})
}

// R20: a context can carry the source, for loops that have no option.
func TestAContextCarriesTheSource(t *testing.T) {
	t.Parallel()
	drawn := func(seed uint64) (all [4]float64) {
		ctx := backoff.WithRandom(t.Context(), rand.NewPCG(seed, 1))
		for i := range all {
			all[i] = backoff.Fraction(ctx) + float64(backoff.For(ctx)(time.Hour))
		}
		return all
	}
	first := drawn(1)
	assert.Equal(t, first, drawn(1))
	assert.NotEqual(t, first, drawn(2))
	assert.Nil(t, backoff.RandomOf(t.Context()))
	assert.LessOrEqual(t, backoff.For(t.Context())(time.Second), time.Second)
	assert.Less(t, backoff.Fraction(t.Context()), 1.0)
}

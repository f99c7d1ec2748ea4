package poll_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/poll"
)

var errPending = errors.New("pending")

// later is an error that carries the server's wish.
type later struct{ after time.Duration }

func (l later) Error() string             { return "later" }
func (l later) RetryAfter() time.Duration { return l.after }

// never is a probe that does not settle.
func never(probes *int) func(context.Context) (int, bool, error) {
	return func(context.Context) (int, bool, error) {
		*probes++
		return *probes, false, errPending
	}
}

func TestReturnsTheValueThatSettled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		probes := 0
		got, err := poll.Until(t.Context(), func(context.Context) (string, bool, error) {
			probes++
			return fmt.Sprint("answer ", probes), probes == 3, nil
		})
		require.NoError(t, err)
		assert.Equal(t, "answer 3", got)
	})
}

func TestASettledErrorIsReturnedAsItIs(t *testing.T) {
	t.Parallel()
	final := errors.New("gone")
	_, err := poll.Until(t.Context(), func(context.Context) (int, bool, error) { return 0, true, final })
	assert.Equal(t, final, err)
}

// Promise S3: ten probes after the first, then ErrUnsettled around the last error.
func TestGivesUpAfterTenRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		probes := 0
		got, err := poll.Until(t.Context(), never(&probes))
		require.ErrorIs(t, err, poll.ErrUnsettled)
		require.ErrorIs(t, err, errPending)
		require.NotErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 11, probes)
		assert.Equal(t, 11, got, "the last value comes with the error")
		unsettled, ok := errors.AsType[*poll.UnsettledError](err)
		require.True(t, ok)
		assert.Equal(t, 11, unsettled.Probes)
		assert.Positive(t, unsettled.Elapsed)
		assert.NotContains(t, err.Error(), "\n")
	})
}

// Promise S3: waits are full jitter below a ceiling that doubles from 200 ms to 5 s.
func TestWaitsAreDrawnBelowAGrowingCeiling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sums [10]time.Duration
		const runs = 2000
		for range runs {
			probes := 0
			_, _ = poll.Until(t.Context(), never(&probes), poll.WithOnWait(func(_ context.Context, w poll.Wait) {
				ceiling := min(200*time.Millisecond<<(w.Probe-1), 5*time.Second)
				assert.LessOrEqual(t, w.For, ceiling)
				assert.Equal(t, errPending, w.Last)
				sums[w.Probe-1] += w.For
			}))
		}
		for i, sum := range sums {
			ceiling := min(200*time.Millisecond<<i, 5*time.Second)
			// The mean of 2,000 even draws deviates by 0.0065 ceilings; ten percent is 7.7 times that.
			assert.InEpsilon(t, ceiling/2, sum/runs, 0.10, "after probe %d", i+1)
		}
	})
}

func TestTheContextEndsAWaitAndTheLastErrorIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("shutdown")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		probes := 0
		hint := poll.WithHint(func(error) time.Duration { return time.Hour })
		began := time.Now()
		_, err := poll.Until(ctx, never(&probes), hint)
		assert.Equal(t, time.Second, time.Since(began))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		require.ErrorIs(t, err, errPending)
		assert.Equal(t, 1, probes)
	})
}

func TestAContextThatEndedDuringTheProbeEndsThePoll(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	probes := 0
	_, err := poll.Until(ctx, func(ctx context.Context) (int, bool, error) {
		probes++
		cancel()
		return 0, false, ctx.Err()
	}, poll.WithBaseDelay(0))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, probes)
}

func TestAWaitThatWouldOutlastTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		probes := 0
		began := time.Now()
		_, err := poll.Until(ctx, never(&probes), poll.WithHint(func(error) time.Duration { return time.Hour }))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, poll.ErrUnsettled)
		assert.Zero(t, time.Since(began))
		assert.Equal(t, 1, probes)
	})
}

func TestNoWaitBeginsThatWouldPassMaxElapsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		probes := 0
		began := time.Now()
		_, err := poll.Until(t.Context(), never(&probes), poll.WithMaxElapsed(10*time.Second), poll.WithMaxRetries(1000),
			poll.WithHint(func(error) time.Duration { return 3 * time.Second }), poll.WithBaseDelay(0))
		require.ErrorIs(t, err, poll.ErrUnsettled)
		// Each wait is 3 s and at most 0.3 s more: three fit, a fourth does not.
		assert.Equal(t, 4, probes)
		assert.LessOrEqual(t, time.Since(began), 10*time.Second)
	})
}

func TestTheServersHintIsAFloor(t *testing.T) {
	t.Parallel()
	const hint = 20 * time.Second
	for _, row := range []struct {
		name  string
		value any
		err   error
	}{
		{"in the error", 0, later{hint}},
		{"in a wrapped error", 0, fmt.Errorf("probe: %w", later{hint})},
		{"in the value", later{hint}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				waits := 0
				_, err := poll.Until(t.Context(), func(context.Context) (any, bool, error) { return row.value, false, row.err },
					poll.WithMaxRetries(50), poll.WithOnWait(func(_ context.Context, w poll.Wait) {
						waits++
						assert.GreaterOrEqual(t, w.For, hint)
						assert.LessOrEqual(t, w.For, hint+5*time.Second)
					}))
				require.ErrorIs(t, err, poll.ErrUnsettled)
				assert.Equal(t, 50, waits)
			})
		})
	}
}

func TestAnAbsurdHintSaturates(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	for _, hint := range []time.Duration{math.MaxInt64, math.MaxInt64 - 1} {
		_, err := poll.Until(ctx, func(context.Context) (int, bool, error) { return 0, false, later{hint} })
		require.ErrorIs(t, err, context.DeadlineExceeded, "an overflow would have made it no wait at all")
	}
	probes := 0
	_, err := poll.Until(ctx, never(&probes), poll.WithBaseDelay(0), poll.WithHint(func(error) time.Duration { return math.MinInt64 }))
	require.ErrorIs(t, err, poll.ErrUnsettled)
	assert.Equal(t, 11, probes)
}

// C10: what is wrong with options is known before the first probe, and without one.
func TestImpossibleOptionsAreReportedAllAtOnceBeforeTheFirstProbe(t *testing.T) {
	t.Parallel()
	probes := 0
	opts := []poll.Option{poll.WithBaseDelay(-1), poll.WithMaxRetries(-2), poll.WithMaxElapsed(-3), poll.WithHint(nil)}
	_, err := poll.Until(t.Context(), never(&probes), opts...)
	require.EqualError(t, poll.Check(opts...), err.Error())
	require.NoError(t, poll.Check(poll.WithMaxRetries(0), nil))
	require.ErrorContains(t, err, "base delay -1ns is negative")
	require.ErrorContains(t, err, "max retries -2 is negative")
	require.ErrorContains(t, err, "max elapsed -3ns is negative")
	require.ErrorContains(t, err, "hint is nil: leave WithHint out")
	_, err = poll.Until(t.Context(), never(&probes), poll.WithBaseDelay(time.Minute))
	require.EqualError(t, err, "poll: max delay 5s (the default) is below base delay 1m0s: set WithMaxDelay")
	_, err = poll.Until(t.Context(), never(&probes), poll.WithMaxDelay(time.Millisecond))
	require.EqualError(t, err, "poll: max delay 1ms is below base delay 200ms (the default): set WithBaseDelay")
	_, err = poll.Until(t.Context(), never(&probes), poll.WithMaxDelay(time.Millisecond), poll.WithBaseDelay(time.Second))
	require.EqualError(t, err, "poll: max delay 1ms is below base delay 1s")
	assert.Zero(t, probes)
	_, err = poll.Until(t.Context(), never(&probes), poll.WithBaseDelay(0), poll.WithMaxDelay(0), nil)
	require.ErrorIs(t, err, poll.ErrUnsettled, "zero is legal, and so is a nil option")
}

// C10: zero is no bound for a delay and for the time, and none for waits and retries.
func TestZeroIsNoBoundOrNone(t *testing.T) {
	t.Parallel()
	const long = 1000 * time.Hour
	for name, row := range map[string]struct {
		opts       []poll.Option
		probes     int
		least, all time.Duration
	}{
		"no retries":          {[]poll.Option{poll.WithMaxRetries(0)}, 1, 0, 0},
		"no waits":            {[]poll.Option{poll.WithBaseDelay(0)}, 11, 0, 0},
		"no largest delay":    {[]poll.Option{poll.WithMaxDelay(0), poll.WithBaseDelay(long)}, 11, long / 10, 1023 * long},
		"no largest time":     {[]poll.Option{poll.WithMaxElapsed(0), poll.WithMaxDelay(long), poll.WithBaseDelay(long)}, 11, long / 10, 10 * long},
		"no function to call": {[]poll.Option{poll.WithOnWait(nil), poll.WithBaseDelay(0)}, 11, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				probes, begun := 0, time.Now()
				_, err := poll.Until(t.Context(), never(&probes), row.opts...)
				require.ErrorIs(t, err, poll.ErrUnsettled)
				assert.Equal(t, row.probes, probes)
				assert.GreaterOrEqual(t, time.Since(begun), row.least)
				assert.LessOrEqual(t, time.Since(begun), row.all)
			})
		})
	}
}

func TestAPollThatEndsNamesTheOptionThatEndedIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		probes := 0
		_, err := poll.Until(t.Context(), never(&probes), poll.WithMaxRetries(0))
		require.ErrorContains(t, err, "poll: not settled after 1 probe in 0s, which is all that poll.WithMaxRetries allows")
		_, err = poll.Until(t.Context(), never(&probes), poll.WithHint(func(error) time.Duration { return time.Minute }), poll.WithMaxElapsed(time.Second))
		require.ErrorContains(t, err, "poll: not settled after 1 probe in 0s, which is all that poll.WithMaxElapsed allows")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = poll.Until(ctx, never(&probes))
		require.ErrorContains(t, err, "poll: not settled after 1 probe in 0s: context canceled")
	})
}

func ExampleUntil() {
	states := []string{"queued", "running", "done"}
	state, err := poll.Until(context.Background(), func(context.Context) (string, bool, error) {
		state := states[0]
		states = states[1:]
		return state, state == "done", nil
	}, poll.WithBaseDelay(0), poll.WithOnWait(func(_ context.Context, w poll.Wait) {
		fmt.Println("not settled at probe", w.Probe)
	}))
	fmt.Println(state, err)
	// Output:
	// not settled at probe 1
	// not settled at probe 2
	// done <nil>
}

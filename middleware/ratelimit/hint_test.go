package ratelimit_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// reading is the layer with the reader of a vendor.
func reading(limiter *ratelimit.Limiter) transport.Middleware {
	return ratelimit.New(limiter, ratelimit.WithReader(ratelimit.ReadVendor))
}

// L2, R6, R18, C10: a hint pauses the key for as long as it says; without one there is no pause.
func TestPausesForTheHint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		answer func() *http.Response
		opts   []ratelimit.LimiterOption
		want   time.Duration
	}{
		{"seconds", func() *http.Response { return answer(429, "Retry-After", "7") }, nil, 7 * time.Second},
		{"a date", func() *http.Response {
			return answer(429, "Retry-After", time.Now().Add(9*time.Second).UTC().Format(http.TimeFormat))
		}, nil, 9 * time.Second},
		{"a retry after before a window", func() *http.Response {
			return answer(429, ratelimit.VendorPeriod, "60", "Retry-After", "2")
		}, nil, 2 * time.Second},
		{"the reset of an empty quota", func() *http.Response {
			return answer(429, header.Remaining, "0", header.Reset, "5")
		}, nil, 5 * time.Second},
		{"a retry after before the reset of an empty quota", func() *http.Response {
			return answer(429, header.Remaining, "0", header.Reset, "5", "Retry-After", "2")
		}, nil, 2 * time.Second},
		{"a 403 with a retry after", func() *http.Response { return answer(403, "Retry-After", "7") }, nil, 7 * time.Second},
		{"a 403 with an empty quota", func() *http.Response {
			return answer(403, header.Remaining, "0", header.Reset, "5")
		}, nil, 5 * time.Second},
		{"a 503 with a retry after", func() *http.Response { return answer(503, "Retry-After", "7") }, nil, 7 * time.Second},
		{"no more than the longest pause", func() *http.Response { return answer(429, "Retry-After", "3600") }, nil, time.Minute},
		{"a number that overflows", func() *http.Response { return answer(429, "Retry-After", strings.Repeat("9", 30)) }, nil, time.Minute},
		{"a longest pause of one's own", func() *http.Response { return answer(429, "Retry-After", "3600") },
			[]ratelimit.LimiterOption{ratelimit.WithMaxPause(3 * time.Second)}, 3 * time.Second},
		{"no longest pause", func() *http.Response { return answer(429, "Retry-After", "3600") },
			[]ratelimit.LimiterOption{ratelimit.WithMaxPause(0)}, time.Hour},
		{"no longest pause, and a number that overflows", func() *http.Response { return answer(429, "Retry-After", strings.Repeat("9", 30)) },
			[]ratelimit.LimiterOption{ratelimit.WithMaxPause(0)}, math.MaxInt64 / 4},
		{"the state on a success", func() *http.Response {
			return answer(202, ratelimit.VendorState, "SLOW", "Retry-After", "4")
		}, nil, 4 * time.Second},

		{"no hint", func() *http.Response { return answer(429) }, nil, 0},
		{"garbage", func() *http.Response { return answer(429, "Retry-After", "-1", ratelimit.VendorPeriod, "x") }, nil, 0},
		{"a quota that is not empty", func() *http.Response {
			return answer(429, header.Remaining, "5", header.Reset, "5")
		}, nil, 0},
		{"a 503 without a hint", func() *http.Response { return answer(503) }, nil, 0},
		{"a 503 with an empty quota", func() *http.Response {
			return answer(503, header.Remaining, "0", header.Reset, "5")
		}, nil, 0},
		{"a plain 403", func() *http.Response { return answer(403) }, nil, 0},
		{"another status", func() *http.Response { return answer(202, "Retry-After", "7") }, nil, 0},
		{"an empty quota on a success", func() *http.Response {
			return answer(200, header.Remaining, "0", header.Reset, "5")
		}, nil, 0},
		{"the state OK", func() *http.Response { return answer(200, ratelimit.VendorState, "OK", ratelimit.VendorPeriod, "60") }, nil, 0},
		{"learning switched off", func() *http.Response { return answer(429, "Retry-After", "7") },
			[]ratelimit.LimiterOption{ratelimit.WithLearning(false)}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server := begin(row.answer())
				limiter := ratelimit.NewLimiter(append(row.opts, ratelimit.WithJitter(noJitter), ratelimit.WithMaxWait(0))...)
				rt := reading(limiter)(server)
				send(t, rt, request(t, nil))
				send(t, rt, request(t, nil))
				assert.Equal(t, []time.Duration{0, row.want}, server.came)
			})
		})
	}
}

// L2, R6: the period of a window is no hint. It sets a pace: what was accepted in
// it, spread over it, but at least one attempt in ten seconds.
func TestThePeriodOfAWindowSetsAPaceAndNoPause(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		period   string
		accepted int
		every    time.Duration // between two of them
		want     float64       // attempts a second
	}{
		{"nothing was accepted within a second", "1", 0, 0, 1},
		{"twenty were accepted within a second", "1", 20, 10 * time.Millisecond, 20},
		{"nothing was accepted within a minute", "60", 0, 0, 0.1},
		{"half of 60 within the last second, the window is a minute", "60", 60, time.Second / 30, 1},
		{"120 were accepted within a minute", "60", 120, time.Second / 4, 2},
		{"a steady pace, the window is ten seconds", "10", 600, time.Second / 10, 10},
		{"a window too long to be true", strings.Repeat("9", 30), 5, 0, 0.1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var answers []*http.Response
				for range row.accepted {
					answers = append(answers, answer(200))
				}
				server := begin(append(answers, answer(429, ratelimit.VendorPeriod, row.period))...)
				limiter := ratelimit.NewLimiter(ratelimit.WithJitter(noJitter))
				rt := reading(limiter)(server)
				for range row.accepted {
					send(t, rt, request(t, nil))
					time.Sleep(row.every)
				}
				send(t, rt, request(t, nil))
				state, _ := limiter.Snapshot("api.example.com")
				assert.Zero(t, state.PausedUntil)
				assert.InEpsilon(t, row.want, state.Rate, 0.05)
				begun := time.Now()
				send(t, rt, request(t, nil))
				assert.InEpsilon(t, 1/row.want, time.Since(begun).Seconds(), 0.1)
			})
		})
	}
}

// L2, R18: a server that is not available says nothing of a pace: what was
// learned stays as it was, before and after its pause.
func TestA503LeavesTheMeasuredPaceAlone(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		headers []string
		pause   time.Duration
	}{"without a hint": {nil, 0}, "with a hint": {[]string{"Retry-After", "3"}, 3 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var answers []*http.Response
				for range 3 { // a pace is measured between objections
					answers = append(answers, answer(429, "Retry-After", "1"))
					for range 20 {
						answers = append(answers, answer(200))
					}
				}
				server := begin(append(answers, answer(429, "Retry-After", "1"), answer(503, row.headers...))...)
				limiter := ratelimit.NewLimiter(ratelimit.WithJitter(noJitter))
				rt := reading(limiter)(server)
				for range len(answers) + 1 {
					send(t, rt, request(t, nil))
				}
				before, _ := limiter.Snapshot("api.example.com")
				require.False(t, math.IsInf(before.Rate, 1))
				send(t, rt, request(t, nil))
				state, _ := limiter.Snapshot("api.example.com")
				assert.Equal(t, row.pause > 0, !state.PausedUntil.IsZero())
				time.Sleep(row.pause)
				after, _ := limiter.Snapshot("api.example.com")
				assert.InEpsilon(t, before.Rate, after.Rate, 0.1)
			})
		})
	}
}

// R18: without a pace, too, a 503 teaches nothing, however many come.
func TestA503WithoutAHintTeachesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := ratelimit.NewLimiter()
		rt := reading(limiter)(always(503, ratelimit.VendorPeriod, "60"))
		for range 100 {
			send(t, rt, request(t, nil))
		}
		state, _ := limiter.Snapshot("api.example.com")
		assert.Equal(t, ratelimit.State{Rate: math.Inf(1)}, state)
	})
}

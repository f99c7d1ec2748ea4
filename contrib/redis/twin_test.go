package redis_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/contrib/redis"
	"github.com/tripware/tripware/middleware/ratelimit"
)

// A step is an ask of a member, some time after the step before.
type step struct {
	after  time.Duration
	member int
	ask    ratelimit.Ask
}

// F4: the script gives the leases of the memory store, whatever it is asked.
func TestTheScriptLeasesAsTheMemoryStore(t *testing.T) {
	t.Parallel()
	for name, rates := range map[string][]ratelimit.Rate{
		"one rate":     {fleetRate()},
		"two rates":    {{PerSecond: 20, Burst: 20}, {PerSecond: 5, Burst: 300}},
		"slow":         {{PerSecond: 0.5, Burst: 1}},
		"rate unknown": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns, paused, lowered := 0, 0, 0
			for seed := range uint64(10) {
				steps := randomSteps(rand.New(rand.NewPCG(seed, 1)), 200)
				want, got := inMemory(t, rates, steps), inRedis(t, rates, steps)
				for i := range steps {
					requireTwins(t, &want[i], &got[i], seed, i)
					turns += len(want[i].Turns)
					if want[i].Paused > 0 {
						paused++
					}
					if want[i].Rate > 0 && (len(rates) == 0 || want[i].Rate < min(rates[0].PerSecond, rates[len(rates)-1].PerSecond)) {
						lowered++
					}
				}
			}
			t.Logf("%d turns, %d leases of a paused key, %d at a lowered rate", turns, paused, lowered)
			assert.Positive(t, turns)
			assert.Positive(t, paused)
			assert.Positive(t, lowered)
		})
	}
}

// randomSteps returns what four members ask.
func randomSteps(draw *rand.Rand, n int) []step {
	steps := make([]step, n)
	for i := range steps {
		s := step{member: draw.IntN(4), after: time.Duration(draw.ExpFloat64() * float64(50*time.Millisecond)).Truncate(time.Microsecond)}
		if draw.IntN(30) == 0 { // members fall silent, and some expire
			s.after += time.Duration(draw.IntN(40)) * time.Second
		}
		s.ask = ratelimit.Ask{
			Want: draw.IntN(12), Spare: draw.IntN(3) * 5, Back: draw.IntN(10) / 7, Passed: draw.IntN(12), Leave: draw.IntN(40) == 0, Alone: draw.IntN(10) / 8, Away: time.Duration(draw.IntN(10)/8) * 100 * time.Millisecond,
			Horizon: 500 * time.Millisecond, Valid: valid,
		}
		if draw.IntN(20) == 0 {
			s.ask.Refused = ratelimit.Refusal{
				Count: draw.IntN(3), Window: time.Duration(draw.IntN(8)/6) * time.Minute, Ago: time.Duration(draw.IntN(300)) * time.Millisecond, Why: "paused by 429",
				Hint: []time.Duration{0, 300 * time.Millisecond, time.Second, 2 * time.Second}[draw.IntN(4)],
			}
		}
		steps[i] = s
	}
	return steps
}

func inMemory(t *testing.T, rates []ratelimit.Rate, steps []step) (leases []ratelimit.Lease) {
	synctest.Test(t, func(t *testing.T) {
		all := members(ratelimit.NewMemoryStore(), "api", 4, rates...)
		for _, s := range steps {
			time.Sleep(s.after)
			leases = append(leases, all[s.member].must(t, s.ask))
		}
	})
	return leases
}

func inRedis(t *testing.T, rates []ratelimit.Rate, steps []step) (leases []ratelimit.Lease) {
	mini := miniredis.NewMiniRedis()
	require.NoError(t, mini.Start())
	defer mini.Close()
	now := time.Unix(0, 0) // as the memory store, so that both round alike
	mini.SetTime(now)
	rdb := connect(t, options(mini.Addr()))
	defer rdb.Close()
	store := newStore(t, rdb, redis.WithClock(func() time.Duration { return time.Duration(now.UnixNano()) }))
	all := members(store, "api", 4, rates...)
	for _, s := range steps {
		now = now.Add(s.after)
		mini.SetTime(now)
		leases = append(leases, all[s.member].must(t, s.ask))
	}
	return leases
}

// requireTwins compares two leases, whose times may differ by what is rounded.
func requireTwins(t *testing.T, want, got *ratelimit.Lease, seed uint64, at int) {
	t.Helper()
	const rounding = 20 * time.Microsecond
	near := func(a, b time.Duration) bool { return (a - b).Abs() <= rounding }
	same := slices.EqualFunc(want.Turns, got.Turns, near) && near(want.Again, got.Again) && near(want.Paused, got.Paused) &&
		want.Why == got.Why && want.Epoch == got.Epoch && want.Members == got.Members
	require.Truef(t, same, "seed %d, step %d:\n%+v\n%+v", seed, at, want, got)
	require.InEpsilonf(t, want.Rate+1, got.Rate+1, 1e-4, "seed %d, step %d", seed, at)
}

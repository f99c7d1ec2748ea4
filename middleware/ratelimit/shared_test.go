package ratelimit_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// storeFunc is a store of one function.
type storeFunc func(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error)

func (f storeFunc) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	return f(ctx, key, ask)
}

func pass(t *testing.T, rt http.RoundTripper, header ...string) error {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := rt.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return err
}

// F4: whatever a store does, no call fails for it, none waits longer than its timeout, and
// the fault is told once.
func TestNoCallFailsForItsStore(t *testing.T) {
	t.Parallel()
	valid := ratelimit.Lease{Members: 1, Turns: []time.Duration{0}}
	for name, row := range map[string]struct {
		store storeFunc
		told  string
	}{
		"an error": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
			return ratelimit.Lease{}, errors.New("NOPERM this user has no permissions to run the 'evalsha' command")
		}, "NOPERM"},
		"a panic": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) { panic("store") }, "panic: store"},
		"late": {func(ctx context.Context, _ string, _ ratelimit.Ask) (ratelimit.Lease, error) {
			<-ctx.Done()
			return ratelimit.Lease{}, ctx.Err()
		}, "deadline exceeded"},
		"never": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
			time.Sleep(time.Minute)
			return valid, nil
		}, "no answer within 100ms"},
		"turns of the past": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
			return ratelimit.Lease{Members: 1, Turns: []time.Duration{-time.Second}}, nil
		}, "invalid lease: turn in -1s"},
		"turns of the far future": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
			return ratelimit.Lease{Members: 1, Turns: []time.Duration{time.Hour}}, nil
		}, "invalid lease: turn in 1h0m0s"},
		"turns out of order": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
			return ratelimit.Lease{Members: 1, Turns: []time.Duration{time.Millisecond, 0}}, nil
		}, "invalid lease: turn in 0s"},
		"too many turns": {func(_ context.Context, _ string, ask ratelimit.Ask) (ratelimit.Lease, error) {
			return ratelimit.Lease{Members: 1, Turns: make([]time.Duration, ask.Want+ask.Spare+1)}, nil
		}, "invalid lease: 2 turns, but the limiter asked for 1"},
		"a negative time": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
			return ratelimit.Lease{Members: 1, Paused: -1}, nil
		}, "invalid lease: negative time"},
		"no members": {func(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) { return ratelimit.Lease{}, nil }, "invalid lease: 0 members"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var told []string
				var mu sync.Mutex
				limiter := ratelimit.NewLimiter(ratelimit.WithStore(row.store), ratelimit.WithRate(10, 5),
					ratelimit.WithSharing(ratelimit.Sharing{Told: func(key string, err error) {
						mu.Lock()
						defer mu.Unlock()
						told = append(told, key+": "+err.Error())
					}}))
				rt := ratelimit.New(limiter)(atOnce())
				begun := time.Now()
				for range 30 {
					require.NoError(t, pass(t, rt))
				}
				took := time.Since(begun)
				assert.Greater(t, took, 2*time.Second, "the share of one member is the whole rate")
				assert.Less(t, took, 3300*time.Millisecond)
				state, _ := limiter.Snapshot("api.example.com")
				assert.False(t, state.StoreDown.IsZero())
				assert.InDelta(t, 10, state.Rate, 0)
				mu.Lock()
				defer mu.Unlock()
				require.Len(t, told, 1)
				assert.True(t, strings.HasPrefix(told[0], `api.example.com: ratelimit: lease turns of key "api.example.com": `), told[0])
				assert.Contains(t, told[0], row.told)
				time.Sleep(2 * time.Minute) // the asks that hang return
			})
		})
	}
}

// F3: when one member is throttled, the others stop.
func TestAPauseReachesTheFleet(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		push bool
		most int64
	}{"with the push": {true, 2}, "without": {false, 64}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				shared := &flakyStore{store: ratelimit.NewMemoryStore(), lag: time.Millisecond}
				var store ratelimit.Store = shared
				if !row.push {
					store = storeFunc(shared.Lease)
				}
				begun := time.Now()
				var throttled, early atomic.Int64
				server := transport.RoundTripperFunc(func(*http.Request) (*http.Response, error) {
					time.Sleep(2 * time.Millisecond)
					defer time.Sleep(2 * time.Millisecond)
					if age := time.Since(begun); age > 2*time.Second && age < 5*time.Second {
						if throttled.Add(1); age < 2005*time.Millisecond {
							early.Add(1) // in flight, or before the first answer arrived
						}
						return answer(http.StatusTooManyRequests, "Retry-After", "3"), nil
					}
					return answer(http.StatusOK), nil
				})
				draw := seeded(1)
				var wg sync.WaitGroup
				for range 8 {
					rt := reading(ratelimit.NewLimiter(ratelimit.WithStore(store), ratelimit.WithRate(200, 50)))(server)
					wg.Go(func() {
						_, failed := run(t, rt, 100, 8, draw)
						assert.Zero(t, failed)
					})
				}
				wg.Wait()
				t.Logf("%d requests were throttled, %d of them in flight", throttled.Load(), early.Load())
				assert.LessOrEqual(t, throttled.Load()-early.Load(), row.most)
				time.Sleep(3 * time.Second)
			})
		})
	}
}

// A key that may hold a credential does not reach the store.
func TestAKeyOfTheCallersIsHashed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, want string
		opts       []ratelimit.LimiterOption
	}{
		{"host", "api.example.com", nil},
		{"of the caller", "", []ratelimit.LimiterOption{ratelimit.WithKey(func(r *http.Request) string { return r.Header.Get("Authorization") })}},
		{"named", "team-a", []ratelimit.LimiterOption{ratelimit.WithStoreKey(func(string) string { return "team-a" })}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var got atomic.Value
			store := ratelimit.NewMemoryStore()
			limiter := ratelimit.NewLimiter(append(row.opts, ratelimit.WithStore(storeFunc(func(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
				got.Store(key)
				return store.Lease(ctx, key, ask)
			})))...)
			require.NoError(t, pass(t, ratelimit.New(limiter)(atOnce()), "Authorization", "Bearer s3cret"))
			synctest.Wait()
			if row.want == "" {
				assert.Len(t, got.Load(), 32)
				assert.NotContains(t, got.Load(), "s3cret")
			} else {
				assert.Equal(t, row.want, got.Load())
			}
			time.Sleep(time.Second)
		})
	}
}

// withTurns returns a chain that holds turns of a store in memory.
func withTurns(tb testing.TB, opts ...ratelimit.LimiterOption) (rt http.RoundTripper, held func()) {
	tb.Helper()
	limiter := ratelimit.NewLimiter(append(opts, ratelimit.WithStore(ratelimit.NewMemoryStore()), ratelimit.WithRate(1e9, 1e9),
		ratelimit.WithSharing(ratelimit.Sharing{MaxLease: 1000}))...)
	rt = ratelimit.New(limiter)(atOnce())
	req, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, url, nil)
	require.NoError(tb, err)
	return rt, func() {
		for state := (ratelimit.State{}); state.Held < 600; state, _ = limiter.Snapshot("api.example.com") {
			_, err := rt.RoundTrip(req)
			require.NoError(tb, err)
		}
	}
}

// A call that finds a turn at hand allocates nothing for the store.
func TestATurnAtHandCostsNothing(t *testing.T) { //nolint:paralleltest // it counts allocations
	rt, held := withTurns(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	held()
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = rt.RoundTrip(req) }))
}

// The invalid settings of a store are named when the limiter is built.
func TestRefusesImpossibleSharing(t *testing.T) {
	t.Parallel()
	store := ratelimit.WithStore(ratelimit.NewMemoryStore())
	for want, opts := range map[string][]ratelimit.LimiterOption{
		"rate 0 limits nothing, so that there is nothing to share":     {store, ratelimit.WithRate(0, 1)},
		"rate -1 is not a finite number above 0":                       {store, ratelimit.WithRate(-1, 1)},
		"burst 0 is below 1":                                           {store, ratelimit.WithRates(ratelimit.Rate{PerSecond: 1})},
		"a store without a rate and without learning limits nothing":   {store, ratelimit.WithLearning(false)},
		"timeout of the store -1s is negative":                         {store, ratelimit.WithSharing(ratelimit.Sharing{Timeout: -time.Second})},
		"horizon of the store -1s is negative":                         {store, ratelimit.WithSharing(ratelimit.Sharing{Horizon: -time.Second})},
		"lease of 1001 turns: want 1 to 1000, or 0 for the default of": {store, ratelimit.WithSharing(ratelimit.Sharing{MaxLease: 1001})},
		"-1 members: want at least 1":                                  {store, ratelimit.WithSharing(ratelimit.Sharing{Members: -1})},
	} {
		assert.ErrorContains(t, ratelimit.NewLimiter(opts...).Fault(), "ratelimit: "+want)
	}
	assert.NoError(t, ratelimit.NewLimiter(store).Fault(), "the store learns")
	assert.NoError(t, ratelimit.NewLimiter(ratelimit.WithRate(0, 1)).Fault(), "no limit")
}

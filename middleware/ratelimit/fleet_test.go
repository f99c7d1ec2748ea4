package ratelimit_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// A flakyStore is a store of which members can be cut off.
type flakyStore struct {
	mu    sync.Mutex
	store ratelimit.Store
	lag   time.Duration
	cut   func(member string) bool // its ask never arrives
	asks  atomic.Int64
}

func (s *flakyStore) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	s.asks.Add(1)
	s.mu.Lock()
	store, lag, cut := s.store, s.lag, s.cut
	s.mu.Unlock()
	if cut != nil && cut(ask.Member) {
		<-ctx.Done()
		return ratelimit.Lease{}, ctx.Err()
	}
	time.Sleep(lag / 2)
	lease, err := store.Lease(ctx, key, ask)
	time.Sleep(lag - lag/2)
	return lease, err
}

func (s *flakyStore) Push(pushed func(string, ratelimit.Lease) bool) {
	s.store.(interface { //nolint:errcheck // the memory store has it
		Push(pushed func(string, ratelimit.Lease) bool)
	}).Push(pushed)
}

func (s *flakyStore) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// A fleet is eight limiters on one store, each with eight goroutines.
type fleet struct {
	store    *flakyStore
	server   *fleetServer
	done     []time.Duration // when each had made its calls
	failed   atomic.Int64
	duration time.Duration
	left     int64 // asks when all had left
}

// A fleetServer counts requests by second.
type fleetServer struct {
	bucketServer
	begun   time.Time
	seconds [120]atomic.Int64
}

func (s *fleetServer) RoundTrip(req *http.Request) (*http.Response, error) {
	s.seconds[int(time.Since(s.begun).Seconds())].Add(1)
	return s.bucketServer.RoundTrip(req)
}

// worst returns the most requests in a second, after the first, which has the burst.
func (s *fleetServer) worst() (most int64) {
	for i := 1; i < len(s.seconds); i++ {
		most = max(most, s.seconds[i].Load())
	}
	return most
}

// run lets each member make its calls. During runs beside them.
func (f *fleet) run(t *testing.T, calls []int, during func(), opts ...ratelimit.LimiterOption) {
	t.Helper()
	draw := seeded(1)
	f.server = &fleetServer{begun: time.Now(), bucketServer: bucketServer{perSecond: 200, burst: 50, headers: []string{"Retry-After", "1"},
		latency: func() time.Duration { return 5*time.Millisecond + time.Duration(draw()*1e6) }}}
	f.done = make([]time.Duration, len(calls))
	var wg sync.WaitGroup
	begun := time.Now()
	for member, n := range calls {
		limiter := ratelimit.NewLimiter(append([]ratelimit.LimiterOption{ratelimit.WithStore(f.store), ratelimit.WithJitter(draw)}, opts...)...)
		require.NoError(t, limiter.Fault())
		wg.Go(func() {
			var failed int
			f.done[member], failed = run(t, reading(limiter)(f.server), n, 8, draw)
			f.failed.Add(int64(failed))
		})
	}
	if during != nil {
		wg.Go(during)
	}
	wg.Wait()
	f.duration = time.Since(begun)
	time.Sleep(3 * time.Second) // the members leave
	f.left = f.store.asks.Load()
	time.Sleep(3 * time.Second)
	require.Equal(t, f.left, f.store.asks.Load(), "an idle member asks nothing")
}

// report returns the requests per call, the time beside the ideal, the slowest beside the
// fastest member, and asks per request.
func (f *fleet) report(t *testing.T, calls []int) (sent, wall, spread, trips float64) {
	t.Helper()
	total := 0
	for _, n := range calls {
		total += n
	}
	sent = float64(f.server.requests) / float64(total)
	wall = f.duration.Seconds() / (float64(total-50) / 200)
	spread = slices.Max(f.done).Seconds() / slices.Min(f.done).Seconds()
	trips = float64(f.left) / float64(f.server.requests)
	t.Logf("sent %.3f wall %.3f spread %.2f trips %.3f worst second %d failed %d", sent, wall, spread, trips, f.server.worst(), f.failed.Load())
	return sent, wall, spread, trips
}

func evenly(n int) []int { return slices.Repeat([]int{n}, 8) }

// F1: eight members share 200 a second.
func TestAFleetSharesALimit(t *testing.T) {
	t.Parallel()
	known := ratelimit.WithRate(200, 50)
	for _, row := range []struct {
		name               string
		calls              []int
		opts               []ratelimit.LimiterOption
		sent, wall, spread float64
		trips              float64
	}{
		{"known", evenly(248), []ratelimit.LimiterOption{known}, 1.01, 1.05, 1.3, 0.15},
		{"known, uneven", append([]int{1600}, slices.Repeat([]int{40}, 7)...), []ratelimit.LimiterOption{known}, 1.01, 1.05, 100, 0.25},
		{"unknown, 2000", evenly(250), nil, 1.05, 1.25, 100, 0.5},
		{"unknown, 6000", evenly(750), nil, 1.025, 1.10, 100, 0.3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := fleet{store: &flakyStore{store: ratelimit.NewMemoryStore(), lag: time.Millisecond}}
				f.run(t, row.calls, nil, row.opts...)
				sent, wall, spread, trips := f.report(t, row.calls)
				assert.Zero(t, f.failed.Load())
				assert.LessOrEqual(t, sent, row.sent)
				assert.LessOrEqual(t, wall, row.wall)
				assert.LessOrEqual(t, spread, row.spread)
				assert.LessOrEqual(t, trips, row.trips)
			})
		})
	}
}

// F2: the store is away for three seconds of the run, for all or for some.
func TestAFleetSurvivesItsStore(t *testing.T) {
	t.Parallel()
	all := func(string) bool { return true }
	half := func() func(string) bool {
		var mu sync.Mutex
		seen := map[string]bool{}
		return func(member string) bool {
			mu.Lock()
			defer mu.Unlock()
			if _, known := seen[member]; !known {
				seen[member] = len(seen)%2 == 0
			}
			return seen[member]
		}
	}
	for name, row := range map[string]struct{ begin, end func(*flakyStore) }{
		"silent":          {func(s *flakyStore) { s.cut = all }, func(s *flakyStore) { s.cut = nil }},
		"back and empty":  {func(s *flakyStore) { s.cut = all }, func(s *flakyStore) { s.cut, s.store = nil, ratelimit.NewMemoryStore() }},
		"half cut off":    {func(s *flakyStore) { s.cut = half() }, func(s *flakyStore) { s.cut = nil }},
		"slow by 80 ms":   {func(s *flakyStore) { s.lag = 80 * time.Millisecond }, func(s *flakyStore) { s.lag = time.Millisecond }},
		"slow by 160 ms":  {func(s *flakyStore) { s.lag = 160 * time.Millisecond }, func(s *flakyStore) { s.lag = time.Millisecond }},
		"answers errors":  {func(s *flakyStore) { s.store = brokenStore{errors.New("down")} }, func(s *flakyStore) { s.store = ratelimit.NewMemoryStore() }},
		"answers nothing": {func(s *flakyStore) { s.store = brokenStore{} }, func(s *flakyStore) { s.store = ratelimit.NewMemoryStore() }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := fleet{store: &flakyStore{store: ratelimit.NewMemoryStore(), lag: time.Millisecond}}
				calls := evenly(248)
				f.run(t, calls, func() {
					time.Sleep(3 * time.Second)
					f.store.set(func() { row.begin(f.store) })
					time.Sleep(3 * time.Second)
					f.store.set(func() { row.end(f.store) })
				}, ratelimit.WithRate(200, 50), ratelimit.WithSharing(ratelimit.Sharing{Told: func(key string, err error) { t.Log(key, err) }}))
				sent, wall, _, _ := f.report(t, calls)
				assert.Zero(t, f.failed.Load())
				assert.LessOrEqual(t, sent, 1.03)
				assert.LessOrEqual(t, wall, 1.10)
				assert.LessOrEqual(t, f.server.worst(), int64(240))
			})
		})
	}
}

type brokenStore struct{ err error }

func (s brokenStore) Lease(context.Context, string, ratelimit.Ask) (ratelimit.Lease, error) {
	return ratelimit.Lease{}, s.err
}

// L2: a server that counts in minutes and gives no hint.
func TestAFleetLearnsTheLimitOfAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		draw := seeded(1)
		server := &bucketServer{perSecond: 10, burst: 600, headers: []string{ratelimit.VendorPeriod, "60"},
			latency: func() time.Duration { return 5 * time.Millisecond }}
		store := ratelimit.NewMemoryStore()
		var wg sync.WaitGroup
		var failed atomic.Int64
		begun := time.Now()
		for range 4 {
			rt := reading(ratelimit.NewLimiter(ratelimit.WithStore(store), ratelimit.WithMaxWait(0)))(server)
			wg.Go(func() {
				_, bad := run(t, rt, 450, 8, draw)
				failed.Add(int64(bad))
			})
		}
		wg.Wait()
		sent, wall := float64(server.requests)/1800, time.Since(begun).Seconds()/120
		t.Logf("sent %.3f wall %.3f failed %d", sent, wall, failed.Load())
		assert.Zero(t, failed.Load())
		assert.LessOrEqual(t, sent, 1.10)
		assert.LessOrEqual(t, wall, 1.3)
		time.Sleep(time.Second)
	})
}

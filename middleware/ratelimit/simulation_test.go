package ratelimit_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/internal/header"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/transport"
)

// A bucketServer lets perSecond requests a second pass, after a burst, and
// answers 429 to the others with the headers given.
type bucketServer struct {
	perSecond, burst float64
	latency          func() time.Duration
	headers          []string

	mu        sync.Mutex
	tokens    float64
	last      time.Time
	requests  int
	throttles int
}

func (s *bucketServer) RoundTrip(*http.Request) (*http.Response, error) {
	way := s.latency() / 2
	time.Sleep(way)
	defer time.Sleep(way)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if s.requests == 0 {
		s.last, s.tokens = now, s.burst
	}
	s.tokens = min(s.burst, s.tokens+now.Sub(s.last).Seconds()*s.perSecond)
	s.last = now
	s.requests++
	if s.tokens < 1 {
		s.throttles++
		return answer(http.StatusTooManyRequests, s.headers...), nil
	}
	s.tokens--
	return answer(http.StatusOK), nil
}

// A patient caller repeats a throttled call as a retry loop would: with full
// jitter, a hint as the floor of the wait, and a draw that spans a window.
func patient(client http.RoundTripper, req *http.Request, draw func() float64) (status int) {
	const base, longest, retries = 100 * time.Millisecond, 30 * time.Second, 5
	for n := range retries + 1 {
		resp, err := client.RoundTrip(req)
		if err != nil {
			return 0
		}
		_ = resp.Body.Close()
		if status = resp.StatusCode; status != http.StatusTooManyRequests || n == retries {
			break
		}
		said := ratelimit.ReadVendor(resp.Header, transport.ParseRateLimit(resp.Header, time.Now()))
		ceiling := max(base<<n, min(said.Period, longest))
		time.Sleep(said.Hint(status) + time.Duration(draw()*float64(ceiling)))
	}
	return status
}

// run makes calls at a concurrency and returns how long they took and how many failed.
func run(t *testing.T, client http.RoundTripper, calls, workers int, draw func() float64) (took time.Duration, failed int) {
	t.Helper()
	var next, bad atomic.Int64
	begun := time.Now()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for next.Add(1) <= int64(calls) {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://api.example.com/", nil)
				if err != nil || patient(client, req, draw) != http.StatusOK {
					bad.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return time.Since(begun), int(bad.Load())
}

// seeded draws evenly from [0, 1), the same sequence for the same seed.
func seeded(seed uint64) func() float64 {
	var mu sync.Mutex
	source := rand.New(rand.NewPCG(seed, 1))
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return source.Float64()
	}
}

// Against other buckets, and for longer, a key settles as well: no call fails,
// and the requests that were thrown away stay few.
func TestSettlesWithOtherBuckets(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name             string
		perSecond, burst float64
		latency          time.Duration
		calls, workers   int
		sent, wall       float64 // at most, per call and of the ideal
	}{
		{"a minute at the limit", 200, 50, 5 * time.Millisecond, 12_000, 64, 1.02, 1.03},
		{"answers that take long", 200, 50, 50 * time.Millisecond, 10_000, 64, 1.03, 1.10},
		{"a second's worth of burst", 200, 200, 5 * time.Millisecond, 2000, 64, 1.10, 1.10},
		{"a slow server", 10, 10, 5 * time.Millisecond, 300, 8, 1.25, 1.25},
		{"a fast server", 1000, 200, 20 * time.Millisecond, 30_000, 128, 1.05, 1.25},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				draw := seeded(1)
				server := &bucketServer{perSecond: row.perSecond, burst: row.burst, headers: []string{"Retry-After", "1"},
					latency: func() time.Duration { return row.latency + time.Duration(draw()*float64(row.latency)/4) }}
				limiter := ratelimit.NewLimiter(ratelimit.WithJitter(draw))
				took, failed := run(t, reading(limiter)(server), row.calls, row.workers, draw)
				require.Zero(t, failed)
				assert.LessOrEqual(t, float64(server.requests)/float64(row.calls), row.sent)
				assert.LessOrEqual(t, took.Seconds()/((float64(row.calls)-row.burst)/row.perSecond), row.wall)
				assert.Positive(t, server.throttles)
			})
		})
	}
}

// L3: 1,000 calls at 64 goroutines against 200 a second with a burst of 50.
func TestLearnsThePaceOfABucket(t *testing.T) {
	t.Parallel()
	const calls, perSecond, burst = 1000, 200, 50
	ideal := time.Duration(float64(calls-burst) / perSecond * float64(time.Second))
	for name, headers := range map[string][]string{
		"retry after":         {"Retry-After", "1"},
		"the vendor's period": {ratelimit.VendorState, "SLOW", ratelimit.VendorPeriod, "1"},
		"a period alone":      {ratelimit.VendorPeriod, "1"},
		"both":                {ratelimit.VendorPeriod, "1", "Retry-After", "1"},
		"a spent quota":       {header.Remaining, "0", header.Reset, "1"},
		"neither":             nil,
	} {
		for seed := range uint64(20) { // the even ones: all answers take alike, and come in any order
			t.Run(fmt.Sprintf("%s, seed %d", name, seed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					draw := seeded(seed)
					server := &bucketServer{perSecond: perSecond, burst: burst, headers: headers,
						latency: func() time.Duration { return 5*time.Millisecond + time.Duration(draw()*2e6*float64(seed%2)) }}
					limiter := ratelimit.NewLimiter(ratelimit.WithJitter(draw))
					took, failed := run(t, reading(limiter)(server), calls, 64, draw)
					t.Logf("sent %.3f wall %.3f failed %d", float64(server.requests)/calls, took.Seconds()/ideal.Seconds(), failed)
					require.Zero(t, failed)
					assert.LessOrEqual(t, float64(server.requests)/calls, 1.10)
					assert.LessOrEqual(t, took.Seconds()/ideal.Seconds(), 1.20)
				})
			})
		}
	}
}

// L3: a window of a minute, and a bucket that holds as much as it fills in one.
func TestLearnsThePaceOfAMinute(t *testing.T) {
	t.Parallel()
	const calls, perSecond, burst = 1800, 10, 600
	ideal := time.Duration(float64(calls-burst) / perSecond * float64(time.Second))
	for seed := range uint64(20) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				draw := seeded(seed)
				server := &bucketServer{perSecond: perSecond, burst: burst, headers: []string{ratelimit.VendorPeriod, "60"},
					latency: func() time.Duration { return 5*time.Millisecond + time.Duration(draw()*2e6*float64(seed%2)) }}
				limiter := ratelimit.NewLimiter(ratelimit.WithJitter(draw))
				took, failed := run(t, reading(limiter)(server), calls, 64, draw)
				t.Logf("sent %.3f wall %.3f failed %d", float64(server.requests)/calls, took.Seconds()/ideal.Seconds(), failed)
				require.Zero(t, failed)
				assert.LessOrEqual(t, float64(server.requests)/calls, 1.10)
				assert.LessOrEqual(t, took.Seconds()/ideal.Seconds(), 1.20)
			})
		})
	}
}

package hedge_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A scene is 200 clients of one program, a call a second each, of a server that responds after
// 20 to 30 ms, but to one of twenty requests a second later.
type scene struct {
	requests int
	calls    int
	took     []time.Duration
}

func (s *scene) percentile(p int) time.Duration {
	slices.Sort(s.took)
	return s.took[len(s.took)*p/100]
}

func (s *scene) perCall() float64 { return float64(s.requests) / float64(s.calls) }

func play(t *testing.T, seconds int, layers ...transport.Middleware) (s scene) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		base := transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			draw, _ := req.Context().Value(drawKey{}).(*draws)
			mu.Lock()
			s.requests++
			slow, jitter := draw.Float64() < 0.05, time.Duration(draw.Int64N(int64(10*ms)))
			mu.Unlock()
			if slow {
				jitter += time.Second
			}
			return after(req, 20*ms+jitter, http.StatusOK)
		})
		rt := transport.Chain(base, layers...)
		var wg sync.WaitGroup
		for client := range 200 {
			wg.Go(func() {
				source := &draws{rand.New(rand.NewPCG(1, uint64(client)))}
				ctx := context.WithValue(t.Context(), drawKey{}, source)
				time.Sleep(time.Duration(client) * 5 * ms) // virtual
				for range seconds {
					next := time.Now().Add(time.Second)
					p := send(t, rt, get(t, ctx))
					assert.NoError(t, p.err)
					mu.Lock()
					s.calls++
					s.took = append(s.took, p.took)
					mu.Unlock()
					time.Sleep(time.Until(next)) // virtual
				}
			})
		}
		wg.Wait()
	})
	return s
}

type (
	drawKey struct{}
	draws   struct{ *rand.Rand }
)

// H1: with 5% of requests slow by a second, a hedge after 50 ms brings the 99th percentile
// below 100 ms at no more than 1.10 requests for each call, if the budget has room for the slow
// share; with a budget below it, nothing is gained.
func TestAHedgeShortensTheLongestWaits(t *testing.T) {
	t.Parallel()
	without := func(ratio float64) transport.Middleware {
		return retry.New(retry.WithBudget(layer.NewBudget(ratio, 10, 0)))
	}
	for _, row := range []struct {
		name        string
		layers      []transport.Middleware
		least, most time.Duration // of the 99th percentile
		requests    float64       // for each call, at most
	}{
		{"no hedge", []transport.Middleware{without(0.2)}, time.Second, 1100 * ms, 1},
		{"after 50 ms", []transport.Middleware{without(0.1), hedge.New(hedge.WithDelay(50 * ms))}, 0, 100 * ms, 1.10},
		{"after 50 ms, with the default budget", []transport.Middleware{retry.New(), hedge.New(hedge.WithDelay(50 * ms))}, 0, 100 * ms, 1.10},
		{"a budget of 2%", []transport.Middleware{without(0.02), hedge.New(hedge.WithDelay(50 * ms))}, time.Second, 1100 * ms, 1.03},
		{"after the 90th percentile", []transport.Middleware{without(0.2), hedge.New(hedge.WithPercentile(90, 20, 200*ms))}, 0, 100 * ms, 1.20},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := play(t, 60, row.layers...)
			p99 := s.percentile(99)
			t.Logf("p50 %v, p99 %v, %.3f requests for each call", s.percentile(50), p99, s.perCall())
			assert.Equal(t, 200*60, s.calls)
			assert.GreaterOrEqual(t, p99, row.least)
			assert.LessOrEqual(t, p99, row.most)
			assert.LessOrEqual(t, s.perCall(), row.requests)
		})
	}
}

// The delay follows the response times of the host and route of a request, and not those of
// failures.
func TestTheDelayFollowsThePercentile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		base := &server{}
		status := http.StatusOK
		rt := chain(base, hedge.New(hedge.WithPercentile(90, 10, time.Second), hedge.WithoutBudget()))
		call := func(route string, d time.Duration) (sent int) {
			before, status := len(base.requests()), status
			base.play(func(_ int, req *http.Request) (*http.Response, error) { return after(req, d, status) })
			send(t, rt, get(t, transport.WithRoute(t.Context(), route)))
			return len(base.requests()) - before
		}
		for i := range 9 {
			assert.Equal(t, 1, call("a", time.Duration(i+1)*10*ms), "the fallback is longer")
		}
		assert.Equal(t, 2, call("a", 1001*ms), "the fallback, with too few samples")
		for range 100 { // the 90th percentile of 10 is the ninth
			assert.Equal(t, 1, call("b", 10*ms))
		}
		assert.Equal(t, 1, call("a", 89*ms))
		assert.Equal(t, 2, call("a", 91*ms))
		assert.Equal(t, 2, call("b", 11*ms), "each route has its own")
		status = http.StatusServiceUnavailable
		for range 300 {
			call("b", ms)
		}
		status = http.StatusOK
		assert.Equal(t, 1, call("b", 9*ms), "failures do not count")
		for range 300 {
			call("b", 5*ms)
		}
		assert.Equal(t, 2, call("b", 6*ms), "the last 256 responses count")
	})
}

// The delay does not shrink because of the hedges: a first leg that lost counts as slow, and
// later legs, which win only if they are fast, do not count.
func TestHedgesDoNotShortenTheDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		source := rand.New(rand.NewPCG(1, 2))
		base := &server{script: func(_ int, req *http.Request) (*http.Response, error) {
			mu.Lock()
			d := time.Duration(source.Int64N(int64(100 * ms)))
			mu.Unlock()
			return after(req, d, 200)
		}}
		rt := chain(base, hedge.New(hedge.WithPercentile(80, 20, 50*ms), hedge.WithoutBudget()))
		const calls = 4000
		for range calls {
			require.NoError(t, send(t, rt, get(t, t.Context())).err)
		}
		extra := float64(len(base.requests())-calls) / calls
		t.Logf("%.3f", extra)
		assert.InDelta(t, 0.2, extra, 0.015, "one of five calls")
	})
}

// C10: invalid settings are reported, all of them, and refuse each call with its body closed.
func TestInvalidSettings(t *testing.T) {
	t.Parallel()
	rt := hedge.New(nil, hedge.WithPercentile(100, 0, 0), hedge.WithMaxExtra(-1), hedge.WithBudget(layer.NewBudget(-1, 0, 0)))(&server{script: times(0)})
	err := transport.Check(rt)
	for _, want := range []string{
		"percentile 100 is not between", "0 samples", "fallback 0s", "-1 extra legs is negative", "ratio -1 is negative",
	} {
		require.ErrorContains(t, err, want)
	}
	_, err = rt.RoundTrip(get(t, t.Context()))
	require.ErrorContains(t, err, "hedge:")
}

// A zero is a setting: no wait, or no further leg, or no budget; or an error where it makes no
// sense.
func TestZeroIsNoBoundOrNone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		opt  hedge.Option
		want string // the error; empty if it is valid
	}{
		{"WithDelay", hedge.WithDelay(0), ""},
		{"WithDelay, negative", hedge.WithDelay(-1), "delay -1ns is negative"},
		{"WithPercentile", hedge.WithPercentile(0, 20, 1), "percentile 0 is not"},
		{"WithPercentile, negative", hedge.WithPercentile(-5, 20, 1), "percentile -5 is not"},
		{"WithPercentile, too many samples", hedge.WithPercentile(95, 257, 1), "257 samples"},
		{"WithPercentile, no samples", hedge.WithPercentile(95, 0, 1), "0 samples"},
		{"WithPercentile, no fallback", hedge.WithPercentile(95, 20, 0), "fallback 0s"},
		{"WithPercentile, at the limits", hedge.WithPercentile(99.9, 256, 1), ""},
		{"WithMaxExtra", hedge.WithMaxExtra(0), ""},
		{"WithBudget", hedge.WithBudget(nil), ""},
		{"WithBudget of nothing", hedge.WithBudget(layer.NewBudget(0, 0, 0)), ""},
		{"WithoutBudget", hedge.WithoutBudget(), ""},
		{"Off", hedge.Off(), ""},
	} {
		err := transport.Check(hedge.New(row.opt)(nil))
		if row.want == "" {
			assert.NoError(t, err, row.name)
		} else {
			assert.ErrorContains(t, err, row.want, row.name)
		}
	}
}

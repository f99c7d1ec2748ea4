package faultsim_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

const ms = time.Millisecond

// on runs a scene with both bases.
func on(t *testing.T, script string, scene func(t *testing.T, s *faultsim.Sim)) {
	t.Helper()
	t.Run("function", func(t *testing.T) {
		t.Parallel()
		faultsim.Test(t, script, scene)
	})
	t.Run("wire", func(t *testing.T) {
		t.Parallel()
		faultsim.Test(t, script, func(t *testing.T, s *faultsim.Sim) { scene(t, s.Wire()) })
	})
}

// R14: three minutes in which everything fails, 200 callers, a call a second each.
func TestTheBudgetBoundsAnOutage(t *testing.T) {
	t.Parallel()
	outage := func(t *testing.T, s *faultsim.Sim, wrap func(http.RoundTripper) http.RoundTripper, clients, callers int, d time.Duration) *faultsim.Result {
		t.Helper()
		s.Latency(faultsim.Exp(20*ms, 10*ms))
		r := s.Clients(clients, wrap).Callers(callers).Run(d)
		assert.Equal(t, clients*callers*int(d.Seconds()), r.Calls())
		assert.Equal(t, r.Calls(), r.Failed())
		return r
	}
	bounded := func(t *testing.T, r *faultsim.Result) {
		t.Helper()
		assert.LessOrEqual(t, r.Amplification(), 1.3)
		assert.Greater(t, r.Amplification(), 1.2, "a fifth of the calls, and ten a second")
	}
	faultsim.Test(t, "503", func(t *testing.T, s *faultsim.Sim) {
		none := outage(t, s, nil, 200, 1, time.Minute)
		assert.InDelta(t, 1, none.Amplification(), 0)
		assert.Equal(t, 1, none.MostRequests())
		unbounded := outage(t, s, retry.New(retry.WithoutBudget()), 40, 1, 3*time.Minute)
		assert.InDelta(t, 5.9, unbounded.Amplification(), 0.2)
		assert.Equal(t, 6, unbounded.MostRequests())
		bounded(t, outage(t, s, retry.New(), 1, 200, 3*time.Minute))
		bounded(t, outage(t, s, retry.New(retry.WithBudget(layer.DefaultBudget())), 200, 1, time.Minute))
	})
	faultsim.Test(t, "503", func(t *testing.T, s *faultsim.Sim) { bounded(t, outage(t, s.Wire(), retry.New(), 1, 200, time.Minute)) })
}

// everything is all that a result says.
func everything(r *faultsim.Result) string {
	text := fmt.Sprint(r, r.Timeline(), r.Faults(), r.Peak(100*ms), r.Skipped(), r.Seconds(), r.Seconds("a.example"), r.Seconds("b.example"))
	for p := range 101 {
		text += fmt.Sprintln(r.P(float64(p)))
	}
	return text
}

// R20: two runs with one seed have the same figures, each second, and the same faults, without
// any option of the chain; other seeds have others.
func TestOneSeedHasOneResult(t *testing.T) {
	t.Parallel()
	const script = "10s ok; 30s 503 p=.5 retry-after=2s, reset p=.2, cut p=.1, slow=3s p=.1; 5s refused; 5s dns p=.5; 10s timeout p=.3; ok"
	on(t, script, func(t *testing.T, s *faultsim.Sim) {
		s.Latency(faultsim.LogNormal(20*ms, 400*ms)).Bucket(10, 5)
		s.Host("b.example", "15s ok; 10s 500; ok").Latency(faultsim.Exp(5*ms, 5*ms))
		run := func(seed uint64, opts ...retry.Option) string {
			limiter := ratelimit.NewLimiter()
			opts = append([]retry.Option{retry.WithAttemptTimeout(5 * time.Second), retry.WithWholeBody(1 << 10)}, opts...)
			r := s.Seed(seed).Clients(5, func(base http.RoundTripper) http.RoundTripper {
				rt, err := tripware.NewTransport(tripware.WithBase(base), tripware.WithLimiter(limiter), tripware.WithRetry(opts...))
				require.NoError(t, err)
				return rt
			}).Callers(3).Get("https://a.example/", "http://b.example/x").Run(90 * time.Second)
			found := r.Faults()
			for _, fault := range []string{"ok", "503", "500", "reset", "cut", "slow=3s", "refused", "timeout", "bucket"} {
				assert.Positive(t, found[fault], fault)
			}
			return everything(r)
		}
		one := run(1)
		assert.Equal(t, one, run(1))
		assert.NotEqual(t, one, run(2))
		assert.NotEqual(t, run(3, retry.WithRandom(s.Rand())), run(3), "WithRandom counts before the source of the simulation")
	})
}

// R20: neither what happens at the same time nor the time of day tells two runs apart. Here many calls
// wait for the same instant, and what they compete for decides which of them succeed.
func TestTheSameInstantIsNoRace(t *testing.T) {
	t.Parallel()
	on(t, "ok", func(t *testing.T, s *faultsim.Sim) {
		s.Latency(faultsim.Uniform(10*ms, 10*ms)).Bucket(20, 5, "retry-after=2s")
		run := func() string {
			limiter, budget := ratelimit.NewLimiter(), layer.NewBudget(0.1, 5, 1)
			return everything(s.Clients(30, func(base http.RoundTripper) http.RoundTripper {
				return transport.Chain(base, retry.New(retry.WithBudget(budget), retry.WithBackoff(retry.Constant)), ratelimit.New(limiter), clockwork)
			}).Run(time.Minute))
		}
		first := run()
		for range 3 {
			assert.Equal(t, first, run())
		}
	})
}

// R20: a call that ends just when its caller begins another, since a timeout is as long as
// the intervals, ends before or after that in all runs.
func TestATimeoutMayEndWithAnInterval(t *testing.T) {
	t.Parallel()
	on(t, "timeout p=.5, ok", func(t *testing.T, s *faultsim.Sim) {
		s.Latency(faultsim.Uniform(10*ms, 10*ms))
		wrap := retry.New(retry.WithAttemptTimeout(2*time.Second), retry.WithBackoff(retry.Constant), retry.WithMaxRetries(2))
		run := func() string { return everything(s.Clients(20, wrap).Overlap(2).Run(time.Minute)) }
		first := run()
		for range 3 {
			assert.Equal(t, first, run())
		}
	})
}

// clockwork is a layer whose behavior depends on the time of day.
func clockwork(next http.RoundTripper) http.RoundTripper {
	return transport.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if time.Now().Second()%7 == 0 {
			time.Sleep(time.Until(time.Now().Add(time.Second).Truncate(time.Second)))
		}
		return next.RoundTrip(req)
	})
}

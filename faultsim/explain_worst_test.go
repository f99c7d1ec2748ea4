package faultsim_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
	"github.com/tripware/tripware/transport/redact"
)

// ceilings is a source whose draws are as long as can be.
type ceilings struct{}

func (ceilings) Uint64() uint64 { return math.MaxUint64 }

// A worst is a chain, an outage, and the figures of its explanation that the outage reaches.
type worst struct {
	name      string
	script    string
	handler   func() http.HandlerFunc // nil: the script responds
	opts      func() tripware.Option  // called for each client
	explain   []faultsim.ExplainOption
	redirects bool          // they are followed, and are a part of the call
	latency   time.Duration // 0: that of the others
	callers   int           // of each of two clients
	every     time.Duration // 0: a second
	within    time.Duration // the deadline of a call; 0: none
	run       time.Duration
	loads     func(l *faultsim.Load, d time.Duration) float64 // the bound of the requests; nil: Load.First
	reaches   string                                          // attempts, waits, wait, time, load
}

// A played run is what a run cost: the most of each.
type played struct {
	mu                sync.Mutex
	wait, waits, took time.Duration
	attempts          int
	requests          float64
}

func (c *played) add(call *transport.Call, took time.Duration) {
	var sum, longest time.Duration
	for _, w := range call.Waits() {
		sum, longest = sum+w.For, max(longest, w.For)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits, c.wait, c.took, c.attempts = max(c.waits, sum), max(c.wait, longest), max(c.took, took), max(c.attempts, len(call.Attempts()))
}

// latency is that of the server; the simulation adds up to a millisecond twice.
const latency, slowest = 20 * ms, 22 * ms

func (c *worst) client(t *testing.T, base http.RoundTripper) http.RoundTripper {
	t.Helper()
	rt, err := tripware.NewTransport(tripware.WithBase(base), c.opts())
	require.NoError(t, err)
	return rt
}

// play makes calls, whose waits are drawn from the simulation or are as long as can be.
func (c *worst) play(t *testing.T, s *faultsim.Sim, longest bool) *played {
	t.Helper()
	if c.handler != nil {
		s.Handler(c.handler())
	}
	got := &played{}
	var calls atomic.Int64
	get := func(ctx context.Context, client *http.Client, _ int) error {
		if longest {
			ctx = backoff.WithRandom(ctx, ceilings{})
		}
		if c.within > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, c.within)
			defer cancel()
		}
		ctx, call := transport.Begin(ctx)
		defer call.End()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/", http.NoBody)
		if err != nil {
			return err
		}
		req.Header.Set("X-Call", fmt.Sprint(calls.Add(1)))
		begun := time.Now()
		resp, err := client.Do(req)
		got.add(call, time.Since(begun))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode >= http.StatusMultipleChoices {
			return errors.New(resp.Status)
		}
		return nil
	}
	r := s.Clients(2, func(base http.RoundTripper) http.RoundTripper { return c.client(t, base) }).
		Callers(c.callers).Every(cmp.Or(c.every, time.Second)).Do(get).Run(c.run)
	got.attempts = max(got.attempts, r.MostRequests())
	got.requests = float64(r.Between(0, c.run).Requests())
	return got
}

// figures compares what a run cost with the worst case.
func (c *worst) figures(e faultsim.Explanation, got *played) map[string][2]float64 {
	loads := c.loads
	if loads == nil {
		loads = (*faultsim.Load).First
	}
	return map[string][2]float64{
		"attempts": {float64(got.attempts), float64(e.Attempts * e.Hops)},
		"wait":     {got.wait.Seconds(), e.LongestWait.Seconds()},
		"waits":    {got.waits.Seconds(), e.Waits.Seconds()},
		"time":     {got.took.Seconds(), e.Time.Seconds()},
		"load":     {got.requests, loads(e.Outage, c.run)},
	}
}

// byCall returns a handler that gives the n-th request of a call, counted from 0, the status
// that f returns.
func byCall(f func(n int) int) func() http.HandlerFunc {
	return func() http.HandlerFunc {
		var mu sync.Mutex
		seen := map[string]int{}
		return func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			n := seen[r.Header.Get("X-Call")]
			seen[r.Header.Get("X-Call")]++
			w.Header().Set("Location", "/")
			w.WriteHeader(f(n))
		}
	}
}

func retries(opts ...retry.Option) func() tripware.Option {
	return func() tripware.Option { return tripware.WithRetry(opts...) }
}

// tight is a budget that an outage empties.
func tight() retry.Option { return retry.WithBudget(layer.NewBudget(0.1, 10, 1)) }

func noHint() []faultsim.ExplainOption {
	return []faultsim.ExplainOption{faultsim.WithHint(0), faultsim.WithResponseTime(slowest)}
}

// limited returns options with a limiter of two a second.
func limited(opts ...retry.Option) func() tripware.Option {
	return func() tripware.Option {
		limiter := ratelimit.NewLimiter(ratelimit.WithRate(2, 5), ratelimit.WithMaxWait(5*time.Second))
		return tripware.Options(tripware.WithRetry(opts...), tripware.WithLimiter(limiter))
	}
}

// renewed returns options with a token, which each fetch renews within a second.
func renewed() tripware.Option {
	var n atomic.Int64
	fetch := func(context.Context) (auth.Token, error) {
		time.Sleep(time.Second)
		return auth.Token{Value: redact.NewSecret(fmt.Sprint("t", n.Add(1)))}, nil
	}
	return tripware.WithAuth("https://api.example.com", auth.Refresh(fetch))
}

// check compares the explanation of the chain with runs of 20 seeds, and with one whose draws are
// as long as can be.
func (c *worst) check(t *testing.T) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		t.Parallel()
		faultsim.Test(t, c.script, func(t *testing.T, s *faultsim.Sim) {
			s.Latency(faultsim.Uniform(cmp.Or(c.latency, latency), cmp.Or(c.latency, latency)))
			e := c.explanation(t, s.Base())
			for seed := range uint64(20) {
				for name, figure := range c.figures(e, c.play(t, s.Seed(seed), false)) {
					if name == "load" && c.handler != nil {
						continue // the outage is not one of the server
					}
					assert.LessOrEqual(t, figure[0], figure[1], "%s with seed %d", name, seed)
				}
			}
			for name, figure := range c.figures(e, c.play(t, s, true)) {
				t.Logf("%-8s %8.4g of %8.4g", name, figure[0], figure[1])
				if slices.Contains(strings.Fields(c.reaches), name) {
					assert.LessOrEqual(t, figure[0], figure[1], name)
					assert.GreaterOrEqual(t, figure[0], 0.9*figure[1], "%s with the longest draws", name)
				}
			}
		})
	})
}

func (c *worst) explanation(t *testing.T, base http.RoundTripper) faultsim.Explanation {
	t.Helper()
	load := faultsim.WithLoad(2*float64(c.callers)/cmp.Or(c.every, time.Second).Seconds(), 2)
	opts := append([]faultsim.ExplainOption{load}, c.explain...)
	client := &http.Client{Transport: c.client(t, base)}
	e := faultsim.Explain(client.Transport, opts...)
	if c.redirects {
		e = faultsim.ExplainClient(client, opts...)
	}
	require.Empty(t, e.Unknown)
	return e
}

// R14: what Explain says of a chain holds in every run, and an outage can be that bad.
func TestAnOutageIsNeverWorseThanExplained(t *testing.T) {
	t.Parallel()
	second := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	throttled := func(l *faultsim.Load, d time.Duration) float64 { return l.Throttled * d.Seconds() }
	for _, c := range []worst{
		{
			name: "the defaults", script: "503", opts: retries(), callers: 1, run: 5 * time.Minute,
			explain: noHint(), reaches: "attempts wait waits time load",
		},
		{
			name: "a tight budget", script: "503", callers: 20, run: time.Minute, explain: noHint(), reaches: "load",
			opts: func() tripware.Option { return tripware.WithRetry(tight()) },
		},
		{
			name: "a tight budget and connections that break", script: "reset", callers: 20, run: time.Minute, explain: noHint(), reaches: "load",
			opts: func() tripware.Option { return tripware.WithRetry(tight(), retry.WithBackoff(retry.Decorrelated)) },
		},
		{
			name: "throttling", script: "429 retry-after=5s", callers: 1, run: 10 * time.Minute, loads: throttled,
			opts:    func() tripware.Option { return tripware.WithRetry(tight()) },
			explain: []faultsim.ExplainOption{faultsim.WithHint(5 * time.Second), faultsim.WithResponseTime(slowest)},
			reaches: "attempts wait waits time load",
		},
		{
			name: "a limiter", script: "503", opts: limited(), callers: 10, run: time.Minute, explain: noHint(), reaches: "load",
		},
		{
			name: "a limiter without retries", script: "503", opts: limited(retry.Off()), callers: 10, run: time.Minute, explain: noHint(),
			reaches: "attempts wait waits time load",
		},
		{
			name: "no response", script: "timeout", opts: retries(retry.WithAttemptTimeout(2 * time.Second)), callers: 1, run: 2 * time.Minute,
			explain: []faultsim.ExplainOption{faultsim.WithHint(0)}, reaches: "attempts wait waits time",
		},
		{
			name: "a call timeout", script: "timeout", callers: 2, run: time.Minute,
			opts:    retries(retry.WithAttemptTimeout(2*time.Second), retry.WithCallTimeout(14*time.Second)),
			explain: []faultsim.ExplainOption{faultsim.WithHint(0)}, reaches: "time",
		},
		{
			name: "a deadline", script: "timeout", callers: 2, run: time.Minute, within: second(8.5),
			opts:    retries(retry.WithAttemptTimeout(2 * time.Second)),
			explain: []faultsim.ExplainOption{faultsim.WithDeadline(second(8.5))}, reaches: "time",
		},
		{
			name: "a limit of the time for retries", script: "timeout", callers: 2, run: time.Minute,
			opts: retries(retry.WithMaxElapsed(32*time.Second), retry.WithMaxRetries(20), retry.WithMaxDelay(4*time.Second),
				retry.WithAttemptTimeout(2*time.Second), retry.WithoutBudget()),
			explain: []faultsim.ExplainOption{faultsim.WithHint(0)}, reaches: "time",
		},
		{
			name: "hints", script: "503 retry-after=5s", opts: retries(retry.WithBackoff(retry.EqualJitter)), callers: 1, run: 2 * time.Minute,
			explain: []faultsim.ExplainOption{faultsim.WithHint(5 * time.Second), faultsim.WithResponseTime(slowest)},
			reaches: "attempts wait waits time",
		},
		{
			name: "hints that are shortened", script: "503 retry-after=20s", opts: retries(retry.WithClampedHint(3 * time.Second)), callers: 1,
			run: 2 * time.Minute, explain: []faultsim.ExplainOption{faultsim.WithResponseTime(slowest), faultsim.WithHint(20 * time.Second)},
			reaches: "attempts wait waits time",
		},
		{
			name: "hints that are longer than the backoff", script: "429 retry-after=25s", callers: 1, run: 2 * time.Minute,
			opts:    retries(retry.WithBaseDelay(100*ms), retry.WithMaxRetries(2)),
			explain: []faultsim.ExplainOption{faultsim.WithHint(25 * time.Second), faultsim.WithResponseTime(slowest)},
			reaches: "attempts wait waits time",
		},
		{
			name: "any hints", callers: 10, run: 3 * time.Minute, opts: limited(retry.WithMaxRetries(10)),
			script:  "503 p=.2 retry-after=20s, 429 p=.2 retry-after=29s, 503 p=.1 retry-after=40s, 429 p=.2 x-ratelimit-remaining=0 x-ratelimit-reset=10s, 500",
			explain: []faultsim.ExplainOption{faultsim.WithResponseTime(slowest)},
		},
		{
			name: "a new token", script: "ok", opts: renewed, callers: 1, every: 2 * time.Minute, run: 10 * time.Minute, reaches: "attempts",
			handler: byCall(func(n int) int { return map[bool]int{true: 401, false: 503}[n == 0] }), explain: noHint(),
		},
		{
			name: "a new token without retries", script: "ok", callers: 1, every: 2 * time.Minute, run: 10 * time.Minute, reaches: "attempts",
			opts:    func() tripware.Option { return tripware.Options(renewed(), tripware.WithRetry(retry.Off())) },
			handler: byCall(func(n int) int { return map[bool]int{true: 401, false: 503}[n == 0] }), explain: noHint(),
		},
		{
			name: "redirects", redirects: true, script: "ok", opts: retries(retry.WithMaxRetries(3)), callers: 1, every: 2 * time.Minute, run: 4 * time.Minute,
			handler: byCall(func(n int) int { return map[bool]int{true: 302, false: 503}[n%4 == 3] }), explain: noHint(),
			reaches: "attempts waits time",
		},
	} {
		c.check(t)
	}
}

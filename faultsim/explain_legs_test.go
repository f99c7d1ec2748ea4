package faultsim_test

import (
	"testing"
	"time"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/faultsim"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
)

func hedged(opts []hedge.Option, policy ...retry.Option) func() tripware.Option {
	return func() tripware.Option {
		return tripware.Options(tripware.WithRetry(policy...), tripware.WithHedge(opts...))
	}
}

// R14, H1: the legs of a hedge, and permits of a bulkhead.
func TestLegsAndPermitsAreExplained(t *testing.T) {
	t.Parallel()
	for _, c := range []worst{
		{
			name: "a hedge", script: "timeout", opts: hedged([]hedge.Option{hedge.WithDelay(500 * ms), hedge.WithMaxExtra(2)}, retry.WithAttemptTimeout(2*time.Second)),
			callers: 1, run: 3 * time.Minute, explain: []faultsim.ExplainOption{faultsim.WithHint(0)}, reaches: "attempts wait waits time",
		},
		{
			name: "a hedge that shares a tight budget", script: "timeout", callers: 20, run: time.Minute, reaches: "load",
			opts: func() tripware.Option {
				return hedged([]hedge.Option{hedge.WithDelay(500 * ms)}, tight(), retry.WithAttemptTimeout(2*time.Second))()
			},
		},
		{
			name: "a hedge with a budget of its own", script: "500", latency: 3 * time.Second, callers: 20, run: time.Minute, reaches: "attempts time load",
			opts: func() tripware.Option {
				return hedged([]hedge.Option{hedge.WithDelay(500 * ms), hedge.WithBudget(layer.NewBudget(.1, 10, 0))}, retry.Off())()
			},
			explain: []faultsim.ExplainOption{faultsim.WithResponseTime(3*time.Second + 2*ms)},
		},
		{
			name: "a bulkhead", script: "timeout", callers: 5, run: time.Minute, reaches: "attempts wait waits time",
			opts: func() tripware.Option {
				return tripware.Options(tripware.WithBulkhead(bulkhead.NewBulkhead(1, bulkhead.WithMaxWait(5*time.Second))),
					tripware.WithRetry(retry.WithMaxRetries(0), retry.WithAttemptTimeout(2*time.Second)))
			},
		},
	} {
		c.check(t)
	}
}

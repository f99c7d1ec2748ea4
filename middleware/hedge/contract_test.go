package hedge_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
)

// C1 to C8, H1: the contract of a RoundTripper holds for a hedge alone, and in a chain.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		wrap  func(base http.RoundTripper) http.RoundTripper
		extra int
		more  []rttest.Option
	}{
		{"alone", func(base http.RoundTripper) http.RoundTripper {
			return hedge.New(hedge.WithDelay(20*ms), hedge.WithoutBudget())(base)
		}, 1, nil},
		{"two extra legs", func(base http.RoundTripper) http.RoundTripper {
			return hedge.New(hedge.WithDelay(20*ms), hedge.WithMaxExtra(2), hedge.WithoutBudget())(base)
		}, 2, nil},
		{"in a chain", func(base http.RoundTripper) http.RoundTripper {
			return transport.Chain(base, transport.Identity(),
				retry.New(retry.WithMaxRetries(0)), hedge.New(hedge.WithDelay(20*ms), hedge.WithoutBudget()), ratelimit.New(nil))
		}, 1, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			rttest.Run(t, row.wrap, append(row.more, rttest.Unwraps(), rttest.Guards(), rttest.Hedges(rttest.Hedge{After: 20 * ms, Max: row.extra}))...)
		})
	}
}

// C2, R3: a retry loop keeps its promises above a hedge.
func TestARetryLoopAboveAHedge(t *testing.T) {
	t.Parallel()
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
		return transport.Chain(base, retry.New(retry.WithMaxRetries(3), retry.WithMaxDelay(2*time.Second), retry.WithMaxElapsed(0), retry.WithoutBudget()),
			hedge.New(hedge.WithDelay(time.Hour)))
	}, rttest.Unwraps(), rttest.Guards(), rttest.Retries(rttest.Retry{Max: 3, MaxWait: 4 * time.Second, Errors: true, Hints: true, Key: "Idempotency-Key"}))
}

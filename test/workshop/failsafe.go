package workshop

import (
	"net/http"

	failsafego "github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/budget"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"
	"github.com/failsafe-go/failsafe-go/timeout"
)

// failsafe has the retry policy outside of the breaker, and the timeout inside, as its documents
// show.
func failsafe() peer {
	return peer{
		name: "failsafe-go v0.9.8",
		breaker: func(base http.RoundTripper, retries int) call {
			b := circuitbreaker.NewBuilder[*http.Response]().
				HandleIf(failed).
				WithFailureRateThreshold(tripRatio, tripSamples, tripWindow).
				WithDelay(openTime).
				WithSuccessThreshold(probes).
				Build()
			policies := []failsafego.Policy[*http.Response]{b, timeout.New[*http.Response](attemptTimeout)}
			if retries > 0 {
				r := failsafehttp.NewRetryPolicyBuilder().
					WithMaxRetries(retries).
					WithBackoff(firstWait, maxWait).
					WithJitterFactor(0.5).
					ReturnLastFailure().
					Build()
				policies = append([]failsafego.Policy[*http.Response]{r}, policies...)
			}
			return through(&http.Client{Transport: failsafehttp.NewRoundTripper(base, policies...)}, nil)
		},
		hedge: func(base http.RoundTripper) call {
			h := hedgepolicy.NewBuilderWithDelay[*http.Response](hedgeDelay).
				WithMaxHedges(1).
				WithBudget(budget.NewBuilder().WithMaxRate(hedgeBudget).Build()).
				Build()
			return through(&http.Client{Transport: failsafehttp.NewRoundTripper(base, h)}, nil)
		},
	}
}

func failed(resp *http.Response, err error) bool {
	return err != nil || resp != nil && resp.StatusCode >= http.StatusInternalServerError
}

package bench

import (
	"net/http"

	failsafego "github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
)

// failsafeTransport has no hooks that see the request. A listener reads and
// closes the responses that are dropped, which it does not do by itself. Its
// default delay function follows Retry-After.
//
//nolint:bodyclose // the linter takes each type with a response in it for a response
func failsafeTransport() Contestant {
	retrying := func(base http.RoundTripper, p Policy) (Client, error) {
		return above(failsafehttp.NewRoundTripper(base, failsafePolicy(p))), nil
	}
	return Contestant{
		Name: "failsafe-go", Module: "github.com/failsafe-go/failsafe-go",
		Setup: "failsafehttp.NewRoundTripper with a retry policy of WithBackoff, ReturnLastFailure, and a listener that closes " +
			"dropped responses; full: a round tripper below it",
		Retry: retrying,
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			return retrying(carried(base), p)
		},
		Shipped: func(string) (Client, error) {
			transport, err := freshDefault()
			return above(failsafehttp.NewRoundTripper(transport, failsafehttp.NewRetryPolicyBuilder().Build())), err
		},
	}
}

//nolint:bodyclose // the same: responses are closed by the listener and by finish
func failsafePolicy(p Policy) failsafego.Policy[*http.Response] {
	builder := failsafehttp.NewRetryPolicyBuilder().WithMaxRetries(p.Max)
	if p.First > 0 {
		const half = 0.5
		builder = builder.WithBackoff(p.First, p.Most).WithJitterFactor(half)
	}
	return builder.
		OnRetryScheduled(func(e failsafego.ExecutionScheduledEvent[*http.Response]) {
			if resp := e.LastResult(); resp != nil {
				_, _ = finish(resp, nil)
			}
		}).
		ReturnLastFailure().
		Build()
}

package bench

import (
	"net/http"

	failsafego "github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
)

// failsafeTransport has no hooks that see the request. It does not close the
// responses that it drops, so a listener does. Its default delay function follows
// Retry-After.
//
//nolint:bodyclose // the linter takes every type with a response in it for a response
func failsafeTransport() contestant {
	retrying := func(base http.RoundTripper, p policy) (client, error) {
		return above(failsafehttp.NewRoundTripper(base, failsafePolicy(p))), nil
	}
	return contestant{
		name: "failsafe-go", module: "github.com/failsafe-go/failsafe-go",
		setup: "failsafehttp.NewRoundTripper with a retry policy of WithBackoff, ReturnLastFailure, and a listener that closes " +
			"dropped responses; full: a round tripper below it",
		retry: retrying,
		full: func(base http.RoundTripper, p policy) (client, error) {
			return retrying(carrying(base), p)
		},
		shipped: func(string) (client, error) {
			transport, err := freshDefault()
			return above(failsafehttp.NewRoundTripper(transport, failsafehttp.NewRetryPolicyBuilder().Build())), err
		},
	}
}

//nolint:bodyclose // the same: responses are closed by the listener and by finish
func failsafePolicy(p policy) failsafego.Policy[*http.Response] {
	builder := failsafehttp.NewRetryPolicyBuilder().WithMaxRetries(p.max)
	if p.first > 0 {
		const half = 0.5
		builder = builder.WithBackoff(p.first, p.most).WithJitterFactor(half)
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

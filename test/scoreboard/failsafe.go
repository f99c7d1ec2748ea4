package scoreboard

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	failsafego "github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/failsafehttp"
	"github.com/failsafe-go/failsafe-go/hedgepolicy"

	"github.com/tripware/tripware/rttest"
)

// ReturnLastFailure returns the last response, where an error would replace it. The
// caller's deadline ends the retries, as a cancellation does by default. So does an
// untrusted certificate, which the default policy recognizes only in the error of a
// client. A listener closes dropped responses without reading them, since a body may
// be endless or stalled. The delay function would follow a Retry-After of any length,
// so it is bounded here. The policy has no access to the request after an error, so
// it does not consider methods.
func failsafe() Peer {
	return Peer{
		Name: "failsafe-go failsafehttp", Module: "github.com/failsafe-go/failsafe-go", Kind: KindRetry,
		Settings: "NewRetryPolicyBuilder with WithMaxRetries, WithBackoff, ReturnLastFailure; AbortOnErrors for the context's errors, " +
			"AbortOnErrorTypes for a certificate's; OnRetryScheduled closes the dropped response; DelayFunc, cut at the longest wait.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return failsafehttp.NewRoundTripper(base, failsafePolicy())
		},
		Claims: []rttest.Option{rttest.Retries(rttest.Retry{
			Max: maxRetries, MaxWait: maxWait, Statuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests},
			Methods: anyMethod(), Errors: true, Hints: true,
		})},
	}
}

func failsafePolicy() failsafego.Policy[*http.Response] {
	return failsafehttp.NewRetryPolicyBuilder().
		WithMaxRetries(maxRetries).
		WithBackoff(firstWait, maxWait).
		WithDelayFunc(failsafeDelay).
		AbortOnErrors(context.DeadlineExceeded).
		AbortOnErrorTypes(&tls.CertificateVerificationError{}).
		OnRetryScheduled(func(e failsafego.ExecutionScheduledEvent[*http.Response]) {
			if resp := e.LastResult(); resp != nil {
				_ = resp.Body.Close()
			}
		}).
		ReturnLastFailure().
		Build()
}

// With CancelIf a response that has failed does not win, but then the body of a response that was
// dropped is not closed, which fails more checks. The policy has no access to the request, so it
// hedges every method.
func failsafeHedge() Peer {
	return Peer{
		Name: "failsafe-go hedge", Module: "github.com/failsafe-go/failsafe-go", Kind: KindHedge,
		Settings: "NewWithDelay of 100ms, with one hedge, which is the default.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return failsafehttp.NewRoundTripper(base, hedgepolicy.NewWithDelay[*http.Response](hedgeDelay))
		},
		Claims: []rttest.Option{oneHedge()},
	}
}

// Each decorator has its own breaker, which opens after five failures in a row.
func failsafeBreaker() Peer {
	return Peer{
		Name: "failsafe-go circuit breaker", Module: "github.com/failsafe-go/failsafe-go", Kind: KindOther,
		Settings: "NewBuilder with WithFailureThreshold 5, WithDelay, and HandleIf for errors and 5xx.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return failsafehttp.NewRoundTripper(base, circuitbreaker.NewBuilder[*http.Response]().
				WithFailureThreshold(5).
				WithDelay(maxWait).
				HandleIf(func(resp *http.Response, err error) bool {
					return err != nil || resp != nil && resp.StatusCode >= http.StatusInternalServerError
				}).
				Build())
		},
		Claims: []rttest.Option{rttest.Answers()},
	}
}

func failsafeDelay(exec failsafego.ExecutionAttempt[*http.Response]) time.Duration {
	const none = -1 // use the backoff
	wait := failsafehttp.DelayFunc(exec)
	if wait > maxWait || wait < none {
		return maxWait
	}
	return wait
}

package scoreboard

import (
	"net/http"

	"github.com/PuerkitoBio/rehttp"

	"github.com/tripware/tripware/rttest"
)

// Only errors that are temporary are retried: with a function that retries all errors,
// a canceled call would not return the context's error. A broken connection is not
// temporary, so retrying it is not claimed. The delay functions ignore Retry-After.
func rehttpPeer() Peer {
	return Peer{
		Name: "rehttp", Module: "github.com/PuerkitoBio/rehttp", Kind: KindRetry,
		Settings: "RetryAll of RetryMaxRetries, RetryHTTPMethods (the idempotent ones) and RetryAny of " +
			"RetryStatuses and RetryTemporaryErr; ExpJitterDelay.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return rehttp.NewTransport(base, rehttp.RetryAll(
				rehttp.RetryMaxRetries(maxRetries),
				rehttp.RetryHTTPMethods(idempotent()...),
				rehttp.RetryAny(
					rehttp.RetryStatuses(http.StatusTooManyRequests, http.StatusServiceUnavailable),
					rehttp.RetryTemporaryErr(),
				),
			), rehttp.ExpJitterDelay(firstWait, maxWait))
		},
		Claims: []rttest.Option{rttest.Retries(rttest.Retry{
			Max: maxRetries, MaxWait: maxWait, Statuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests},
		})},
	}
}

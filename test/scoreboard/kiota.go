package scoreboard

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	nethttplibrary "github.com/microsoft/kiota-http-go"

	"github.com/tripware/tripware/rttest"
)

// Of the middlewares only the retry handler is put up. ShouldRetry, which decides
// on each retry, holds it to idempotent methods, and lets a call end whose server
// asks for a longer wait than is claimed: the handler has no bound of its own. A
// delay is one second at least, doubled for each retry, with up to a second of
// jitter: 3s before the second. It does not retry errors.
func kiota() Peer {
	return Peer{
		Name: "kiota-http-go RetryHandler", Module: "github.com/microsoft/kiota-http-go", Kind: KindRetry,
		Settings: "NewCustomTransportWithParentTransport with the RetryHandler alone; DelaySeconds 1 (the least); " +
			"ShouldRetry for idempotent methods and a Retry-After that is not too long.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return nethttplibrary.NewCustomTransportWithParentTransport(base,
				nethttplibrary.NewRetryHandlerWithOptions(nethttplibrary.RetryHandlerOptions{
					MaxRetries: maxRetries, DelaySeconds: 1,
					ShouldRetry: func(_ time.Duration, _ int, req *http.Request, resp *http.Response) bool {
						seconds, err := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64)
						return slices.Contains(idempotent(), req.Method) && (err != nil || seconds <= maxWait.Seconds())
					},
				}))
		},
		Claims: []rttest.Option{rttest.Retries(rttest.Retry{
			Max: maxRetries, MaxWait: maxWait, Statuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests},
			Hints: true,
		})},
	}
}

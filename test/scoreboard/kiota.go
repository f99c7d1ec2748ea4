package scoreboard

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	nethttplibrary "github.com/microsoft/kiota-http-go"

	"github.com/tripware/tripware/rttest"
)

// The retry handler is the only middleware used. ShouldRetry, which decides about each
// retry, allows only idempotent methods, and ends a call whose server asks for a
// longer wait than is claimed, because the handler does not bound it. A delay is at
// least one second and doubles with each retry, with up to a second of jitter: up to
// 3s before the second. The handler does not retry errors.
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

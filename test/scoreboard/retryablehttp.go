package scoreboard

import (
	"net/http"
	"time"

	hashicorp "github.com/hashicorp/go-retryablehttp"

	"github.com/tripware/tripware/rttest"
)

// The module is a client with a RoundTripper around it. The inner client returns
// redirects, as a RoundTripper should, and does not log. The default error handler
// drops the last response; PassthroughErrorHandler returns it. The default backoff
// would follow a Retry-After of any length, so it is bounded here. The function that
// decides about retries has no access to the request after an error, so it stays the
// default, which does not consider methods.
func retryablehttp() Peer {
	return Peer{
		Name: "go-retryablehttp", Module: "github.com/hashicorp/go-retryablehttp", Kind: KindRetry,
		Settings: "RoundTripper around a client that returns redirects; PassthroughErrorHandler; " +
			"DefaultBackoff, cut at RetryWaitMax; no logger.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			client := hashicorp.NewClient()
			client.HTTPClient = &http.Client{Transport: base, CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse
			}}
			client.Logger = nil
			client.RetryMax, client.RetryWaitMin, client.RetryWaitMax = maxRetries, firstWait, maxWait
			client.ErrorHandler = hashicorp.PassthroughErrorHandler
			client.Backoff = func(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
				wait := hashicorp.DefaultBackoff(least, most, attempt, resp)
				if wait < 0 || wait > most {
					return most
				}
				return wait
			}
			return client.StandardClient().Transport
		},
		Claims: []rttest.Option{rttest.Retries(rttest.Retry{
			Max: maxRetries, MaxWait: maxWait, Statuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests},
			Methods: anyMethod(), Errors: true, Hints: true,
		})},
	}
}

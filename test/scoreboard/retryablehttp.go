package scoreboard

import (
	"net/http"
	"time"

	hashicorp "github.com/hashicorp/go-retryablehttp"

	"github.com/tripware/tripware/rttest"
)

// The module is a client with a RoundTripper around it. The client inside
// returns redirects, as a RoundTripper should, and its log is off. Under the
// default error handler the last response is lost; the other one passes it on.
// The default backoff follows a Retry-After without a bound, so that it gets
// one here. The function that decides on retries sees no request beside an
// error: it stays the default, which does not look at methods.
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

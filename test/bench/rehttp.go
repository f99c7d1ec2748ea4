package bench

import (
	"net/http"

	"github.com/PuerkitoBio/rehttp"
)

// rehttpTransport has no hooks, and its delay functions do not look at what a
// server asks for.
func rehttpTransport() Contestant {
	retrying := func(base http.RoundTripper, p Policy) (Client, error) {
		delay := rehttp.ConstDelay(0)
		if p.First > 0 {
			delay = rehttp.ExpJitterDelay(p.First, p.Most)
		}
		return above(rehttp.NewTransport(base, rehttp.RetryAll(
			rehttp.RetryMaxRetries(p.Max),
			rehttp.RetryAny(rehttp.RetryStatuses(http.StatusTooManyRequests, http.StatusServiceUnavailable), rehttp.RetryTemporaryErr()),
		), delay)), nil
	}
	return Contestant{
		Name: "rehttp", Module: "github.com/PuerkitoBio/rehttp",
		Setup: "NewTransport with RetryMaxRetries, RetryStatuses and ExpJitterDelay; full: a round tripper below it",
		Retry: retrying,
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			return retrying(carried(base), p)
		},
		Shipped: func(string) (Client, error) {
			transport, err := freshDefault()
			client, _ := retrying(transport, noWaits())
			return client, err
		},
	}
}

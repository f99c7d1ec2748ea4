package bench

import (
	"net/http"

	"github.com/PuerkitoBio/rehttp"
)

// rehttpTransport has no hooks, and its delay functions do not follow the
// server's hints.
func rehttpTransport() contestant {
	retrying := func(base http.RoundTripper, p policy) (client, error) {
		delay := rehttp.ConstDelay(0)
		if p.first > 0 {
			delay = rehttp.ExpJitterDelay(p.first, p.most)
		}
		return above(rehttp.NewTransport(base, rehttp.RetryAll(
			rehttp.RetryMaxRetries(p.max),
			rehttp.RetryAny(rehttp.RetryStatuses(http.StatusTooManyRequests, http.StatusServiceUnavailable), rehttp.RetryTemporaryErr()),
		), delay)), nil
	}
	return contestant{
		name: nameRehttp, module: "github.com/PuerkitoBio/rehttp",
		setup: "NewTransport with RetryMaxRetries, RetryStatuses and ExpJitterDelay; full: a round tripper below it",
		retry: retrying,
		full: func(base http.RoundTripper, p policy) (client, error) {
			return retrying(carrying(base), p)
		},
		shipped: func(string) (client, error) {
			transport, err := freshDefault()
			sender, _ := retrying(transport, noWaits())
			return sender, err
		},
	}
}

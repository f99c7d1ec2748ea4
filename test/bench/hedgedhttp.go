package bench

import (
	"net/http"
	"time"

	"github.com/cristalhq/hedgedhttp"
)

// hedgedTransport sends a request again when the answer takes longer than
// hedgeAfter, which no answer here does. It does not look at statuses.
func hedgedTransport() Contestant {
	const requests, hedgeAfter = 2, 10 * time.Second
	hedging := func(base http.RoundTripper, _ Policy) (Client, error) {
		rt, err := hedgedhttp.NewRoundTripper(hedgeAfter, requests, base)
		return above(rt), err
	}
	return Contestant{
		Name: "hedgedhttp", Module: "github.com/cristalhq/hedgedhttp", Hedges: true,
		Setup: "NewRoundTripper with two requests at most, 1s apart; full: a round tripper below it; it retries no answer",
		Retry: hedging,
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			return hedging(carried(base), p)
		},
		Shipped: func(string) (Client, error) {
			transport, err := freshDefault()
			if err != nil {
				return Client{}, err
			}
			return hedging(transport, Policy{})
		},
	}
}

package workshop

import (
	"context"
	"io"
	"net/http"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/contrib/breaker"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport/layer"
)

func ours() peer {
	return peer{
		name: "tripware",
		breaker: func(base http.RoundTripper, retries int) call {
			return through(tripware.New(tripware.WithBase(base), breaker.With(
				breaker.WithTrip(tripRatio, tripSamples, tripWindow), breaker.WithOpen(openTime, 0),
				breaker.WithProbes(probes), breaker.WithLogger(nil),
			), policy(retries)))
		},
		hedge: func(base http.RoundTripper) call {
			return through(tripware.New(tripware.WithBase(base), policy(0), tripware.WithHedge(
				hedge.WithDelay(hedgeDelay), hedge.WithBudget(layer.NewBudget(hedgeBudget, 100, 0)))))
		},
	}
}

// none is a client with the retries of this module, and neither a breaker nor a hedge.
func none() peer {
	return peer{
		name: "neither (tripware's retries)",
		breaker: func(base http.RoundTripper, retries int) call {
			return through(tripware.New(tripware.WithBase(base), policy(retries)))
		},
		hedge: func(base http.RoundTripper) call { return through(tripware.New(tripware.WithBase(base), policy(0))) },
	}
}

func policy(retries int) tripware.Option {
	return tripware.WithRetry(retry.WithMaxRetries(retries), retry.WithAttemptTimeout(attemptTimeout))
}

// through returns the calls of a client.
func through(c *http.Client, err error) call {
	if err != nil {
		panic(err)
	}
	return func(ctx context.Context, url string) result {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return result{err: err}
		}
		resp, err := c.Do(req)
		if err != nil {
			return result{err: err}
		}
		defer resp.Body.Close()
		n, err := io.Copy(io.Discard, resp.Body)
		return result{resp.StatusCode, n, err}
	}
}

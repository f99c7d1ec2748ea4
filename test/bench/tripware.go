package bench

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

const ourModule = "github.com/tripware/tripware"

// ours is the standing chain. Its metrics have publishers without observers, its
// log is a logger that is switched off.
func ours() contestant {
	return contestant{
		name: nameOurs, module: ourModule,
		setup: "tripware.New with key, publishers and a logger that is switched off; retry only: retry.New inside transport.Chain",
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return above(transport.Chain(base, retry.New(ourPolicy(p)...))), nil
		},
		full: func(base http.RoundTripper, p policy) (client, error) {
			return chain(base, p, tripware.WithLogger(silent()))
		},
		shipped: func(string) (client, error) {
			own, err := tripware.New()
			return standard(own), err
		},
	}
}

// around is the retry layer without a chain, and so without a record of the call.
func around() contestant {
	return contestant{
		name: nameAround, module: ourModule,
		retry: func(base http.RoundTripper, p policy) (client, error) {
			return above(retry.New(ourPolicy(p)...)(base)), nil
		},
	}
}

// logged is the full chain with a log.
func logged() contestant {
	return contestant{
		name: nameLogged, module: ourModule,
		full: func(base http.RoundTripper, p policy) (client, error) {
			handler := slog.NewJSONHandler(io.Discard, nil) //nolint:sloglint // its work is what is measured
			return chain(base, p, tripware.WithLogger(slog.New(handler)))
		},
	}
}

// observed is the full chain with an observer on each of its three channels.
func observed() contestant {
	return contestant{
		name: nameObserved, module: ourModule,
		full: func(base http.RoundTripper, p policy) (client, error) {
			publishers := metrics.NewPublishers()
			nothing := metrics.ObserverFunc(func(context.Context, metrics.Event) {})
			for _, channel := range []*metrics.Publisher{publishers.API, publishers.HTTP, publishers.SDK} {
				channel.Subscribe(nothing)
			}
			return chain(base, p, tripware.WithLogger(silent()), tripware.WithMetrics(publishers))
		},
	}
}

// limited is the full chain with a limiter that has no rate and learns from the server.
func limited(base http.RoundTripper, p policy) (client, error) {
	return chain(base, p, tripware.WithLogger(silent()), tripware.WithLimiter(ratelimit.NewLimiter()))
}

// chain makes a client with the standing chain.
func chain(base http.RoundTripper, p policy, opts ...tripware.Option) (client, error) {
	own, err := newChain(base, p, opts...)
	return standard(own), err
}

func newChain(base http.RoundTripper, p policy, opts ...tripware.Option) (*http.Client, error) {
	return tripware.New(append([]tripware.Option{
		tripware.WithBase(base),
		tripware.WithRetry(ourPolicy(p)...),
		tripware.WithIdentity(transport.WithUserAgent(userAgent)),
		tripware.WithMetrics(metrics.NewPublishers()),
		tripware.WithAuth(cmp.Or(p.origin, memoryOrigin), auth.Key("GenieKey", redact.NewSecret(apiKey))),
	}, opts...)...)
}

// ourPolicy keeps the default budget unless it would end the retries: it is part
// of what a call costs.
func ourPolicy(p policy) []retry.Option {
	opts := []retry.Option{retry.WithMaxRetries(p.max), retry.WithBaseDelay(p.first)}
	if p.most > 0 {
		opts = append(opts, retry.WithMaxDelay(p.most))
	}
	if p.always {
		opts = append(opts, retry.WithoutBudget(), retry.WithAnyMethodOnStatus())
	}
	return opts
}

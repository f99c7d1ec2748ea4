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

// ourPolicy keeps the default budget where it can: it is part of what a call costs.
func ourPolicy(p Policy) []retry.Option {
	opts := []retry.Option{retry.WithMaxRetries(p.Max), retry.WithBaseDelay(p.First)}
	if p.Most > 0 {
		opts = append(opts, retry.WithMaxDelay(p.Most))
	}
	if p.Endless {
		opts = append(opts, retry.WithoutBudget())
	}
	return opts
}

// tripwareChain is the standing chain. Its metrics have publishers that nobody
// observes, its log is a logger whose handler is switched off.
func tripwareChain() Contestant {
	return Contestant{
		Name: nameChain, Module: ourModule,
		Setup: "tripware.New with key, publishers and a logger that is switched off; retry alone is retry.New inside transport.Chain",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return above(transport.Chain(base, retry.New(ourPolicy(p)...))), nil
		},
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			return chain(base, p, tripware.WithLogger(silent()))
		},
		Shipped: func(string) (Client, error) {
			client, err := tripware.New()
			return standard(client), err
		},
	}
}

// lone is the retry layer without a chain, and so without a record.
func lone() Contestant {
	return Contestant{
		Name: nameLone, Module: ourModule, Setup: "retry.New put on the base itself",
		Retry: func(base http.RoundTripper, p Policy) (Client, error) {
			return above(retry.New(ourPolicy(p)...)(base)), nil
		},
	}
}

// logged is the full chain with its log on.
func logged() Contestant {
	return Contestant{
		Name: nameLogged, Module: ourModule, Setup: "the same, and a slog.JSONHandler that writes to io.Discard",
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			handler := slog.NewJSONHandler(io.Discard, nil) //nolint:sloglint // it has to do its work
			return chain(base, p, tripware.WithLogger(slog.New(handler)))
		},
	}
}

// observed is the full chain with an observer on each of its three channels.
func observed() Contestant {
	return Contestant{
		Name: nameObserved, Module: ourModule, Setup: "the same, and an observer that does nothing on each channel of metrics",
		Full: func(base http.RoundTripper, p Policy) (Client, error) {
			publishers := metrics.NewPublishers()
			nothing := metrics.ObserverFunc(func(context.Context, metrics.Event) {})
			for _, channel := range []*metrics.Publisher{publishers.API, publishers.HTTP, publishers.SDK} {
				channel.Subscribe(nothing)
			}
			return chain(base, p, tripware.WithLogger(silent()), tripware.WithMetrics(publishers))
		},
	}
}

// learning is the full chain with a limiter that learns.
func learning(base http.RoundTripper, p Policy) (Client, error) {
	return chain(base, p, tripware.WithLimiter(ratelimit.NewLimiter()))
}

// chain builds the standing chain for any origin that a subject uses.
func chain(base http.RoundTripper, p Policy, opts ...tripware.Option) (Client, error) {
	client, err := chained(base, p, opts...)
	return standard(client), err
}

func chained(base http.RoundTripper, p Policy, opts ...tripware.Option) (*http.Client, error) {
	standing := []tripware.Option{
		tripware.WithBase(base),
		tripware.WithRetry(ourPolicy(p)...),
		tripware.WithIdentity(transport.WithUserAgent(userAgent)),
		tripware.WithMetrics(metrics.NewPublishers()),
		tripware.WithAuth(cmp.Or(p.Origin, memoryOrigin), auth.Key("GenieKey", redact.NewSecret(apiKey))),
	}
	return tripware.New(append(standing, opts...)...)
}

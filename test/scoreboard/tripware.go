package scoreboard

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/redact"
)

const ourModule = "github.com/tripware/tripware"

func ourPolicy() []retry.Option {
	return []retry.Option{retry.WithMaxRetries(maxRetries), retry.WithBaseDelay(firstWait), retry.WithMaxDelay(maxWait)}
}

func ourRetries() rttest.Option {
	return rttest.Retries(rttest.Retry{
		Max: maxRetries, MaxWait: maxWait, Statuses: []int{http.StatusServiceUnavailable, http.StatusTooManyRequests},
		Errors: true, Hints: true, Key: "Idempotency-Key",
	})
}

// ourRecord makes requests that share a context also share a call record.
func ourRecord() rttest.Option {
	return rttest.WithSharedContext(func(ctx context.Context) (context.Context, func()) {
		ctx, call := transport.Begin(ctx)
		return ctx, call.End
	})
}

func tripwareRetry() Peer {
	return Peer{
		Name: "tripware retry.New", Module: ourModule, Kind: KindOurs,
		Settings: "Two retries and waits of up to 4s; otherwise the defaults.",
		Wrap:     func(base http.RoundTripper) http.RoundTripper { return retry.New(ourPolicy()...)(base) },
		Claims:   []rttest.Option{ourRetries(), ourRecord(), rttest.Unwraps(), rttest.Guards()},
	}
}

func tripwareChain() Peer {
	log := &sink{}
	return Peer{
		Name: "tripware.NewTransport", Module: ourModule, Kind: KindOurs,
		Settings: "The default chain with identity, log, metrics, two retries with waits of up to 4s, and a credential.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			rt, err := tripware.NewTransport(
				tripware.WithBase(base),
				tripware.WithRetry(ourPolicy()...),
				tripware.WithLogger(slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
				tripware.WithMetrics(metrics.NewPublishers()),
				tripware.WithAuth(origin, auth.Key("GenieKey", redact.NewSecret(secret))),
			)
			return made(rt, err)
		},
		Claims: []rttest.Option{
			ourRetries(), ourRecord(), rttest.Unwraps(), rttest.Guards(),
			rttest.Carries(rttest.Credential{Origin: origin, Secret: secret}),
			rttest.Logs(log.String, secret),
		},
	}
}

func tripwareHedge() Peer {
	return Peer{
		Name: "tripware hedge.New", Module: ourModule, Kind: KindOurs,
		Settings: "One further request after 100ms, without a budget.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return hedge.New(hedge.WithDelay(hedgeDelay), hedge.WithoutBudget())(base)
		},
		Claims: []rttest.Option{oneHedge(), rttest.Unwraps(), rttest.Guards()},
	}
}

// oneHedge is what all hedges claim: one further request after hedgeDelay.
func oneHedge() rttest.Option { return rttest.Hedges(rttest.Hedge{After: hedgeDelay, Max: 1}) }

func tripwareBulkhead() Peer {
	return Peer{
		Name: "tripware bulkhead.New", Module: ourModule, Kind: KindOurs,
		Settings: "At most 100 requests at a time, and otherwise the defaults.",
		Wrap:     func(base http.RoundTripper) http.RoundTripper { return bulkhead.New(bulkhead.NewBulkhead(100))(base) },
		Claims:   []rttest.Option{rttest.Unwraps(), rttest.Guards()},
	}
}

func tripwareLimit() Peer {
	const perSecond, burst = 500, 10 // some checks send hundreds of requests in real time
	return Peer{
		Name: "tripware ratelimit.New", Module: ourModule, Kind: KindOurs,
		Settings: "A limiter of 500 requests a second after a burst of ten, which learns from responses as by default.",
		Wrap: func(base http.RoundTripper) http.RoundTripper {
			return ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(perSecond, burst)))(base)
		},
		Claims: []rttest.Option{
			rttest.Limits(rttest.Limit{PerSecond: perSecond, Burst: burst, Learns: true}), rttest.Unwraps(), rttest.Guards(),
		},
	}
}

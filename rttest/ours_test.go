package rttest_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/inspect"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/rttest"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
	"github.com/tripware/tripware/transport/redact"
)

const (
	origin = "https://api.example.com"
	key    = "canary-7c1f2a9e"
)

// A journal is a log that many goroutines may write.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// A part is one of this module's decorators, with its claims.
type part struct {
	name   string
	make   func(*journal) transport.Middleware
	claims []rttest.Option
	guards bool // it puts up a layer
	logs   bool
}

var (
	retries = rttest.Retries(rttest.Retry{
		Max: 5, MaxWait: time.Minute, Statuses: []int{503, 429, 500, 502}, Errors: true, Hints: true, Key: "Idempotency-Key",
	})
	begun = rttest.WithSharedContext(func(ctx context.Context) (context.Context, func()) {
		ctx, call := transport.Begin(ctx)
		return ctx, call.End
	})
	carries = rttest.Carries(rttest.Credential{Origin: origin, Secret: key})
	header  = rttest.Carries(rttest.Credential{Origin: origin, Header: "X-Api-Key", Secret: key})
	query   = rttest.Carries(rttest.Credential{Origin: origin, Query: "appid", Secret: key})
	signed  = rttest.Carries(rttest.Credential{Origin: origin, Header: "X-Signature", Secret: key})
)

// sign adds a signature that every check can find.
func sign(req *http.Request, digest []byte) error {
	req.Header.Set("X-Signature", fmt.Sprintf("%s/%x", key, digest))
	return nil
}

// parts returns this module's decorators in their default order.
func parts() []part {
	quiet := func(*journal) transport.Middleware { return logging.Calls(nil) }
	return []part{
		{name: "identity", guards: true, make: func(*journal) transport.Middleware {
			return transport.Identity(transport.WithUserAgent("rttest"), transport.WithHeader("Accept", "application/json"))
		}},
		{name: "inspect.calls", guards: true, make: func(*journal) transport.Middleware { return inspect.New(inspect.WithPhases()).Calls() }},
		{name: "logging.calls", guards: true, logs: true, make: func(j *journal) transport.Middleware {
			return logging.Calls(j.logger(), logging.WithWaits())
		}},
		{name: "logging.off", make: quiet},
		{name: "metrics.calls", guards: true, logs: true, make: func(j *journal) transport.Middleware {
			return metrics.Calls(observed(j))
		}},
		{name: "retry", guards: true, claims: []rttest.Option{retries}, make: func(*journal) transport.Middleware {
			return retry.New()
		}},
		{name: "bulkhead", guards: true, make: func(*journal) transport.Middleware { return bulkhead.New(bulkhead.NewBulkhead(1000)) }},
		{name: "hedge", guards: true, make: func(*journal) transport.Middleware {
			return hedge.New(hedge.WithDelay(time.Minute), hedge.WithoutBudget())
		}},
		{name: "ratelimit.reading", guards: true, make: func(*journal) transport.Middleware { return ratelimit.New(nil) }},
		{name: "ratelimit.learning", guards: true, claims: []rttest.Option{rttest.Limits(rttest.Limit{Learns: true})},
			make: func(*journal) transport.Middleware { return ratelimit.New(ratelimit.NewLimiter()) }},
		{name: "ratelimit.pacing", guards: true, claims: []rttest.Option{rttest.Limits(rttest.Limit{PerSecond: 2000, Burst: 50, Learns: true})},
			make: func(*journal) transport.Middleware {
				return ratelimit.New(ratelimit.NewLimiter(ratelimit.WithRate(2000, 50)))
			}},
		{name: "logging.attempts", guards: true, logs: true, make: func(j *journal) transport.Middleware {
			return logging.Attempts(j.logger(), logging.WithBodies(4<<10))
		}},
		{name: "metrics.attempts", guards: true, logs: true, make: func(j *journal) transport.Middleware {
			return metrics.Attempts(observed(j))
		}},
		{name: "auth", guards: true, claims: []rttest.Option{carries}, make: func(*journal) transport.Middleware {
			return auth.New(origin, auth.Bearer(redact.NewSecret(key)))
		}},
		{name: "inspect.attempts", guards: true, make: func(*journal) transport.Middleware {
			return inspect.New(inspect.WithPhases(), inspect.WithBodies(4<<10)).Attempts()
		}},
	}
}

// inspected is both layers of an Inspector, of which the lower one does nothing without the
// upper one.
func inspected(next http.RoundTripper) http.RoundTripper {
	in := inspect.New(inspect.WithPhases(), inspect.WithBodies(4<<10))
	return transport.Chain(next, in.Calls(), in.Attempts())
}

// C1 to C8: the layers of package inspect together.
func TestInspection(t *testing.T) {
	t.Parallel()
	rttest.Run(t, inspected, rttest.Guards())
}

// credentials returns the other kinds of credentials.
func credentials() []part {
	return []part{
		{name: "auth.header", guards: true, claims: []rttest.Option{header}, make: func(*journal) transport.Middleware {
			return auth.New(origin, auth.Header("X-Api-Key", redact.NewSecret(key)))
		}},
		{name: "auth.query", guards: true, claims: []rttest.Option{query}, make: func(*journal) transport.Middleware {
			return auth.New(origin, auth.Query("appid", redact.NewSecret(key)))
		}},
		{name: "auth.sign", guards: true, claims: []rttest.Option{signed}, make: func(*journal) transport.Middleware {
			return auth.New(origin, auth.Sign(sign))
		}},
	}
}

// A1, A3, C1 to C8: a credential in another header, in the query, and a signature,
// alone and below what retries and what logs.
func TestCredentialsInOtherPlaces(t *testing.T) {
	t.Parallel()
	all := parts()
	for _, lower := range credentials() {
		for _, upper := range []string{"logging.off", "retry", "logging.calls", "logging.attempts", "metrics.attempts", "auth"} {
			t.Run(lower.name+" below "+upper, func(t *testing.T) {
				t.Parallel()
				above := all[slices.IndexFunc(all, func(p part) bool { return p.name == upper })]
				if upper == "auth" {
					above.claims = nil
				}
				check(t, above, lower)
			})
		}
	}
}

// observed returns publishers whose events are written down, bodies included.
func observed(j *journal) *metrics.Publishers {
	p := metrics.NewPublishers()
	logger := j.logger()
	for _, channel := range []*metrics.Publisher{p.Call, p.API, p.HTTP, p.SDK} {
		channel.Subscribe(metrics.On(func(_ context.Context, e metrics.Event) { logger.Info("event", "event", e) }), metrics.WithBodies(1<<10))
	}
	return p
}

func check(t *testing.T, layers ...part) {
	t.Helper()
	log := &journal{}
	options := []rttest.Option{rttest.Unwraps(), begun}
	for _, p := range layers {
		options = append(options, p.claims...)
		if p.guards {
			options = append(options, rttest.Guards())
		}
		if p.logs {
			options = append(options, rttest.Logs(log.String, key))
		}
	}
	rttest.Run(t, func(base http.RoundTripper) http.RoundTripper {
		for _, p := range slices.Backward(layers) {
			base = p.make(log)(base)
		}
		return base
	}, options...)
}

// C1 to C8, and the claims of each decorator.
func TestEachDecoratorOfOurs(t *testing.T) {
	t.Parallel()
	for _, p := range parts() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			check(t, p)
		})
	}
}

// A1, A4, C2: a source that is renewed replays a 401 once, alone and below a retry loop.
func TestACredentialThatIsRenewed(t *testing.T) {
	t.Parallel()
	renewed := part{name: "auth.refreshing", guards: true, claims: []rttest.Option{carries}, make: func(*journal) transport.Middleware {
		return auth.New(origin, auth.Refresh(func(context.Context) (auth.Token, error) {
			return auth.Token{Value: redact.NewSecret(key), Expires: time.Now().Add(time.Hour)}, nil
		}))
	}}
	for _, upper := range []string{"logging.off", "retry", "ratelimit.learning"} {
		t.Run("below "+upper, func(t *testing.T) {
			t.Parallel()
			all := parts()
			check(t, all[slices.IndexFunc(all, func(p part) bool { return p.name == upper })], renewed)
		})
	}
}

// C1 to C8: network options apply to a clone of the base, so they need a real transport.
func TestTheChainWithNetworkOptions(t *testing.T) {
	t.Parallel()
	wrap := func(base http.RoundTripper) http.RoundTripper {
		opts := []tripware.Option{tripware.WithBase(base)}
		if _, ok := base.(*http.Transport); ok {
			opts = append(opts, tripware.WithConnection(network.WithConcurrency(8), network.WithIdleConnTimeout(time.Hour)))
		}
		rt, err := tripware.NewTransport(opts...)
		if err != nil {
			panic(err)
		}
		return rt
	}
	rttest.Run(t, wrap, rttest.Unwraps(), rttest.Guards(), begun, retries)
}

// C1 to C8: every pair of decorators, in their default order.
func TestEachPairOfOurs(t *testing.T) {
	t.Parallel()
	all := parts()
	for i, upper := range all {
		for _, lower := range all[i+1:] {
			t.Run(upper.name+" over "+lower.name, func(t *testing.T) {
				t.Parallel()
				check(t, upper, lower)
			})
		}
	}
}

// C1 to C8: the default chain with all of its layers.
func TestTheStandingChain(t *testing.T) {
	t.Parallel()
	log := &journal{}
	wrap := func(base http.RoundTripper) http.RoundTripper {
		publishers := observed(log)
		client, err := tripware.New(
			tripware.WithBase(base),
			tripware.WithIdentity(transport.WithUserAgent("rttest"), transport.WithTransactionHeader("X-Request-Id")),
			tripware.WithLogger(log.logger(), logging.WithBodies(4<<10), logging.WithWaits()),
			tripware.WithMetrics(publishers),
			tripware.WithRetry(retry.WithMaxRetries(3), retry.WithAttemptTimeout(time.Hour), retry.WithCallTimeout(2*time.Hour)),
			tripware.WithLimiter(ratelimit.NewLimiter()),
			tripware.WithAuth(origin, auth.Bearer(redact.NewSecret(key))),
			tripware.PerCall(pass), tripware.PerAttempt(pass),
		)
		if err != nil {
			panic(err)
		}
		return client.Transport
	}
	rttest.Run(t, wrap, rttest.Unwraps(), rttest.Guards(), begun, carries, rttest.Logs(log.String, key),
		rttest.Limits(rttest.Limit{Learns: true}),
		rttest.Retries(rttest.Retry{
			Max: 3, MaxWait: time.Minute, Statuses: []int{503, 429, 500, 502}, Errors: true, Hints: true, Key: "Idempotency-Key",
		}))
}

// C1 to C8: a client without options, and a chain of single layers.
func TestTheChainWithoutOptions(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"tripware.New": func(base http.RoundTripper) http.RoundTripper {
			rt, err := tripware.NewTransport(tripware.WithBase(base))
			require.NoError(t, err)
			return rt
		},
		"transport.Chain": func(base http.RoundTripper) http.RoundTripper {
			return transport.Chain(base, transport.Identity(), retry.New())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rttest.Run(t, wrap, rttest.Unwraps(), rttest.Guards(), begun, retries)
		})
	}
}

package tripware

import (
	"log/slog"
	"net/http"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/bulkhead"
	"github.com/tripware/tripware/middleware/hedge"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/network"
)

// Version is the version of this module.
const Version = "0.1.0"

// UserAgent is the User-Agent of requests that have none, unless [WithIdentity]
// sets another.
const UserAgent = "tripware/" + Version

// config holds the options of New and NewTransport.
type config struct {
	base       http.RoundTripper
	based      bool // by WithBase
	connection []network.Option
	identity   []transport.IdentityOption
	logger     *slog.Logger
	logging    []logging.Option
	publishers *metrics.Publishers
	retry      []retry.Option
	bulkhead   *bulkhead.Bulkhead
	hedge      []hedge.Option
	hedged     bool // by WithHedge
	limiter    *ratelimit.Limiter
	limits     []ratelimit.Option
	auth       []transport.Middleware
	tracing    []transport.Middleware
	perCall    []transport.Middleware
	perAttempt []transport.Middleware
}

// An Option configures [New]. To keep a default, leave its option out: zero does not stand
// for it. Each option passes its arguments to the package that implements that part of the
// client, which documents the defaults. If an option is given several times, its arguments
// add up. All options are called With…, except [Options], and [PerCall] and [PerAttempt],
// which place layers.
type Option func(*config)

// Options returns an option that applies opts in order, so that a package can offer several
// as one. Nil options are skipped.
func Options(opts ...Option) Option {
	return func(c *config) {
		for _, opt := range opts {
			if opt != nil {
				opt(c)
			}
		}
	}
}

// WithBase sets the base of the chain: your own transport or a mock. The default is the
// result of [network.New]. rt must not be nil. WithBase does not set the URL of an API:
// for that see WithBaseURL of a typed client, such as the one of package opsgenie.
func WithBase(rt http.RoundTripper) Option { return func(c *config) { c.base, c.based = rt, true } }

// WithConnection sets timeouts, pool sizes, TLS and proxy of the base. With [WithBase],
// they apply to a clone of that base, which must be an *http.Transport.
func WithConnection(opts ...network.Option) Option {
	return func(c *config) { c.connection = append(c.connection, opts...) }
}

// WithProxy sends requests through p. It is WithConnection(network.WithProxy(p)).
func WithProxy(p network.Proxy) Option { return WithConnection(network.WithProxy(p)) }

// WithIdentity sets the transaction header, the user agent and default headers.
func WithIdentity(opts ...transport.IdentityOption) Option {
	return func(c *config) { c.identity = append(c.identity, opts...) }
}

// WithRetry sets the retry policy. [retry.Off] switches it off. If WithRetry is given several
// times, the options add up; of two for the same setting, the last one counts.
func WithRetry(opts ...retry.Option) Option {
	return func(c *config) { c.retry = append(c.retry, opts...) }
}

// WithHedge sends a further request if a response takes longer than usual, and returns the
// response that comes first; see package hedge for which calls, and at what cost. Without
// options it follows the 95th percentile of recent response times. If WithHedge is given several
// times, the options add up. By default there is no hedge; [hedge.Off] switches it off again.
func WithHedge(opts ...hedge.Option) Option {
	return func(c *config) { c.hedge, c.hedged = append(c.hedge, opts...), true }
}

// WithAuth adds source's credential to each attempt that is sent to origin (scheme, host
// and port); see [auth.New]. It may be given several times, for different origins, or for
// different headers or parameters of one origin; two for the same are invalid. A source
// from [auth.Sign] also signs the other credentials, whatever the order of the options.
// By default there is no credential.
func WithAuth(origin string, source auth.Source, opts ...auth.Option) Option {
	return func(c *config) { c.auth = append(c.auth, auth.New(origin, source, opts...)) }
}

// WithLimiter limits the rate of attempts with l, which several clients may share. The
// default is nil: the server's rate limits are then only recorded, as read from common
// headers and by the reader of [ratelimit.WithReader].
func WithLimiter(l *ratelimit.Limiter, opts ...ratelimit.Option) Option {
	return func(c *config) { c.limiter, c.limits = l, append(c.limits, opts...) }
}

// WithBulkhead limits how many attempts run at the same time with b, which several clients may
// share. It is placed above the limiter. The default is nil, which sets no limit.
func WithBulkhead(b *bulkhead.Bulkhead) Option { return func(c *config) { c.bulkhead = b } }

// WithLogger logs calls and attempts to l. The default is nil, which logs nothing.
func WithLogger(l *slog.Logger, opts ...logging.Option) Option {
	return func(c *config) { c.logger, c.logging = l, append(c.logging, opts...) }
}

// WithMetrics publishes calls and attempts on the channels of p, which several clients may
// share. The default is nil, which publishes nothing.
func WithMetrics(p *metrics.Publishers) Option { return func(c *config) { c.publishers = p } }

// WithTracing places layers that trace calls above the logs and metrics of calls, so that
// log records and events have the context with the span of the call. The layers run once per
// call. They should have the place [layer.AtTrace]. The default is none.
//
// To trace each attempt, use [PerAttempt]: its layers are above the credentials, so they
// never see a key, and below the logs and metrics of attempts, which have the span of the
// call. Nil layers, and layers that return nil, are treated as by [PerCall].
func WithTracing(layers ...transport.Middleware) Option {
	return func(c *config) { c.tracing = append(c.tracing, layers...) }
}

// PerCall places your own layers above the retry loop. They run once per call, and see the
// final response. Nil layers are skipped; a layer that returns nil is an error that gives
// its position.
func PerCall(layers ...transport.Middleware) Option {
	return func(c *config) { c.perCall = append(c.perCall, layers...) }
}

// PerAttempt places your own layers below the retry loop, just above the credentials. They
// run once per attempt. A layer whose place is between the retry loop and the limiter
// ([layer.AtHedge], [layer.AtBreaker], [layer.AtBulkhead]) is put there instead, and a layer
// at [layer.AtBase] below the credentials, just above the base. Nil layers, and layers that
// return nil, are treated as by [PerCall].
func PerAttempt(layers ...transport.Middleware) Option {
	return func(c *config) { c.perAttempt = append(c.perAttempt, layers...) }
}

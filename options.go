package tripware

import (
	"log/slog"
	"net/http"

	"github.com/tripware/tripware/middleware/auth"
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

// config is what the options of a front door add up to.
type config struct {
	base       http.RoundTripper
	based      bool // by WithBase
	connection []network.Option
	identity   []transport.IdentityOption
	logger     *slog.Logger
	logging    []logging.Option
	publishers *metrics.Publishers
	retry      []retry.Option
	limiter    *ratelimit.Limiter
	limits     []ratelimit.Option
	auth       []transport.Middleware
	perCall    []transport.Middleware
	perAttempt []transport.Middleware
}

// An Option sets one part of a client. Each forwards to the package that defines
// the part and documents its defaults. Options of one kind add up. All are named
// With…, but for [PerCall] and [PerAttempt], which say where a layer is placed.
type Option func(*config)

// WithBase puts rt at the bottom of the chain: a transport of your own, or a
// mock. The default is that of [network.New]; nil is invalid. The address of an API is
// no part of a chain: see WithBaseURL of a typed client, such as that of package opsgenie.
func WithBase(rt http.RoundTripper) Option { return func(c *config) { c.base, c.based = rt, true } }

// WithConnection sets timeouts, pool sizes, TLS and proxy of the base. Beside
// [WithBase] they apply to a clone of it, which must be an *http.Transport then.
func WithConnection(opts ...network.Option) Option {
	return func(c *config) { c.connection = append(c.connection, opts...) }
}

// WithProxy sends all through p. It is WithConnection(network.WithProxy(p)).
func WithProxy(p network.Proxy) Option { return WithConnection(network.WithProxy(p)) }

// WithIdentity sets the transaction header, the user agent and default headers.
func WithIdentity(opts ...transport.IdentityOption) Option {
	return func(c *config) { c.identity = append(c.identity, opts...) }
}

// WithRetry sets the retry policy. [retry.Off] switches it off.
func WithRetry(opts ...retry.Option) Option {
	return func(c *config) { c.retry = append(c.retry, opts...) }
}

// WithAuth signs each attempt that goes to origin (scheme, host and port); see
// [auth.New]. Given several times, all hold: for other origins, or for other headers
// or parameters of one; two for the same are a fault. A source of [auth.Sign] signs
// what the others have added, whatever the order. The default signs nothing.
func WithAuth(origin string, source auth.Source, opts ...auth.Option) Option {
	return func(c *config) { c.auth = append(c.auth, auth.New(origin, source, opts...)) }
}

// WithLimiter paces attempts by l, which clients may share. The default is no limiter,
// which nil means too: what the server says of its limits is then only recorded, as
// read from headers in general use and by the reader of [ratelimit.WithReader].
func WithLimiter(l *ratelimit.Limiter, opts ...ratelimit.Option) Option {
	return func(c *config) { c.limiter, c.limits = l, append(c.limits, opts...) }
}

// WithLogger logs calls and attempts to l. The default logs nothing, as does nil.
func WithLogger(l *slog.Logger, opts ...logging.Option) Option {
	return func(c *config) { c.logger, c.logging = l, append(c.logging, opts...) }
}

// WithMetrics publishes calls and attempts on the channels of p, which clients
// may share. The default publishes nothing, as does nil.
func WithMetrics(p *metrics.Publishers) Option { return func(c *config) { c.publishers = p } }

// PerCall places layers of your own above the retry loop: they run once per
// call, and see the answer that stands. A nil layer is skipped; one that returns
// no RoundTripper is a fault that names its place.
func PerCall(layers ...transport.Middleware) Option {
	return func(c *config) { c.perCall = append(c.perCall, layers...) }
}

// PerAttempt places layers of your own below the retry loop, next above the
// credential: they run once per attempt. Nil layers and those that return no
// RoundTripper are treated as by [PerCall].
func PerAttempt(layers ...transport.Middleware) Option {
	return func(c *config) { c.perAttempt = append(c.perAttempt, layers...) }
}

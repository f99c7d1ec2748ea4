package jsm

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/front"
)

// A Prefix is the path between the base URL and the version of the API, in which {cloudId}
// stands for the cloud id. Other values than the constants are possible.
type Prefix string

// The prefixes. Below all of them are the same operations.
const (
	// Direct is the prefix for API tokens. One client that uses it with OAuth tokens is known.
	Direct Prefix = "/jsm/ops/api/{cloudId}"

	// Gateway is the prefix for OAuth tokens and Forge apps.
	Gateway Prefix = "/ex/jira/{cloudId}/jsm/ops/api"

	// Compass is the prefix for sites of Compass. A page of the vendor has
	// "/compass/ops/api/{cloudId}" instead.
	Compass Prefix = "/compass/cloud/{cloudId}/ops"
)

// registryPrefix is the prefix of the service registry.
const registryPrefix Prefix = "/jsm/api/{cloudId}"

// path returns the prefix of a tenant.
func (p Prefix) path(cloudID string) string {
	return strings.ReplaceAll(string(p), "{cloudId}", cloudID)
}

// check returns what is wrong with a prefix.
func (p Prefix) check() error {
	switch {
	case !strings.HasPrefix(string(p), "/"), strings.HasSuffix(string(p), "/"),
		!strings.Contains(string(p), "{cloudId}"), strings.ContainsAny(string(p), " ?#%"):
		return fmt.Errorf("prefix %q is invalid: write one such as %s", string(p), Direct)
	case strings.HasSuffix(string(p), "/v1"):
		return fmt.Errorf("prefix %q ends in /v1, which each operation adds: leave it out", string(p))
	}
	return nil
}

// config holds the settings of a client.
type config struct {
	front.Settings

	prefix    Prefix
	autoAlias bool
}

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*config)

// WithPrefix sets the path between the base URL and the operations, except those of the
// service registry, which have their own. The default is [Direct]. If an OAuth token whose
// scopes suffice is refused with a [wire.ScopeError], use [Gateway].
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func WithPrefix(p Prefix) Option { return func(c *config) { c.prefix = p } }

// WithBaseURL sets the address of the host that serves the API: scheme, host, and perhaps a
// port and a path, to which the prefix and the paths of all operations are appended. The
// default is https://api.atlassian.com, for all regions. It is not the address of a site: see
// [Site]. To set the round tripper that sends the requests, use [WithBase].
func WithBaseURL(base string) Option { return func(c *config) { c.URL = &base } }

// WithPlainHTTP allows the credential to be sent unencrypted, to a base URL of scheme http
// that is not a loopback address or through a proxy, where others can read it. By default both
// are refused. It is auth.WithPlainHTTP for the origin of the base URL.
func WithPlainHTTP() Option { return func(c *config) { c.PlainHTTP = true } }

// WithBase sets the round tripper at the bottom of the chain, such as a mock. The default is
// that of [tripware.New]; nil is invalid. To set the address of the API, use [WithBaseURL].
func WithBase(rt http.RoundTripper) Option {
	return func(c *config) { c.Bottom = []tripware.Option{tripware.WithBase(rt)} }
}

// WithTransport sets options of the chain, such as retries, connections, a proxy, logs, or
// more layers. They apply after the defaults of this package. Credentials for other origins
// or headers are sent in addition. To set the publishers use [WithMetrics], since typed calls
// publish on them too; tripware.WithMetrics has no effect here.
func WithTransport(opts ...tripware.Option) Option {
	return func(c *config) { c.Transport = append(c.Transport, opts...) }
}

// WithPolling sets how a wait for an asynchronous request polls. The options of a single wait
// apply after these. The default is that of [poll.Until]: up to 10 probes after the first,
// with full jitter below 200ms, 400ms, 800ms … up to 5s.
func WithPolling(opts ...poll.Option) Option { return WithCalls(services.WithPolling(opts...)) }

// WithAutoAlias gives each alert that is created without an alias a random one, so that its
// creation is safe to retry. By default such a creation is retried only after 429 and 503.
func WithAutoAlias() Option { return func(c *config) { c.autoAlias = true } }

// WithMetrics sets the publishers of the client, which clients may share. By default each
// client has its own; nil is invalid.
func WithMetrics(p *metrics.Publishers) Option { return func(c *config) { c.Publishers = p } }

// WithMaxBody limits the size of a response body, after decompression. A longer one is an
// error that matches [services.ErrTooLarge]. The default is [services.DefaultMaxBody]; 0
// means no limit.
func WithMaxBody(n int64) Option { return WithCalls(services.WithMaxBody(n)) }

// WithFleet lets all clients that use the store and the same account share one limit, in this
// process and in others. By default each client learns the limit by itself. The store learns
// it from responses; if it is known, set ratelimit.WithRates. Other options apply to the
// limiter too, except ratelimit.WithKey. See ratelimit.WithStore for what happens if the
// store fails. A limiter of [WithTransport] replaces this one.
func WithFleet(store ratelimit.Store, opts ...ratelimit.LimiterOption) Option {
	return func(c *config) { c.Fleet.Shared, c.Fleet.Store, c.Fleet.Options = true, store, opts }
}

// WithAccount sets the name of the account for [WithFleet]. The default is a hash of the tenant
// and the credential; or of the tenant alone, if the credential is a source of tokens that
// change. So set the same name if some clients know the tenant by its site and others by its
// cloud id. Two accounts that share a store must have different names.
func WithAccount(name string) Option { return func(c *config) { c.Fleet.Account = &name } }

// WithCalls sets options of the typed calls, such as [services.WithStrictDecoding] and
// [services.WithKnownMembersOnly]. To set the publishers use [WithMetrics];
// services.WithMetrics and services.WithPathBelow have no effect here.
func WithCalls(opts ...services.Option) Option {
	return func(c *config) { c.Calls = append(c.Calls, opts...) }
}

// newConfig returns the defaults, changed by opts.
func newConfig(opts []Option) *config {
	c := &config{Settings: front.Settings{Publishers: metrics.NewPublishers()}, prefix: Direct}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c
}

// check returns an error that lists what is wrong with the options, except the base URL.
func (c *config) check(credential string) error {
	return errors.Join(c.Settings.Check(), c.prefix.check(), c.Fleet.Fault(credential))
}

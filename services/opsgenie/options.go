package opsgenie

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/internal/fleet"
)

// A Region is where the data of an account is.
type Region string

// The regions. An account is in one of them, and its API key is valid only there.
const (
	US      Region = "us"
	EU      Region = "eu"
	Sandbox Region = "sandbox"
)

// URL returns the base URL of the region, or the empty string if r is not one of the
// constants.
func (r Region) URL() string {
	switch r {
	case US:
		return "https://api.opsgenie.com"
	case EU:
		return "https://api.eu.opsgenie.com"
	case Sandbox:
		return "https://api.sandbox.opsgenie.com"
	}
	return ""
}

// config holds the settings of a client.
type config struct {
	region     *Region // nil if not set, as url
	url        *string
	plainHTTP  bool
	bottom     []tripware.Option // at most one
	transport  []tripware.Option
	calls      []services.Option
	autoAlias  bool
	publishers *metrics.Publishers
	fleet      fleet.Fleet
}

// An Option configures [New]. To keep a default, leave its option out.
type Option func(*config)

// WithRegion sets the region of the account. The default is [US]. It cannot be combined with
// [WithBaseURL].
func WithRegion(r Region) Option { return func(c *config) { c.region = &r } }

// WithBaseURL sets the address of the API instead of a region: scheme, host, and perhaps a
// port and a path, to which the paths of all operations are appended. A URL that ends in a
// version such as /v2 is invalid, since each operation adds its own, and so is the URL of
// the web interface.
//
// With https://api.atlassian.com/jsm/ops/integration, the integration events API of Jira
// Service Management, and the key of an integration there, the client can create,
// acknowledge and close alerts and add notes. Package services/jsm/events has only these.
//
// To set the round tripper that sends the requests, use [WithBase].
func WithBaseURL(base string) Option { return func(c *config) { c.url = &base } }

// WithPlainHTTP allows the API key to be sent unencrypted, to a base URL of scheme http that
// is not a loopback address or through a proxy, where others can read it. By default both
// are refused. It is [auth.WithPlainHTTP] for the origin of the base URL.
func WithPlainHTTP() Option { return func(c *config) { c.plainHTTP = true } }

// WithBase sets the round tripper at the bottom of the chain, such as a mock. The default is
// that of [tripware.New]; nil is invalid. To set the address of the API, use [WithBaseURL].
func WithBase(rt http.RoundTripper) Option {
	return func(c *config) { c.bottom = []tripware.Option{tripware.WithBase(rt)} }
}

// WithTransport sets options of the chain, such as retries, connections, a proxy, logs, or
// more layers. They apply after the defaults of this package. Credentials for other origins
// or headers are sent in addition to the API key. To set the publishers use [WithMetrics],
// since typed calls publish on them too; tripware.WithMetrics has no effect here.
func WithTransport(opts ...tripware.Option) Option {
	return func(c *config) { c.transport = append(c.transport, opts...) }
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
func WithMetrics(p *metrics.Publishers) Option { return func(c *config) { c.publishers = p } }

// WithMaxBody limits the size of a response body, after decompression. A longer one is an
// error that matches [services.ErrTooLarge]. The default is [services.DefaultMaxBody]; 0
// means no limit.
func WithMaxBody(n int64) Option { return WithCalls(services.WithMaxBody(n)) }

// WithFleet lets all clients that use the store and the same account share the limits of the
// account, one for each rate-limit domain (see [Domain]), in this process and in others. By
// default each client learns the limits by itself. The store learns them from responses; if
// they are known, set ratelimit.WithRates, which then holds for each domain. Other options
// apply to the limiter too, except ratelimit.WithKey. See ratelimit.WithStore for what
// happens if the store fails. A limiter of [WithTransport] replaces this one.
func WithFleet(store ratelimit.Store, opts ...ratelimit.LimiterOption) Option {
	return func(c *config) { c.fleet.Shared, c.fleet.Store, c.fleet.Options = true, store, opts }
}

// WithAccount sets the name of the account for [WithFleet], so that clients with different API
// keys of one account share its limits. The default is a hash of the API key. Two accounts
// that share a store must have different names.
func WithAccount(name string) Option { return func(c *config) { c.fleet.Account = &name } }

// WithCalls sets options of the typed calls, such as [services.WithStrictDecoding] and
// [services.WithKnownMembersOnly]. To set the publishers use [WithMetrics];
// services.WithMetrics has no effect here.
func WithCalls(opts ...services.Option) Option {
	return func(c *config) { c.calls = append(c.calls, opts...) }
}

// newConfig returns the defaults, changed by opts.
func newConfig(opts []Option) *config {
	c := &config{publishers: metrics.NewPublishers()}
	for _, opt := range opts {
		if opt != nil {
			opt(c)
		}
	}
	return c
}

// baseURL returns the base URL. If it is invalid, the URL of the default region is returned
// with the error, so that the other settings can still be checked.
func (c *config) baseURL() (*url.URL, error) {
	raw := US.URL()
	switch {
	case c.url != nil:
		raw = *c.url
	case c.region != nil:
		raw = cmp.Or(c.region.URL(), raw) // check reports an unknown region
	}
	base, err := checkBase(raw, c.plainHTTP)
	if err != nil {
		base, _ = services.CheckBase(US.URL())
	}
	return base, err
}

// check returns an error that lists what is wrong with the options of this package, except
// the base URL.
func (c *config) check(key string) error {
	faults := []error{c.fleet.Fault(key)}
	if c.region != nil && c.region.URL() == "" {
		faults = append(faults, fmt.Errorf("region %q is not one of %s, %s, %s", *c.region, US, EU, Sandbox))
	}
	if c.region != nil && c.url != nil {
		faults = append(faults, errors.New("WithRegion and WithBaseURL exclude each other: leave one of them out"))
	}
	if p := c.publishers; p == nil || p.API == nil || p.HTTP == nil || p.SDK == nil {
		faults = append(faults, errors.New("metrics lack a publisher: use metrics.NewPublishers"))
	}
	return errors.Join(faults...)
}

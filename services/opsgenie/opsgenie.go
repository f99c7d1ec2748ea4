// Package opsgenie is a client of the Opsgenie API. Call [New]; each field of the [Client] is
// a service of the API.
//
//	c, err := opsgenie.New(apiKey, opsgenie.WithRegion(opsgenie.EU))
//	...
//	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
//	...
//	created, err := pending.Alert(ctx) // waits until the request has been processed
//
// New sets these defaults, which [WithTransport] changes:
//
//   - Each attempt is signed with the key, for the origin of the base URL only.
//   - Failed attempts are retried. Each operation states beside its route whether it is safe to
//     retry, and its comment says so.
//   - A limiter learns from 429 and THROTTLED, for each rate-limit domain separately (see
//     [Domain]).
//   - The vendor's headers about rate limits are read ([wire.ReadLimit]) and logged.
//   - The channels of metrics are [Client.Metrics].
//   - Logging is off.
//
// Errors of calls are *[services.Error]; errors.Is matches the sentinels of package
// services. The error of a change that the server accepted and that then failed also wraps
// a *[shape.ActionError].
//
// [shape.ActionError]: https://pkg.go.dev/github.com/tripware/tripware/services/opsgenie/shape#ActionError
package opsgenie

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport/redact"
)

// Scheme is the authentication scheme of API keys: "Authorization: GenieKey key".
const Scheme = "GenieKey"

// New returns a client that signs requests with an API key: the key alone, without its
// scheme, and without quotation marks or spaces around it. If the key or an option is
// invalid, New returns one error that lists everything that is wrong and how to fix it. New
// sends no request, so whether the server accepts the key becomes known at the first call.
func New(apiKey string, opts ...Option) (*Client, error) {
	cfg := newConfig(opts)
	key := redact.NewSecret(apiKey)
	base, baseErr := cfg.baseURL()
	client, clientErr := tripware.New(cfg.chain(key, base)...)
	core, coreErr := services.New(cmp.Or(client, &http.Client{}), base.String(), wire.Codec{Key: key},
		append(cfg.calls, services.WithMetrics(cfg.publishers))...)
	if err := errors.Join(cfg.check(apiKey), baseErr, unnamed(coreErr), unnamed(clientErr)); err != nil {
		return nil, fmt.Errorf("opsgenie: %w", err)
	}
	return cfg.client(client, core), nil
}

// chain returns the options of the chain: the defaults of this package, then the user's, and
// the publishers, which typed calls share.
func (c *config) chain(key redact.Secret, base *url.URL) []tripware.Option {
	var signing []auth.Option
	if c.plainHTTP {
		signing = append(signing, auth.WithPlainHTTP())
	}
	limiter := c.fleet.Limiter(ratelimit.WithKey(domainBelow(base.EscapedPath())), "", "opsgenie/"+strings.ToLower(base.Host), key.Reveal())
	headers := append(logging.DefaultHeaders(), wire.HeaderState, wire.HeaderReason, wire.HeaderPeriod)
	opts := []tripware.Option{
		tripware.WithAuth(base.String(), keySource(key), signing...),
		tripware.WithLimiter(limiter, ratelimit.WithReader(wire.ReadLimit)),
		tripware.WithLogger(nil, logging.WithHeaders(headers...)),
	}
	opts = append(slices.Concat(opts, c.bottom), c.transport...)
	return append(opts, tripware.WithMetrics(c.publishers))
}

// HTTP returns a client for requests that have no method here. Its transport is the chain
// that the services use, so it signs requests to the origin of the base URL. Each call of
// HTTP returns a separate client, which may be changed.
func (c *Client) HTTP() *http.Client {
	own := *c.http
	return &own
}

// Core returns the client that the services use, for [services.Do] with operations that have
// no method here, and for [services.Follow] with a paging link that was stored.
func (c *Client) Core() *services.Client { return c.core }

// CloseIdleConnections closes the connections that are not in use. The client can be used
// afterwards.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

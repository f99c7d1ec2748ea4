// Package opsgenie is a client of the Opsgenie API: one field per service under
// a chain of package tripware with the vendor's defaults.
//
//	c, err := opsgenie.New(apiKey, opsgenie.WithRegion(opsgenie.EU))
//	...
//	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
//	...
//	created, err := pending.Alert(ctx) // waits until it was processed
//
// What New sets: each attempt is signed with the key, for the origin of the base
// URL alone; the status codes of the retry policy are retried for every method,
// as the vendor's SDKs do, but for requests that say of themselves what a repeat
// would do (the comment of each operation tells); a limiter learns from 429 and
// THROTTLED, for each rate-limit domain by itself (see [Domain]); the vendor's own
// headers about limits are read ([wire.ReadLimit]) and logged; the three
// channels of metrics are [Client.Metrics]. Logging is off. All of it is set
// otherwise by [WithTransport].
//
// Errors of calls are *[services.Error]; errors.Is finds their kind among the
// sentinels of package services. A change that was accepted and then failed is a
// *[shape.ActionError].
package opsgenie

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/tripware/tripware"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/logging"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/middleware/ratelimit"
	"github.com/tripware/tripware/middleware/retry"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/wire"
	"github.com/tripware/tripware/transport/redact"
)

// Scheme is the authentication scheme of API keys: "Authorization: GenieKey key".
const Scheme = "GenieKey"

// New returns a client that signs with an API key: the key alone, without its
// scheme, quotation marks, or blanks around it. The error joins all that is wrong
// with the key and the options, and names the cure; nothing is half-built then. No request is
// sent: whether the server knows the key, the first call tells.
func New(apiKey string, opts ...Option) (*Client, error) {
	cfg := &config{publishers: metrics.NewPublishers(), maxBody: services.DefaultMaxBody}
	for _, opt := range opts {
		if opt != nil {
			opt(cfg)
		}
	}
	key := redact.NewSecret(apiKey)
	faults := cfg.check()
	codec := wire.Codec{Key: key}
	origin := cfg.base()
	if fault := baseFault(origin, cfg.plainHTTP); fault != nil {
		faults, origin = append(faults, fault), US.URL() // the other settings are still to be checked
	}
	if _, err := services.New(&http.Client{}, origin, codec, services.WithMaxBody(cfg.maxBody)); err != nil {
		faults, origin = append(faults, unnamed(err)), US.URL()
	}
	client, err := tripware.New(cfg.chain(key, origin)...)
	if err != nil {
		faults = append(faults, unnamed(err))
	}
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("opsgenie: %w", err)
	}
	core, err := services.New(client, cfg.base(), codec,
		services.WithMetrics(cfg.publishers), services.WithMaxBody(cfg.maxBody), services.WithPolling(cfg.polling...))
	if err != nil {
		return nil, fmt.Errorf("opsgenie: %w", err)
	}
	return cfg.client(client, core), nil
}

// chain returns the options of the chain: the vendor's defaults, the user's own,
// and what typed calls must share with it.
func (c *config) chain(key redact.Secret, origin string) []tripware.Option {
	var signing []auth.Option
	if c.plainHTTP {
		signing = append(signing, auth.WithPlainHTTP())
	}
	headers := append(logging.DefaultHeaders(), wire.HeaderState, wire.HeaderReason, wire.HeaderPeriod)
	opts := []tripware.Option{
		tripware.WithAuth(origin, keySource(key), signing...),
		tripware.WithRetry(retry.WithAnyMethodOnStatus()),
		tripware.WithLimiter(ratelimit.NewLimiter(ratelimit.WithKey(domainBelow(c.path()))), ratelimit.WithReader(wire.ReadLimit)),
		tripware.WithLogger(nil, logging.WithHeaders(headers...)),
	}
	opts = append(slices.Concat(opts, c.bottom), c.transport...)
	return append(opts, tripware.WithMetrics(c.publishers))
}

// HTTP returns a client whose transport is the chain below the services: for
// what has no method here. It signs requests to the origin of the base URL.
// Each call returns one of its own, which may be changed.
func (c *Client) HTTP() *http.Client {
	own := *c.http
	return &own
}

// CloseIdleConnections closes the connections that wait for the next call. The
// client can be used further.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

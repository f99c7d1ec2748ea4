// Package events is a client of the integration events API of JSM Operations, for programs
// that only send alerts. It takes the key of an API integration, which package jsm does not,
// and needs no cloud id. Call [New].
//
//	c, err := events.New(key)
//	...
//	_, err = c.Alerts.Create(ctx, events.CreateRequest{Message: "Disk full", Alias: "disk/07"})
//
// Requests, and the names of types, functions and methods, are those of the alerts of package
// services/opsgenie, so that a program moves by replacing its imports, the call of New, and
// the waits for the outcome: the API accepts a request and does not tell its outcome. The id of
// the accepted request is Meta.RequestID of the result.
//
// The package was written from the vendor's pages of 2026 and from public code, and was never
// run against the service by its authors. It retries, throttles and reports as package jsm
// does.
package events

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/middleware/metrics"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/front"
	"github.com/tripware/tripware/services/jsm/wire"
	"github.com/tripware/tripware/transport/redact"
)

// Scheme is the authentication scheme of keys of integrations: "Authorization: GenieKey key".
const Scheme = "GenieKey"

// A Client sends alerts. It is safe for concurrent use and shares nothing with other clients
// but what was passed in. [New] returns one.
type Client struct {
	Alerts *Service

	// Metrics are the publishers of this client; subscribe to them at any time.
	Metrics *metrics.Publishers

	http *http.Client
	core *services.Client
}

// New returns a client that signs requests with the key of an API integration: the key alone,
// without its scheme, and without quotation marks or spaces around it. If the key or an option
// is invalid, New returns one error that lists everything that is wrong and how to fix it. New
// sends no request.
func New(key string, opts ...Option) (*Client, error) {
	cfg := newConfig(opts)
	secret := redact.NewSecret(key)
	base, baseErr := cfg.Base(front.Host + "/jsm/ops/integration")
	keyErr := keyFault(key)
	source := auth.Key(Scheme, secret)
	if keyErr != nil {
		source = auth.None() // one error suffices
	}
	client, clientErr := cfg.Client(base, source, key)
	core, coreErr := services.New(cmp.Or(client, &http.Client{}), base.String(), wire.Codec{Secrets: []redact.Secret{secret}},
		append(cfg.Calls, services.WithMetrics(cfg.Publishers))...)
	if err := errors.Join(keyErr, cfg.Check(), baseErr, front.Unnamed(coreErr), front.Unnamed(clientErr)); err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	return &Client{Alerts: &Service{core}, Metrics: cfg.Publishers, http: client, core: core}, nil
}

// keyFault returns what is wrong with the key of an integration, without showing it, or nil.
func keyFault(key string) error {
	isToken := strings.HasPrefix(key, "ATATT") || strings.HasPrefix(key, "ATCTT") || strings.HasPrefix(key, "eyJ")
	if isToken || strings.ContainsAny(key, "@:") && !strings.Contains(key, " ") {
		return errors.New("API key is a token of an account, which this API does not accept: pass the key of an API integration, " +
			"or use package services/jsm with the token")
	}
	return mistake.Key(key, Scheme)
}

// HTTP returns a client for requests that have no method here. Its transport is the chain
// that the calls use, so it signs requests to the origin of the base URL. Each call of HTTP
// returns a separate client, which may be changed.
func (c *Client) HTTP() *http.Client {
	own := *c.http
	return &own
}

// Core returns the client that the methods use, for [services.Do] with operations that have no
// method here.
func (c *Client) Core() *services.Client { return c.core }

// CloseIdleConnections closes the connections that are not in use. The client can be used
// afterwards.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

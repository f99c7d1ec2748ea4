// Package jsm is a client of the API of JSM Operations, the part of Jira Service Management
// that succeeds Opsgenie. Call [New]; each field of the [Client] is a service of the API. To
// only send alerts with the key of an integration, use package events instead.
//
//	c, err := jsm.New(jsm.Site("example.atlassian.net"), auth.Basic("me@example.com", token))
//	...
//	pending, err := c.Alerts.Create(ctx, alert.CreateRequest{Message: "Disk full", Alias: "disk/07"})
//	...
//	created, err := pending.Alert(ctx) // waits until the request has been processed
//
// This package was written from the vendor's document of September 2026 and from public code,
// and was never run against the service by its authors. Each operation states beside its
// route how well it is known: confirmed (the vendor's document and at least one independent
// source have the route), one source (the vendor's document alone), or inferred. Responses are
// read tolerantly: an enumeration is open, a member of another type does not fail a call, and
// Result.Raw has the whole response.
//
// Left out are incidents (which are in beta), status pages, stakeholders, syncs with their
// actions, and JEC, the channels of Jira Edge Connector. They can be called by [services.Do]
// with [Client.Core].
//
// New sets these defaults, which [WithTransport] changes:
//
//   - Each attempt is signed with the credential, for the origin of the base URL only.
//   - Failed attempts are retried. Each operation states beside its route whether it is safe to
//     retry, and its comment says so.
//   - A limiter learns from 429. Its key is the site with the credential, since one host serves
//     all sites.
//   - Atlassian's headers about rate limits are read ([wire.ReadLimit]) and logged.
//   - The channels of metrics are [Client.Metrics].
//   - Logging is off.
//
// Errors of calls are *[services.Error]; errors.Is matches the sentinels of package services.
// A 401 for a missing scope also wraps a *[wire.ScopeError]. The error of a change that the
// server accepted and that then failed also wraps a *[shape.ActionError]; a plan that does not
// include an action is often reported only there.
//
// [shape.ActionError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/shape#ActionError
package jsm

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/tripware/tripware/middleware/auth"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/front"
	"github.com/tripware/tripware/services/jsm/wire"
)

// New returns a client of a tenant that signs requests with a credential: [auth.Basic] with
// the e-mail address and an API token of an Atlassian account, [auth.Bearer] with an OAuth
// token, or a source of such tokens such as [auth.Refresh]. If the tenant, the credential or
// an option is invalid, New returns one error that lists everything that is wrong and how to
// fix it. New sends no request, so whether the server accepts the credential becomes known at
// the first call.
func New(at Tenant, credential auth.Source, opts ...Option) (*Client, error) {
	cfg := newConfig(opts)
	base, baseErr := cfg.Base(front.Host)
	given, credentialErr := inspect(credential)
	client, clientErr := cfg.Client(base, credential, at.key()+" "+given.value)
	t := &tenant{at: at, base: base, client: cmp.Or(client, &http.Client{}), cfg: cfg, codec: wire.Codec{Secrets: given.secrets}}
	ops, opsErr := t.core(cfg.prefix)
	registry, _ := t.core(registryPrefix) // its errors would be the same
	if err := errors.Join(at.check(), credentialErr, cfg.check(given.secret()), baseErr, unnamed(opsErr), unnamed(clientErr)); err != nil {
		return nil, fmt.Errorf("jsm: %w", err)
	}
	return cfg.newClient(client, ops, registry), nil
}

// A tenant makes the clients of typed calls for one tenant. They share the HTTP client, and
// the cloud id.
type tenant struct {
	at     Tenant
	base   *url.URL
	client *http.Client
	cfg    *config
	codec  wire.Codec
	site   *site // nil until the first client that needs it
}

// core returns the client of the operations below a prefix.
func (t *tenant) core(prefix Prefix) (*services.Client, error) {
	opts := append(slices.Clone(t.cfg.Calls), services.WithMetrics(t.cfg.Publishers))
	if t.at.host == "" {
		return services.New(t.client, t.base.String()+prefix.path(t.at.cloudID), t.codec, opts...)
	}
	if t.site == nil {
		t.site = newSite(t.at.host, t.client)
	}
	return services.New(t.client, t.base.String(), t.codec, append(opts, services.WithPathBelow(t.site.below(prefix)))...)
}

func unnamed(err error) error { return front.Unnamed(err) }

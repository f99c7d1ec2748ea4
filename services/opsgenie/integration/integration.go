// Package integration calls the Integration API: the connections between Opsgenie and other
// systems. For most uses call [API], [Email] or [Webhook] and pass the result to
// [Service.Create]. There are more than 200 types of integrations, each with different fields:
// [Integration.Fields] has them all. An [ActionService] changes what an integration does with
// the data that it is sent.
//
// The API key needs the right to access the configuration. Calls that write an integration count
// towards the rate-limit domain integration-configuration, calls that read towards
// configuration.
package integration

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// A Service calls the Integration API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Create creates an integration. Type and Name are required. The response contains the key of
// an API integration, which no later response has. Only 429 and 503 are retried: the server
// would refuse a second integration with the same name.
//
// API: https://docs.opsgenie.com/docs/integration-api#create-api-based-integration
func (s *Service) Create(ctx context.Context, in Integration) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/integrations", creation{in}, services.RetryIfRefused)
}

type creation struct {
	Integration Integration `body:"json"`
}

// Check refuses an integration without a required member.
func (c creation) Check() error { return c.Integration.check() }

// Get returns one integration.
//
// API: https://docs.opsgenie.com/docs/integration-api#get-integration
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Integration], error) {
	return services.Do[Integration](ctx, s.client, "GET /v2/integrations/{id}", byID{id}, services.ByMethod)
}

type byID struct {
	ID string `path:"id"`
}

// A ListRequest selects integrations. The zero value selects all.
type ListRequest struct {
	Type     Type   `query:"type"`
	TeamID   string `query:"teamId"`   // the team that owns them
	TeamName string `query:"teamName"` // an alternative to TeamID
}

// List returns the integrations that in selects, all on one page.
//
// API: https://docs.opsgenie.com/docs/integration-api#list-integrations
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/integrations", in, services.ByMethod)
}

// Update replaces the integration with the id in.ID. A member that is left out is removed or
// gets the server's default: call [Service.Get], change what it returned, and pass that. Safe to
// retry.
//
// API: https://docs.opsgenie.com/docs/integration-api#update-integration
func (s *Service) Update(ctx context.Context, in Integration) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v2/integrations/{id}", replacement{in.ID, in}, services.ByMethod)
}

type replacement struct {
	ID          string      `path:"id"`
	Integration Integration `body:"json"`
}

// Check refuses an integration without a required member.
func (r replacement) Check() error { return r.Integration.check() }

func (i Integration) check() error {
	return errors.Join(
		check.Missing("type", i.Type == "" && !check.Kept(i.Other, "type")),
		check.Missing("name", i.Name == "" && !check.Kept(i.Other, "name")),
	)
}

// Delete deletes an integration. Safe to retry; a retry after a lost response may return
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/integration-api#delete-integration
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/integrations/{id}", byID{id}, services.ByMethod)
}

// Enable enables an integration. Its rate-limit domain is not documented. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/integration-api#enable-integration
func (s *Service) Enable(ctx context.Context, id string) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/integrations/{id}/enable", byID{id}, services.SafeToRetry)
}

// Disable disables an integration. Its rate-limit domain is not documented. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/integration-api#disable-integration
func (s *Service) Disable(ctx context.Context, id string) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/integrations/{id}/disable", byID{id}, services.SafeToRetry)
}

// Authenticate reports whether the API key of the client belongs to an integration of a type: if
// not, errors.Is matches [services.ErrUnauthorised] or [services.ErrInvalid]. The documentation
// says neither which of them nor the rate-limit domain. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/integration-api#authenticate-integration
func (s *Service) Authenticate(ctx context.Context, kind Type) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/integrations/authenticate", byType{kind}, services.SafeToRetry)
}

type byType struct {
	Type Type `json:"type" check:"required"`
}

// Package integration is the Integration API: what connects Opsgenie with other
// systems, in more than 200 kinds that each have fields of their own. What an
// integration makes of incoming data is in package integrationaction. All calls
// need a key that may configure the account; writes of an integration count in
// the rate-limit domain integration-configuration, reads in configuration.
package integration

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Integration API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Create creates an integration. The answer has the new key of an API integration.
// Domain integration-configuration. Names are unique: a repeat after a lost
// answer would be refused, so there is none.
//
// API: https://docs.opsgenie.com/docs/integration-api#create-api-based-integration
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/integrations", in, in.repeat())
}

// Get reads one integration. Domain configuration.
//
// API: https://docs.opsgenie.com/docs/integration-api#get-integration
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Integration], error) {
	return services.Do[Integration](ctx, s.client, "GET /v2/integrations/{id}", in, services.ByMethod)
}

// List returns all integrations, or those of a kind or a team. Domain
// configuration.
//
// API: https://docs.opsgenie.com/docs/integration-api#list-integrations
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/integrations", in, services.ByMethod)
}

// Update replaces an integration as a whole: read it, change it, and send it
// back. Domain integration-configuration; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/integration-api#update-integration
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Integration], error) {
	return services.Do[Integration](ctx, s.client, "PUT /v2/integrations/{id}", in, services.ByMethod)
}

// Delete deletes an integration. Domain integration-configuration; a repeat is
// harmless, but where an answer was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/integration-api#delete-integration
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/integrations/{id}", in, services.ByMethod)
}

// Enable enables an integration. Its domain is not documented; a repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/integration-api#enable-integration
func (s *Service) Enable(ctx context.Context, in EnableRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/integrations/{id}/enable", in, in.repeat())
}

// Disable disables an integration. Its domain is not documented; a repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/integration-api#disable-integration
func (s *Service) Disable(ctx context.Context, in DisableRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/integrations/{id}/disable", in, in.repeat())
}

// Authenticate asks whether the key belongs to an integration of this kind: an
// error that Is [services.ErrUnauthorised] or [services.ErrInvalid] says no.
// Which of them is not documented, nor its domain. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/integration-api#authenticate-integration
func (s *Service) Authenticate(ctx context.Context, in AuthenticateRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/integrations/authenticate", in, in.repeat())
}

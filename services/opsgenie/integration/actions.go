// Package integrationaction is the part of the Integration API that says what an
// integration makes of what it is sent: which data create an alert, close one, or
// are ignored. All calls need a key that may configure the account.
package integrationaction

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls for the actions of integrations. It is safe for concurrent use.
// [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// List returns all actions of an integration, by their types. Domain
// configuration.
//
// API: https://docs.opsgenie.com/docs/integration-api#get-integration-actions
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[Actions], error) {
	return services.Do[Actions](ctx, s.client, "GET /v2/integrations/{id}/actions", in, services.ByMethod)
}

// Create adds an action to an integration, and returns all that it has then. Its
// domain is not documented; a repeat after a lost answer might add it twice, so
// there is none.
//
// API: https://docs.opsgenie.com/docs/integration-api#create-a-new-integration-action
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Actions], error) {
	return services.Do[Actions](ctx, s.client, "POST /v2/integrations/{id}/actions", in, in.repeat())
}

// Replace sets all actions of an integration: those that are not given are gone.
// Its domain is not documented; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/integration-api#update-all-integration-actions
func (s *Service) Replace(ctx context.Context, in ReplaceRequest) (*services.Result[Actions], error) {
	return services.Do[Actions](ctx, s.client, "PUT /v2/integrations/{id}/actions", in, services.ByMethod)
}

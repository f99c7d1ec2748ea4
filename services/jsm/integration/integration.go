// Package integration calls the integrations API of JSM Operations: the connections between a
// site and other systems. A [Service] calls integrations, an [ActionService] what they do with
// data, and a [FilterService] which alerts they send.
//
// The server creates the default actions of an integration together with it. Users of another
// client have reported that creating one of these again fails or returns another one: list the
// actions of a new integration, and update them.
package integration

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the API of integrations. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A ListRequest selects integrations. The zero value selects all. The server's default for Limit
// is 100.
type ListRequest struct {
	shape.Page

	Type   Type   `query:"type"`
	TeamID string `query:"teamId"` // the team that owns them
	Name   string `query:"name"`
}

const listRoute = "GET /v1/integrations"

// List returns one page of the integrations that in selects. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integrations (one source)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all integrations that in selects, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Summary, error] {
	return services.All[Summary](ctx, s.client, listRoute, in)
}

// A CreateRequest describes a new integration. It prints and is logged without its secrets. Its
// JSON, which is what the server gets, contains them.
type CreateRequest struct {
	Name        string                  `json:"name" check:"required"` // unique
	Type        Type                    `json:"type" check:"required"` // the API does not support those of Slack and Microsoft Teams
	Description string                  `json:"description,omitzero"`
	Enabled     services.Optional[bool] `json:"enabled,omitzero"` // false by default
	TeamID      string                  `json:"teamId,omitzero"`  // the team that owns it; global if empty
	Properties  Fields                  `json:"typeSpecificProperties,omitzero"`
}

// Create creates an integration and returns it. The key of an API integration was never seen in a
// response: copy it from the product. Only 429 and 503 are retried, because the server would
// refuse a second integration with the same name.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integrations (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Integration], error) {
	return services.Do[Integration](ctx, s.client, "POST /v1/integrations", in, services.RetryIfRefused)
}

// byID identifies an integration.
type byID struct {
	ID string `path:"id"`
}

// Get returns one integration. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integrations (confirmed)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Integration], error) {
	return services.Do[Integration](ctx, s.client, "GET /v1/integrations/{id}", byID{id}, services.ByMethod)
}

// An UpdateRequest changes one integration. Members that are absent stay as they are, as far as is
// known. [Integration.Request] returns one. It prints and is logged without its secrets.
type UpdateRequest struct {
	services.Other

	ID          string                    `path:"id"`
	Name        services.Optional[string] `json:"name,omitzero"`
	Description services.Optional[string] `json:"description,omitzero"`
	Enabled     services.Optional[bool]   `json:"enabled,omitzero"`
	TeamID      services.Optional[string] `json:"teamId,omitzero"`
	Properties  services.Optional[Fields] `json:"typeSpecificProperties,omitzero"` // whether they replace all is not documented
}

// Update changes an integration, for example enables or disables it, and returns it. Safe to
// retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integrations (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Integration], error) {
	return services.Do[Integration](ctx, s.client, "PATCH /v1/integrations/{id}", in, services.SafeToRetry)
}

// Delete deletes an integration. Safe to retry, but if the response to the first attempt was
// lost, errors.Is matches [services.ErrNotFound]. The server has refused some API tokens here
// with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integrations (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/integrations/{id}", byID{id}, services.ByMethod)
}

// Package service calls the Service API: the business services of an account, which incidents
// have an impact on. [IncidentRuleService], [IncidentTemplateService] and [AudienceService]
// call the APIs of their incident rules, incident templates and audience templates.
//
// The API key needs the right to access the configuration. All calls of a [Service] count
// towards the rate-limit domain configuration.
package service

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Service API. It is safe for concurrent use. [New] returns one. A business
// service, which the API calls a service, is an [Entity].
type Service struct{ client *services.Client }

// New returns a service that calls through client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

const (
	listRoute = "GET /v1/services"
	pageLimit = 100 // the most items that the API returns on one page
)

// A CreateRequest describes the business service to create.
type CreateRequest struct {
	Name        string     `json:"name" check:"required"`
	TeamID      string     `json:"teamId" check:"required"` // the team that owns it
	Description string     `json:"description,omitzero"`
	Visibility  Visibility `json:"visibility,omitzero"` // left out: the server's default, which is not documented
	Tags        []string   `json:"tags,omitzero"`
}

// Create creates a business service. Only 429 and 503 are retried: a second request might
// create a second service, or fail with a conflict.
//
// API: https://docs.opsgenie.com/docs/service-api#create-service
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/services", in, services.RetryIfRefused)
}

type byID struct {
	ID string `path:"id"`
}

// Get returns the business service with an id.
//
// API: https://docs.opsgenie.com/docs/service-api#get-service
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Entity], error) {
	return services.Do[Entity](ctx, s.client, "GET /v1/services/{id}", byID{id}, services.ByMethod)
}

// An UpdateRequest changes one business service. Members that are left out keep their values.
// [Entity.Request] returns one from a service that was read.
type UpdateRequest struct {
	services.Other

	ID          string                        `path:"id"`
	Name        services.Optional[string]     `json:"name,omitzero"`
	Description services.Optional[string]     `json:"description,omitzero"`
	Visibility  services.Optional[Visibility] `json:"visibility,omitzero"`
	Tags        services.Optional[[]string]   `json:"tags,omitzero"` // replaces all tags; an empty list removes them
}

// Update changes a business service. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/service-api#update-service-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v1/services/{id}", in, services.SafeToRetry)
}

// Delete deletes the business service with an id. Safe to retry; after a lost response,
// errors.Is may match [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/service-api#delete-service
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{id}", byID{id}, services.ByMethod)
}

// A ListRequest selects the business services that match a query.
type ListRequest struct {
	Query  string      `query:"query"` // all if empty
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Sort   string      `query:"sort"`                // the fields that the API sorts by are not documented
	Order  shape.Order `query:"order"`
}

// List returns one page of the business services that match.
//
// API: https://docs.opsgenie.com/docs/service-api#list-services
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Entity], error) {
	return services.Do[[]Entity](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all business services that match, in pages of 100 unless Limit is set; see
// [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Entity, error] {
	in.Limit = cmp.Or(in.Limit, pageLimit)
	return services.All[Entity](ctx, s.client, listRoute, in)
}

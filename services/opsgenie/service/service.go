// Package service is the Service API: the business services of an account, which
// incidents have an impact on. Their rules, templates and audiences are in the
// packages serviceincidentrule, serviceincidenttemplate and serviceaudience.
//
// The API key needs the right to access the configuration. All calls count in
// the rate-limit domain configuration.
package service

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Service API. It is safe for concurrent use. [New] makes
// one. What the API itself calls a service is an [Entity].
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

const listRoute = "GET /v1/services"

// A Visibility says who sees a service. The set is open.
type Visibility string

// The visibilities.
const (
	TeamMembers   Visibility = "TEAM_MEMBERS"
	OpsgenieUsers Visibility = "OPSGENIE_USERS"
)

// An Entity is a business service as the server shows it.
type Entity struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Visibility  Visibility `json:"visibility"`
	TeamID      string     `json:"teamId"` // whose it is
	Tags        []string   `json:"tags"`
}

// A Summary is what writes tell of a service.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CreateRequest asks for a business service.
type CreateRequest struct {
	Name        string     `json:"name" check:"required"`
	TeamID      string     `json:"teamId" check:"required"` // whose it is
	Description string     `json:"description,omitzero"`
	Visibility  Visibility `json:"visibility,omitzero"`
	Tags        []string   `json:"tags,omitzero"`
}

// repeat says that only what was not processed may be repeated: a copy of what
// was would be a second service, or be refused.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a business service. A repeat after a lost answer might be
// refused as a conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/service-api#create-service
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/services", in, in.repeat())
}

// GetRequest asks for one business service.
type GetRequest struct {
	ID string `path:"id"`
}

// Get reads one business service.
//
// API: https://docs.opsgenie.com/docs/service-api#get-service
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Entity], error) {
	return services.Do[Entity](ctx, s.client, "GET /v1/services/{id}", in, services.ByMethod)
}

// UpdateRequest asks to change one business service. What is nil or empty stays
// as it is.
type UpdateRequest struct {
	ID          string     `path:"id"`
	Name        string     `json:"name,omitzero"`
	Description *string    `json:"description,omitzero"`
	Visibility  Visibility `json:"visibility,omitzero"`
	Tags        []string   `json:"tags,omitzero"` // an empty list removes all, nil leaves them
}

// repeat says that a repeat is harmless.
func (r UpdateRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes a business service. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/service-api#update-service-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v1/services/{id}", in, in.repeat())
}

// DeleteRequest asks to delete one business service.
type DeleteRequest struct {
	ID string `path:"id"`
}

// Delete deletes a business service. A repeat is harmless, but where an answer
// was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/service-api#delete-service
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{id}", in, services.ByMethod)
}

// ListRequest asks for the business services that match a query.
type ListRequest struct {
	Query  string      `query:"query"` // all if empty
	Offset int         `query:"offset" check:"min=0"`
	Limit  int         `query:"limit" check:"min=0"` // per page, at most 100; zero means the server's default, 20
	Sort   string      `query:"sort"`                // which fields can be sorted by is not documented
	Order  shape.Order `query:"order"`
}

// List returns one page of the business services that match.
//
// API: https://docs.opsgenie.com/docs/service-api#list-services
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Entity], error) {
	return services.Do[[]Entity](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all business services that match, page after page; see
// [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Entity, error] {
	return services.All[Entity](ctx, s.client, listRoute, in)
}

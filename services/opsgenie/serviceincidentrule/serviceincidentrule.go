// Package serviceincidentrule is the Service Incident Rule API: which alerts
// open an incident for a business service, and what such an incident says.
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package serviceincidentrule

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Service Incident Rule API. It is safe for concurrent use.
// [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// CreateRequest asks for an incident rule of one business service. A team can
// have 200 of them.
type CreateRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
	Definition
}

// repeat says that only what was not processed may be repeated: each copy is
// another rule.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create adds an incident rule to a business service. A repeat after a lost
// answer might add it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#create-incident-rule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/services/{serviceId}/incident-rules", in, in.repeat())
}

// UpdateRequest asks to replace one incident rule: what is empty here is empty
// then.
type UpdateRequest struct {
	ServiceID string `path:"serviceId"`      // at most 130 characters
	ID        string `path:"incidentRuleId"` // at most 130 characters
	Definition
}

// Update replaces an incident rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#update-incident-rule
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v1/services/{serviceId}/incident-rules/{incidentRuleId}", in, services.ByMethod)
}

// DeleteRequest asks to delete one incident rule.
type DeleteRequest struct {
	ServiceID string `path:"serviceId"`      // at most 130 characters
	ID        string `path:"incidentRuleId"` // at most 130 characters
}

// Delete deletes an incident rule. A repeat is harmless, but where an answer was
// lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#delete-incident-rule
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{serviceId}/incident-rules/{incidentRuleId}", in, services.ByMethod)
}

// ListRequest asks for the incident rules of one business service.
type ListRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
}

// List returns all incident rules of a business service.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#get-incident-rules
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Rule], error) {
	return services.Do[[]Rule](ctx, s.client, "GET /v1/services/{serviceId}/incident-rules", in, services.ByMethod)
}

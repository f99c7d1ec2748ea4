// Package serviceincidentrule is the IncidentRuleService Incident IncidentRule API: which alerts
// open an incident for a business service, and what such an incident says.
//
// The documentation names no rate-limit domain for these calls: they count in
// the domain other.
package service

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A IncidentRuleService calls the IncidentRuleService Incident IncidentRule API. It is safe for concurrent use.
// [NewIncidentRules] makes one.
type IncidentRuleService struct{ client *services.Client }

// NewIncidentRules returns a service that calls by client, whose codec must be Opsgenie's.
func NewIncidentRules(client *services.Client) *IncidentRuleService {
	return &IncidentRuleService{client: client}
}

// CreateIncidentRuleRequest asks for an incident rule of one business service. A team can
// have 200 of them.
type CreateIncidentRuleRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
	IncidentRuleDefinition
}

// repeat says that only what was not processed may be repeated: each copy is
// another rule.
func (r CreateIncidentRuleRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create adds an incident rule to a business service. A repeat after a lost
// answer might add it twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#create-incident-rule
func (s *IncidentRuleService) Create(ctx context.Context, in CreateIncidentRuleRequest) (*services.Result[IncidentRuleSummary], error) {
	return services.Do[IncidentRuleSummary](ctx, s.client, "POST /v1/services/{serviceId}/incident-rules", in, in.repeat())
}

// UpdateIncidentRuleRequest asks to replace one incident rule: what is empty here is empty
// then.
type UpdateIncidentRuleRequest struct {
	ServiceID string `path:"serviceId"`      // at most 130 characters
	ID        string `path:"incidentRuleId"` // at most 130 characters
	IncidentRuleDefinition
}

// Update replaces an incident rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#update-incident-rule
func (s *IncidentRuleService) Update(ctx context.Context, in UpdateIncidentRuleRequest) (*services.Result[IncidentRuleSummary], error) {
	return services.Do[IncidentRuleSummary](ctx, s.client, "PUT /v1/services/{serviceId}/incident-rules/{incidentRuleId}", in, services.ByMethod)
}

// DeleteIncidentRuleRequest asks to delete one incident rule.
type DeleteIncidentRuleRequest struct {
	ServiceID string `path:"serviceId"`      // at most 130 characters
	ID        string `path:"incidentRuleId"` // at most 130 characters
}

// Delete deletes an incident rule. A repeat is harmless, but where an answer was
// lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#delete-incident-rule
func (s *IncidentRuleService) Delete(ctx context.Context, in DeleteIncidentRuleRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/services/{serviceId}/incident-rules/{incidentRuleId}", in, services.ByMethod)
}

// ListIncidentRulesRequest asks for the incident rules of one business service.
type ListIncidentRulesRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
}

// List returns all incident rules of a business service.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#get-incident-rules
func (s *IncidentRuleService) List(ctx context.Context, in ListIncidentRulesRequest) (*services.Result[[]IncidentRule], error) {
	return services.Do[[]IncidentRule](ctx, s.client, "GET /v1/services/{serviceId}/incident-rules", in, services.ByMethod)
}

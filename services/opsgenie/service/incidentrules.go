package service

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An IncidentRuleService calls the Service Incident Rule API: a rule selects the alerts that
// open an incident for a business service, and describes that incident. The documentation
// names no rate-limit domain for its calls, which count towards the domain other. It is safe
// for concurrent use. [NewIncidentRules] returns one.
type IncidentRuleService struct{ client *services.Client }

// NewIncidentRules returns a service that calls through client, whose codec must be
// Opsgenie's.
func NewIncidentRules(client *services.Client) *IncidentRuleService {
	return &IncidentRuleService{client: client}
}

// An IncidentRule is an incident rule as the server returns it.
type IncidentRule struct {
	services.Other

	ID         string                   `json:"id"`
	Order      int                      `json:"order"`                       // place among the rules of the service, from zero
	MatchType  shape.FilterKind         `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions []shape.Condition        `json:"conditions,omitzero"`
	Incident   shape.IncidentProperties `json:"incidentProperties"` // of the incident that the rule opens
}

// Request returns a request that writes the rule back as it is, except for its place. The
// caller sets its ServiceID, which a rule does not have.
func (r IncidentRule) Request() UpdateIncidentRuleRequest {
	in := services.RequestFrom[UpdateIncidentRuleRequest](r)
	in.ID = r.ID
	return in
}

// MarshalJSON writes the rule, with the members that it keeps.
func (r IncidentRule) MarshalJSON() ([]byte, error) {
	type plain IncidentRule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule of any form.
func (r *IncidentRule) UnmarshalJSON(raw []byte) error {
	type plain IncidentRule
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A CreateIncidentRuleRequest describes the incident rule to add to one business service. A
// team can have 200 of them.
type CreateIncidentRuleRequest struct {
	ServiceID  string                   `path:"serviceId"`                   // at most 130 characters
	MatchType  shape.FilterKind         `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions []shape.Condition        `json:"conditions,omitzero"`
	Incident   shape.IncidentProperties `json:"incidentProperties"` // message, priority and the message to stakeholders are required
}

// Check refuses an incident without its required members, and conditions without field or
// operation.
func (r CreateIncidentRuleRequest) Check() error {
	return errors.Join(check.Conditions("conditions", r.Conditions), check.Incident("incidentProperties", r.Incident))
}

// Create adds an incident rule to a business service. Only 429 and 503 are retried: a second
// request would add a second rule.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#create-incident-rule
func (s *IncidentRuleService) Create(ctx context.Context, in CreateIncidentRuleRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/services/{serviceId}/incident-rules", in, services.RetryIfRefused)
}

// An UpdateIncidentRuleRequest replaces one incident rule: members that are left out have no
// value afterwards. [IncidentRule.Request] returns one from a rule that was read.
type UpdateIncidentRuleRequest struct {
	services.Other

	ServiceID  string                               `path:"serviceId"`                   // at most 130 characters
	ID         string                               `path:"incidentRuleId"`              // at most 130 characters
	MatchType  services.Optional[shape.FilterKind]  `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions services.Optional[[]shape.Condition] `json:"conditions,omitzero"`
	Incident   shape.IncidentProperties             `json:"incidentProperties"` // like that of a creation
}

// Check refuses an incident without its required members, and conditions without field or
// operation.
func (r UpdateIncidentRuleRequest) Check() error {
	conditions, _ := r.Conditions.Get()
	return errors.Join(check.Conditions("conditions", conditions), check.Incident("incidentProperties", r.Incident))
}

// Update replaces an incident rule. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#update-incident-rule
func (s *IncidentRuleService) Update(ctx context.Context, in UpdateIncidentRuleRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v1/services/{serviceId}/incident-rules/{incidentRuleId}", in, services.ByMethod)
}

type incidentRuleByID struct {
	ServiceID string `path:"serviceId"`
	ID        string `path:"incidentRuleId"`
}

// Delete deletes the incident rule with an id from a business service. Safe to retry; after a
// lost response, errors.Is may match [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#delete-incident-rule
func (s *IncidentRuleService) Delete(ctx context.Context, serviceID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"DELETE /v1/services/{serviceId}/incident-rules/{incidentRuleId}", incidentRuleByID{serviceID, id}, services.ByMethod)
}

// ofService names the business service whose rules, templates or audience are read.
type ofService struct {
	ServiceID string `path:"serviceId"`
}

// List returns all incident rules of the business service with an id.
//
// API: https://docs.opsgenie.com/docs/service-incident-rules-api#get-incident-rules
func (s *IncidentRuleService) List(ctx context.Context, serviceID string) (*services.Result[[]IncidentRule], error) {
	return services.Do[[]IncidentRule](ctx, s.client, "GET /v1/services/{serviceId}/incident-rules",
		ofService{serviceID}, services.ByMethod)
}

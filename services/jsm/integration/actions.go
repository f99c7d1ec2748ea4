package integration

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An ActionService calls the API of the actions of integrations: which data creates an alert,
// closes one, or is sent to another system. It is safe for concurrent use. [NewActions] returns
// one.
type ActionService struct{ client *services.Client }

// NewActions returns a service that sends its calls with client, whose codec must be that of JSM.
func NewActions(client *services.Client) *ActionService { return &ActionService{client: client} }

// An ActionRef identifies an action of an integration.
type ActionRef struct {
	IntegrationID string `path:"integrationId"` // required
	ID            string `path:"id"`            // required; digits
}

// An ActionListRequest selects actions of an integration. The zero value selects all. The server's
// default for Limit is 50.
type ActionListRequest struct {
	shape.Page

	Type      ActionType `query:"type"`
	Direction Direction  `query:"direction"`
	Domain    Domain     `query:"domain"`
	Name      string     `query:"name"`
}

// actionList is the request for actions of an integration.
type actionList struct {
	ActionListRequest

	IntegrationID string `path:"integrationId"`
}

const actionListRoute = "GET /v1/integrations/{integrationId}/actions"

// List returns one page of the actions of an integration that in selects. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-actions (one source)
func (s *ActionService) List(ctx context.Context, integrationID string, in ActionListRequest) (*services.Result[[]ActionSummary], error) {
	return services.Do[[]ActionSummary](ctx, s.client, actionListRoute, actionList{in, integrationID}, services.ByMethod)
}

// All returns all actions of an integration that in selects, page after page: see [services.All].
func (s *ActionService) All(ctx context.Context, integrationID string, in ActionListRequest) iter.Seq2[ActionSummary, error] {
	return services.All[ActionSummary](ctx, s.client, actionListRoute, actionList{in, integrationID})
}

// An ActionCreateRequest describes a new action. It prints and is logged without its secrets.
type ActionCreateRequest struct {
	Type          ActionType              `json:"type" check:"required"`
	Name          string                  `json:"name" check:"required"`
	Domain        Domain                  `json:"domain" check:"required"` // DomainAlert
	Direction     Direction               `json:"direction" check:"required"`
	GroupType     GroupType               `json:"groupType,omitzero"`
	ExtraField    string                  `json:"extraField,omitzero"`
	Filter        Filter                  `json:"filter" check:"required"`
	Properties    Fields                  `json:"typeSpecificProperties,omitzero"`
	FieldMappings Fields                  `json:"fieldMappings,omitzero"`
	ActionMapping ActionMapping           `json:"actionMapping,omitzero"`
	Enabled       services.Optional[bool] `json:"enabled,omitzero"` // the server decides if absent
}

// Check refuses conditions without a field or operation, and a mapping without a type.
func (r ActionCreateRequest) Check() error {
	return checkAction(r.Filter, r.ActionMapping, !r.ActionMapping.isZero())
}

// actionCreation is the request to create an action of an integration.
type actionCreation struct {
	ActionCreateRequest

	IntegrationID string `path:"integrationId"`
}

// Create adds an action to an integration and returns the action. Only 429 and 503 are retried,
// because a second copy would add the action twice.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-actions (confirmed)
func (s *ActionService) Create(ctx context.Context, integrationID string, in ActionCreateRequest) (*services.Result[Action], error) {
	request := actionCreation{in, integrationID}
	return services.Do[Action](ctx, s.client, "POST /v1/integrations/{integrationId}/actions", request, services.RetryIfRefused)
}

// Get returns one action of an integration. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-actions (confirmed)
func (s *ActionService) Get(ctx context.Context, ref ActionRef) (*services.Result[Action], error) {
	return services.Do[Action](ctx, s.client, "GET /v1/integrations/{integrationId}/actions/{id}", ref, services.ByMethod)
}

// An ActionUpdateRequest changes one action. Members that are absent stay as they are, as far as
// is known. [Action.Request] returns one. It prints and is logged without its secrets.
type ActionUpdateRequest struct {
	services.Other

	ID            string                           `path:"id"`
	Type          services.Optional[ActionType]    `json:"type,omitzero"`
	Name          services.Optional[string]        `json:"name,omitzero"`
	Domain        services.Optional[Domain]        `json:"domain,omitzero"`
	Direction     services.Optional[Direction]     `json:"direction,omitzero"`
	GroupType     services.Optional[GroupType]     `json:"groupType,omitzero"`
	ExtraField    services.Optional[string]        `json:"extraField,omitzero"`
	Filter        services.Optional[Filter]        `json:"filter,omitzero"`
	Properties    services.Optional[Fields]        `json:"typeSpecificProperties,omitzero"` // whether they replace all is not documented
	FieldMappings services.Optional[Fields]        `json:"fieldMappings,omitzero"`          // as Properties
	ActionMapping services.Optional[ActionMapping] `json:"actionMapping,omitzero"`
	Enabled       services.Optional[bool]          `json:"enabled,omitzero"`
}

// Check refuses conditions without a field or operation, and a mapping without a type.
func (r ActionUpdateRequest) Check() error {
	filter, _ := r.Filter.Get()
	mapping, given := r.ActionMapping.Get()
	return checkAction(filter, mapping, given)
}

// actionUpdate is the request to change an action of an integration.
type actionUpdate struct {
	ActionUpdateRequest

	IntegrationID string `path:"integrationId"`
}

// Update changes an action of an integration and returns the action. The vendor's document
// declares the integration as the response, but its example and a client that runs have the
// action. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-actions (confirmed)
func (s *ActionService) Update(ctx context.Context, integrationID string, in ActionUpdateRequest) (*services.Result[Action], error) {
	request := actionUpdate{in, integrationID}
	return services.Do[Action](ctx, s.client, "PATCH /v1/integrations/{integrationId}/actions/{id}", request, services.SafeToRetry)
}

// Delete deletes an action of an integration. Safe to retry, but if the response to the first
// attempt was lost, errors.Is matches [services.ErrNotFound]. The server has refused some API
// tokens here with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-actions (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *ActionService) Delete(ctx context.Context, ref ActionRef) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/integrations/{integrationId}/actions/{id}", ref, services.ByMethod)
}

// A ReorderRequest moves one action next to another.
type ReorderRequest struct {
	ActionRef

	SuccessorID string `json:"successorId,omitzero"` // the other action; the API does not document what its absence means
}

// Reorder moves an action of an integration next to another. The vendor's document leaves open
// whether before or after it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-actions (one source)
func (s *ActionService) Reorder(ctx context.Context, in ReorderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v1/integrations/{integrationId}/actions/{id}/order", in, services.SafeToRetry)
}

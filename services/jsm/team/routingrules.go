package team

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A RoutingRuleService calls the routing rules API. It is safe for concurrent use.
// [NewRoutingRules] returns one.
type RoutingRuleService struct{ client *services.Client }

// NewRoutingRules returns a service that sends its calls with client, whose codec must be that of
// JSM.
func NewRoutingRules(client *services.Client) *RoutingRuleService {
	return &RoutingRuleService{client: client}
}

// routingRule identifies a routing rule of a team.
type routingRule struct {
	Ref

	ID string `path:"id"`
}

const (
	rulesPath = " /v1/teams/{teamId}/routing-rules"
	rulePath  = rulesPath + "/{id}"
	maxPage   = 100 // the most rules that the server returns on one page
)

// ListRoutingRulesRequest selects a page of the routing rules of a team.
type ListRoutingRulesRequest struct {
	Ref
	shape.Page // at most 100 rules per page; a Limit of zero means 20 for List and 100 for All
}

// List returns one page of the routing rules of a team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-routing-rules (confirmed)
func (s *RoutingRuleService) List(ctx context.Context, in ListRoutingRulesRequest) (*services.Result[[]RoutingRule], error) {
	return services.Do[[]RoutingRule](ctx, s.client, "GET"+rulesPath, in, services.ByMethod)
}

// All returns all routing rules of a team, page after page: see [services.All].
func (s *RoutingRuleService) All(ctx context.Context, in ListRoutingRulesRequest) iter.Seq2[RoutingRule, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[RoutingRule](ctx, s.client, "GET"+rulesPath, in)
}

// CreateRoutingRuleRequest is the request to create a routing rule of a team.
type CreateRoutingRuleRequest struct {
	Ref

	Name            string                 `json:"name,omitzero"`
	Order           services.Optional[int] `json:"order,omitzero"`           // position, from 0 to 100; the server chooses it if absent
	Criteria        shape.Filter           `json:"criteria,omitzero"`        // which alerts; all if not given
	TimeRestriction shape.TimeRestriction  `json:"timeRestriction,omitzero"` // always if not given
	Notify          Recipient              `json:"notify" check:"required"`
	Timezone        string                 `json:"timezone,omitzero"` // such as "Europe/Berlin"
}

// Check refuses a negative order, a recipient without its id, and criteria and restrictions
// without a required member.
func (r CreateRoutingRuleRequest) Check() error {
	return errors.Join(check.Order("order", r.Order), checkRecipient("notify", r.Notify),
		check.Filter("criteria", r.Criteria), check.TimeRestriction("timeRestriction", r.TimeRestriction))
}

// checkRecipient passes a recipient that is not given.
func checkRecipient(field string, r Recipient) error {
	needsID := r.Kind == NotifyEscalation || r.Kind == NotifySchedule
	return errors.Join(
		check.Missing(field+".type", r.Kind == "" && r.ID != "" && !check.Kept(r.Other, "type")),
		check.Missing(field+".id", needsID && r.ID == "" && !check.Kept(r.Other, "id")),
	)
}

// Create creates a routing rule and returns it. Only 429 and 503 are retried, because a second
// copy would create a second rule.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-routing-rules (confirmed)
func (s *RoutingRuleService) Create(ctx context.Context, in CreateRoutingRuleRequest) (*services.Result[RoutingRule], error) {
	return services.Do[RoutingRule](ctx, s.client, "POST"+rulesPath, in, services.RetryIfRefused)
}

// Get returns a routing rule of a team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-routing-rules (confirmed)
func (s *RoutingRuleService) Get(ctx context.Context, ref Ref, id string) (*services.Result[RoutingRule], error) {
	return services.Do[RoutingRule](ctx, s.client, "GET"+rulePath, routingRule{ref, id}, services.ByMethod)
}

// UpdateRoutingRuleRequest is the request to change a routing rule of a team; ChangeOrder changes
// its position. Members that are absent stay as they are. Whether null removes a restriction is
// not documented. [RoutingRule.Request] returns a request with the values that were read.
type UpdateRoutingRuleRequest struct {
	Ref
	services.Other

	ID              string                                   `path:"id"`
	Name            services.Optional[string]                `json:"name,omitzero"`
	Criteria        services.Optional[shape.Filter]          `json:"criteria,omitzero"`
	TimeRestriction services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
	Notify          services.Optional[Recipient]             `json:"notify,omitzero"`
	Timezone        services.Optional[string]                `json:"timezone,omitzero"`
}

// Request returns a request that writes the rule back, to be changed before it is sent. Members
// that the type does not know are sent as they came, and the kind of the recipient as requests
// write it. The caller must set Ref, the team.
func (r RoutingRule) Request() UpdateRoutingRuleRequest {
	in := services.RequestFrom[UpdateRoutingRuleRequest](r)
	in.ID = r.ID
	if to, ok := in.Notify.Get(); ok && to.Kind != "" {
		to.SetMember("type", nil) // the spelling that came
		in.Notify = services.Set(to)
	}
	return in
}

// Check refuses criteria, a restriction or a recipient that is set to its zero value, and what
// [CreateRoutingRuleRequest.Check] refuses.
func (r UpdateRoutingRuleRequest) Check() error {
	criteria, _ := r.Criteria.Get()
	restriction, _ := r.TimeRestriction.Get()
	notify, _ := r.Notify.Get()
	return errors.Join(
		check.NotZero("criteria", r.Criteria), check.Filter("criteria", criteria),
		check.NotZero("timeRestriction", r.TimeRestriction), check.TimeRestriction("timeRestriction", restriction),
		check.NotZero("notify", r.Notify), checkRecipient("notify", notify),
	)
}

// Update changes a routing rule and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-routing-rules (confirmed)
func (s *RoutingRuleService) Update(ctx context.Context, in UpdateRoutingRuleRequest) (*services.Result[RoutingRule], error) {
	return services.Do[RoutingRule](ctx, s.client, "PATCH"+rulePath, in, services.SafeToRetry)
}

// Delete deletes a routing rule. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound]. The server has refused some API tokens at deletions
// with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-routing-rules (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *RoutingRuleService) Delete(ctx context.Context, ref Ref, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE"+rulePath, routingRule{ref, id}, services.ByMethod)
}

// ChangeRoutingRuleOrderRequest is the request to move a routing rule of a team.
type ChangeRoutingRuleOrderRequest struct {
	Ref

	ID    string `path:"id"`
	Order int    `json:"order" check:"min=0"` // the new position among the rules, from 0
}

// ChangeOrder moves a routing rule to another position among the rules of its team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-routing-rules (confirmed)
func (s *RoutingRuleService) ChangeOrder(ctx context.Context, in ChangeRoutingRuleOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH"+rulePath+"/change-order", in, services.SafeToRetry)
}

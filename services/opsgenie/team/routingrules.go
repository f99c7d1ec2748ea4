package team

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A RoutingRuleService calls the Team Routing Rule API. It is safe for concurrent use.
// [NewRoutingRules] returns one.
type RoutingRuleService struct{ client *services.Client }

// NewRoutingRules returns a service that uses client, whose codec must be Opsgenie's.
func NewRoutingRules(client *services.Client) *RoutingRuleService {
	return &RoutingRuleService{client: client}
}

// routingRule identifies a routing rule of a team.
type routingRule struct {
	Ref

	ID string `path:"id"`
}

// List returns the routing rules of a team.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#list-team-routing-rules
func (s *RoutingRuleService) List(ctx context.Context, ref Ref) (*services.Result[[]RoutingRule], error) {
	return services.Do[[]RoutingRule](ctx, s.client, "GET /v2/teams/{identifier}/routing-rules", ref.below(), services.ByMethod)
}

// CreateRoutingRuleRequest defines a new routing rule of a team.
type CreateRoutingRuleRequest struct {
	Ref

	Name            string                 `json:"name,omitzero"`
	Order           services.Optional[int] `json:"order,omitzero"`           // position, from 0; the server chooses it if absent
	Criteria        shape.Filter           `json:"criteria,omitzero"`        // which alerts; all if not given
	TimeRestriction shape.TimeRestriction  `json:"timeRestriction,omitzero"` // always if not given
	Notify          shape.Recipient        `json:"notify" check:"required"`  // a schedule, an escalation, or nobody: [shape.ToNone]
	Timezone        string                 `json:"timezone,omitzero"`        // such as "Europe/Berlin"; the account's if empty
}

// Check refuses a negative order, and criteria and restrictions without a required member.
func (r CreateRoutingRuleRequest) Check() error {
	return errors.Join(check.Order("order", r.Order), check.Filter("criteria", r.Criteria),
		check.TimeRestriction("timeRestriction", r.TimeRestriction))
}

// Create creates a routing rule. Only 429 and 503 are retried, because a second copy would
// create a second rule.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#create-team-routing-rule
func (s *RoutingRuleService) Create(ctx context.Context, in CreateRoutingRuleRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/routing-rules", in, services.RetryIfRefused)
}

// Get returns one routing rule of a team.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#get-team-routing-rule
func (s *RoutingRuleService) Get(ctx context.Context, ref Ref, id string) (*services.Result[RoutingRule], error) {
	in := routingRule{ref.below(), id}
	return services.Do[RoutingRule](ctx, s.client, "GET /v2/teams/{identifier}/routing-rules/{id}", in, services.ByMethod)
}

// UpdateRoutingRuleRequest changes a routing rule of a team; ChangeOrder changes its position.
// Members that are absent stay as they are, except for the timezone: according to the API's
// description it becomes the account's. Whether null removes a restriction is not documented.
type UpdateRoutingRuleRequest struct {
	Ref
	services.Other

	ID              string                                   `path:"id"`
	Name            services.Optional[string]                `json:"name,omitzero"`
	Criteria        services.Optional[shape.Filter]          `json:"criteria,omitzero"`
	TimeRestriction services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
	Notify          services.Optional[shape.Recipient]       `json:"notify,omitzero"`
	Timezone        services.Optional[string]                `json:"timezone,omitzero"`
}

// Request returns a request that writes r back, to be changed before it is sent. Members that
// the type does not know are sent as they came. The caller must set Ref, the team.
func (r RoutingRule) Request() UpdateRoutingRuleRequest {
	in := services.RequestFrom[UpdateRoutingRuleRequest](r)
	in.ID = r.ID
	return in
}

// Check refuses criteria and restrictions without a required member, and criteria, a restriction
// or a recipient that is set to its zero value.
func (r UpdateRoutingRuleRequest) Check() error {
	criteria, _ := r.Criteria.Get()
	restriction, _ := r.TimeRestriction.Get()
	return errors.Join(
		check.NotZero("criteria", r.Criteria), check.Filter("criteria", criteria),
		check.NotZero("timeRestriction", r.TimeRestriction), check.TimeRestriction("timeRestriction", restriction),
		check.NotZero("notify", r.Notify),
	)
}

// Update changes a routing rule. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#update-team-routing-rule-partial
func (s *RoutingRuleService) Update(ctx context.Context, in UpdateRoutingRuleRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "PATCH /v2/teams/{identifier}/routing-rules/{id}", in, services.SafeToRetry)
}

// Delete deletes a routing rule. If the response of an attempt was lost, the retry's error
// matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#delete-team-routing-rule
func (s *RoutingRuleService) Delete(ctx context.Context, ref Ref, id string) (*services.Result[services.None], error) {
	in := routingRule{ref.below(), id}
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}/routing-rules/{id}", in, services.ByMethod)
}

// ChangeRoutingRuleOrderRequest moves a routing rule of a team.
type ChangeRoutingRuleOrderRequest struct {
	Ref

	ID    string `path:"id"`
	Order int    `json:"order" check:"min=0"` // the new position among the rules, from 0
}

// ChangeOrder moves a routing rule to another position among the rules of its team. Safe to
// retry.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#change-team-routing-rule-order
func (s *RoutingRuleService) ChangeOrder(ctx context.Context, in ChangeRoutingRuleOrderRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/routing-rules/{id}/change-order", in, services.SafeToRetry)
}

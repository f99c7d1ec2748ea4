package team

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A RoutingRuleService calls the Team Routing Rule API. It is safe for
// concurrent use. [NewRoutingRules] makes one.
type RoutingRuleService struct{ client *services.Client }

// NewRoutingRules returns a service that calls by client, whose codec must be Opsgenie's.
func NewRoutingRules(client *services.Client) *RoutingRuleService {
	return &RoutingRuleService{client: client}
}

// A RoutingRule says whom an alert of a team notifies. The first that fits an
// alert counts; the default one stands last and fits all.
type RoutingRule struct {
	ID              string                `json:"id"`
	Name            string                `json:"name"`
	IsDefault       bool                  `json:"isDefault"`
	Order           int                   `json:"order"` // its place among the rules, from zero
	Criteria        shape.Filter          `json:"criteria,omitzero"`
	Timezone        string                `json:"timezone,omitzero"`
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Notify          shape.Recipient       `json:"notify,omitzero"`
}

// ListRoutingRulesRequest asks for the routing rules of one team.
type ListRoutingRulesRequest struct{ Ref }

// List returns the routing rules of a team.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#list-team-routing-rules
func (s *RoutingRuleService) List(ctx context.Context, in ListRoutingRulesRequest) (*services.Result[[]RoutingRule], error) {
	in.Ref = in.below()
	return services.Do[[]RoutingRule](ctx, s.client, "GET /v2/teams/{identifier}/routing-rules", in, services.ByMethod)
}

// CreateRoutingRuleRequest asks for a routing rule in one team.
type CreateRoutingRuleRequest struct {
	Ref

	Name            string                `json:"name,omitzero"`
	Order           *int                  `json:"order,omitzero" check:"min=0"` // its place, from zero; nil leaves it to the server
	Criteria        shape.Filter          `json:"criteria,omitzero"`            // which alerts; all if not given
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`     // always if not given
	Notify          shape.Recipient       `json:"notify" check:"required"`      // a schedule, an escalation, or nobody: [shape.ToNone]
	Timezone        string                `json:"timezone,omitzero"`            // such as "Europe/Berlin"; the account's if empty
}

// Check refuses criteria and restrictions that lack what they must have.
func (r CreateRoutingRuleRequest) Check() error {
	return errors.Join(check.Filter("criteria", r.Criteria), check.TimeRestriction("timeRestriction", r.TimeRestriction))
}

// repeat says that there is none: it might create the rule twice.
func (r CreateRoutingRuleRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a routing rule. A repeat after a lost answer might create it
// twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#create-team-routing-rule
func (s *RoutingRuleService) Create(ctx context.Context, in CreateRoutingRuleRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/routing-rules", in, in.repeat())
}

// GetRoutingRuleRequest asks for one routing rule of one team.
type GetRoutingRuleRequest struct {
	Ref

	ID string `path:"id"`
}

// Get reads one routing rule.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#get-team-routing-rule
func (s *RoutingRuleService) Get(ctx context.Context, in GetRoutingRuleRequest) (*services.Result[RoutingRule], error) {
	in.Ref = in.below()
	return services.Do[RoutingRule](ctx, s.client, "GET /v2/teams/{identifier}/routing-rules/{id}", in, services.ByMethod)
}

// UpdateRoutingRuleRequest asks to change one routing rule of one team. What is
// empty or not given stays as it is; of the timezone the API's description says
// that the account's is meant then. Whether null takes a restriction away is not
// documented. The place is changed by ChangeOrder.
type UpdateRoutingRuleRequest struct {
	Ref

	ID              string                                   `path:"id"`
	Name            string                                   `json:"name,omitzero"`
	Criteria        shape.Filter                             `json:"criteria,omitzero"`
	TimeRestriction services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
	Notify          shape.Recipient                          `json:"notify,omitzero"`
	Timezone        string                                   `json:"timezone,omitzero"`
}

// Check refuses criteria and restrictions that lack what they must have.
func (r UpdateRoutingRuleRequest) Check() error {
	restriction, _ := r.TimeRestriction.Get()
	return errors.Join(check.Filter("criteria", r.Criteria), check.TimeRestriction("timeRestriction", restriction))
}

// repeat says that a repeat is harmless.
func (r UpdateRoutingRuleRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes a routing rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#update-team-routing-rule-partial
func (s *RoutingRuleService) Update(ctx context.Context, in UpdateRoutingRuleRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "PATCH /v2/teams/{identifier}/routing-rules/{id}", in, in.repeat())
}

// DeleteRoutingRuleRequest asks to delete one routing rule of one team.
type DeleteRoutingRuleRequest struct {
	Ref

	ID string `path:"id"`
}

// Delete deletes a routing rule. A repeat is harmless, but where an answer was
// lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#delete-team-routing-rule
func (s *RoutingRuleService) Delete(ctx context.Context, in DeleteRoutingRuleRequest) (*services.Result[services.None], error) {
	in.Ref = in.below()
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}/routing-rules/{id}", in, services.ByMethod)
}

// ChangeRoutingRuleOrderRequest asks to move one routing rule of one team.
type ChangeRoutingRuleOrderRequest struct {
	Ref

	ID    string `path:"id"`
	Order int    `json:"order" check:"min=0"` // the place among the rules that it gets, from zero
}

// repeat says that a repeat is harmless.
func (r ChangeRoutingRuleOrderRequest) repeat() services.Repeat { return services.SafeToRetry }

// ChangeOrder moves a routing rule to another place among the rules of its team.
// A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/team-routing-rule-api#change-team-routing-rule-order
func (s *RoutingRuleService) ChangeOrder(ctx context.Context, in ChangeRoutingRuleOrderRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/routing-rules/{id}/change-order", in, in.repeat())
}

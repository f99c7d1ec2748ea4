package user

import (
	"context"

	"github.com/tripware/tripware/services"
)

// ListEscalations returns the escalations that a user is part of.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-escalations
func (s *Service) ListEscalations(ctx context.Context, ref Ref) (*services.Result[[]Escalation], error) {
	return services.Do[[]Escalation](ctx, s.client, "GET /v2/users/{identifier}/escalations", ref, services.ByMethod)
}

// ListForwardingRules returns the rules that forward the notifications of a user.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-forwarding-rules
func (s *Service) ListForwardingRules(ctx context.Context, ref Ref) (*services.Result[[]ForwardingRule], error) {
	return services.Do[[]ForwardingRule](ctx, s.client, "GET /v2/users/{identifier}/forwarding-rules", ref, services.ByMethod)
}

// ListSchedules returns the schedules that a user is part of.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-schedules
func (s *Service) ListSchedules(ctx context.Context, ref Ref) (*services.Result[[]Schedule], error) {
	return services.Do[[]Schedule](ctx, s.client, "GET /v2/users/{identifier}/schedules", ref, services.ByMethod)
}

// ListTeams returns the teams that a user is a member of.
//
// API: https://docs.opsgenie.com/docs/user-api#list-user-teams
func (s *Service) ListTeams(ctx context.Context, ref Ref) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/users/{identifier}/teams", ref, services.ByMethod)
}

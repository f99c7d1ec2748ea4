package policy

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A TeamService calls the API of the policies of teams. It is safe for concurrent use. [NewTeam]
// returns one.
type TeamService struct{ client *services.Client }

// NewTeam returns a service that sends its calls with client, whose codec must be that of JSM.
func NewTeam(client *services.Client) *TeamService { return &TeamService{client: client} }

// A Ref identifies a policy of a team.
type Ref struct {
	ID     string `path:"policyId"` // required
	TeamID string `path:"teamId"`   // required; the team that owns the policy
}

// A TeamListRequest asks for one page of the policies of a team that are of one type. Offset
// counts policies; the server's default for Limit is 25, and the most 50.
type TeamListRequest struct {
	shape.Page

	Type Kind `query:"type" check:"required"` // for policies of both types, list each
}

// teamList is the request for policies of a team.
type teamList struct {
	TeamListRequest

	TeamID string `path:"teamId"`
}

const teamListRoute = "GET /v1/teams/{teamId}/policies"

// List returns one page of the policies of a team that are of one type, without filters and
// actions. An empty list can also mean that the caller cannot see the team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (confirmed)
func (s *TeamService) List(ctx context.Context, teamID string, in TeamListRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, teamListRoute, teamList{in, teamID}, services.ByMethod)
}

// All returns all policies of a team that are of one type, page after page: see [services.All].
// A page has 50 policies unless Limit is set.
func (s *TeamService) All(ctx context.Context, teamID string, in TeamListRequest) iter.Seq2[Summary, error] {
	in.Limit = cmp.Or(in.Limit, 50)
	return services.All[Summary](ctx, s.client, teamListRoute, teamList{in, teamID})
}

// Create creates a policy of the team in.TeamID and returns it. Its ID and Order are not sent.
// Only 429 and 503 are retried, because a second copy would create a second policy.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (confirmed)
func (s *TeamService) Create(ctx context.Context, in Policy) (*services.Result[Policy], error) {
	request := teamCreation{in.TeamID, in.complete().without("id", "order")}
	return services.Do[Policy](ctx, s.client, "POST /v1/teams/{teamId}/policies", request, services.RetryIfRefused)
}

// teamCreation is the request to create a policy of a team.
type teamCreation struct {
	TeamID string `path:"teamId"`
	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member.
func (c teamCreation) Check() error { return c.Policy.check() }

// Get returns one policy of a team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (confirmed)
func (s *TeamService) Get(ctx context.Context, ref Ref) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "GET /v1/teams/{teamId}/policies/{policyId}", ref, services.ByMethod)
}

// Update replaces the policy with the id in.ID of the team in.TeamID and returns it. A member
// that is left out is removed or gets the server's default: call [TeamService.Get], change what
// it returned, and pass that, with TeamID set if the response had none. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (confirmed)
func (s *TeamService) Update(ctx context.Context, in Policy) (*services.Result[Policy], error) {
	request := teamReplacement{Ref{in.ID, in.TeamID}, in.complete()}
	return services.Do[Policy](ctx, s.client, "PUT /v1/teams/{teamId}/policies/{policyId}", request, services.ByMethod)
}

// teamReplacement is the request to replace a policy of a team.
type teamReplacement struct {
	Ref

	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member.
func (r teamReplacement) Check() error { return r.Policy.check() }

// Delete deletes a policy of a team. Safe to retry, but if the response to the first attempt was
// lost, errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (confirmed)
func (s *TeamService) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/teams/{teamId}/policies/{policyId}", ref, services.ByMethod)
}

// A TeamChangeOrderRequest moves one policy of a team.
type TeamChangeOrderRequest struct {
	Ref

	Order int `json:"order" check:"min=0"` // new position, from 0
}

// ChangeOrder moves a policy of a team to another position. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (one source)
func (s *TeamService) ChangeOrder(ctx context.Context, in TeamChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/teams/{teamId}/policies/{policyId}/change-order", in, services.SafeToRetry)
}

// Enable enables a policy of a team and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (one source)
func (s *TeamService) Enable(ctx context.Context, ref Ref) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "POST /v1/teams/{teamId}/policies/{policyId}/enable", ref, services.SafeToRetry)
}

// Disable disables a policy of a team and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-policies (one source)
func (s *TeamService) Disable(ctx context.Context, ref Ref) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "POST /v1/teams/{teamId}/policies/{policyId}/disable", ref, services.SafeToRetry)
}

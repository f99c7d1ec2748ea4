package maintenance

import (
	"context"
	"iter"

	"github.com/tripware/tripware/services"
)

// A TeamService calls the API of the maintenances of teams. It is safe for concurrent use.
// [NewTeam] returns one.
type TeamService struct{ client *services.Client }

// NewTeam returns a service that sends its calls with client, whose codec must be that of JSM.
func NewTeam(client *services.Client) *TeamService { return &TeamService{client: client} }

// A Ref identifies a maintenance of a team.
type Ref struct {
	ID     string `path:"id"`     // required
	TeamID string `path:"teamId"` // required
}

// teamList is the request for maintenances of a team.
type teamList struct {
	ListRequest

	TeamID string `path:"teamId"`
}

const teamListRoute = "GET /v1/teams/{teamId}/maintenances"

// List returns one page of the maintenances of a team that in selects. They may lack their rules.
// An empty list can also mean that the caller cannot see the team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *TeamService) List(ctx context.Context, teamID string, in ListRequest) (*services.Result[[]Maintenance], error) {
	return services.Do[[]Maintenance](ctx, s.client, teamListRoute, teamList{in, teamID}, services.ByMethod)
}

// All returns all maintenances of a team that in selects, page after page: see [services.All]. A
// page has 100 maintenances unless Limit is set.
func (s *TeamService) All(ctx context.Context, teamID string, in ListRequest) iter.Seq2[Maintenance, error] {
	return services.All[Maintenance](ctx, s.client, teamListRoute, teamList{in.whole(), teamID})
}

// teamCreation is the request to create a maintenance of a team.
type teamCreation struct {
	CreateRequest

	TeamID string `path:"teamId"`
}

// Create creates a maintenance of a team and returns it. Only 429 and 503 are retried, because a
// second copy would create a second maintenance.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *TeamService) Create(ctx context.Context, teamID string, in CreateRequest) (*services.Result[Maintenance], error) {
	request := teamCreation{in, teamID}
	return services.Do[Maintenance](ctx, s.client, "POST /v1/teams/{teamId}/maintenances", request, services.RetryIfRefused)
}

// Get returns one maintenance of a team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *TeamService) Get(ctx context.Context, ref Ref) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "GET /v1/teams/{teamId}/maintenances/{id}", ref, services.ByMethod)
}

// teamUpdate is the request to change a maintenance of a team.
type teamUpdate struct {
	UpdateRequest

	TeamID string `path:"teamId"`
}

// Update changes a maintenance of a team, for example its end, and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *TeamService) Update(ctx context.Context, teamID string, in UpdateRequest) (*services.Result[Maintenance], error) {
	request := teamUpdate{in, teamID}
	return services.Do[Maintenance](ctx, s.client, "PATCH /v1/teams/{teamId}/maintenances/{id}", request, services.SafeToRetry)
}

// Delete deletes a maintenance of a team. Safe to retry, but if the response to the first attempt
// was lost, errors.Is matches [services.ErrNotFound]. The server has refused some API tokens here
// with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *TeamService) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/teams/{teamId}/maintenances/{id}", ref, services.ByMethod)
}

// Cancel cancels a maintenance of a team and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-maintenances (confirmed)
func (s *TeamService) Cancel(ctx context.Context, ref Ref) (*services.Result[Maintenance], error) {
	return services.Do[Maintenance](ctx, s.client, "POST /v1/teams/{teamId}/maintenances/{id}/cancel", ref, services.SafeToRetry)
}

// Package team calls the Team API: teams, their members and roles, and the routing rules that
// decide which recipients are notified of a team's alerts. Each has a service: [Service],
// [MemberService], [RoleService] and [RoutingRuleService].
//
// All operations are synchronous and count towards the rate-limit domain configuration. With
// the API key of a team, errors.Is matches [services.ErrForbidden] for other teams.
package team

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Team API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a team. [ByID] and [ByName] return one; the zero value is refused before
// sending.
type Ref struct {
	identifier string `path:"identifier"`
	belowKind  string `query:"teamIdentifierType"` // instead of kind, for what belongs to a team
	kind       string `query:"identifierType"`
}

// ByID refers to the team with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the team with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// below returns the reference as it is sent to operations on what belongs to a team.
func (r Ref) below() Ref {
	r.belowKind, r.kind = r.kind, ""
	return r
}

// List returns all teams, without their members.
//
// API: https://docs.opsgenie.com/docs/team-api#list-teams
func (s *Service) List(ctx context.Context) (*services.Result[[]Team], error) {
	return services.Do[[]Team](ctx, s.client, "GET /v2/teams", nil, services.ByMethod)
}

// CreateRequest defines a new team.
type CreateRequest struct {
	Name        string   `json:"name" check:"required"` // at most 100 characters
	Description string   `json:"description,omitzero"`  // at most 200 characters
	Members     []Member `json:"members,omitzero"`
}

// Check refuses members without a user.
func (r CreateRequest) Check() error { return checkMembers(r.Members) }

// Create creates a team. The API key of a team is not allowed to. Only 429 and 503 are retried,
// because a second copy would be refused as a conflict.
//
// API: https://docs.opsgenie.com/docs/team-api#create-team
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/teams", in, services.RetryIfRefused)
}

// Get returns one team with its members.
//
// API: https://docs.opsgenie.com/docs/team-api#get-team
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Team], error) {
	return services.Do[Team](ctx, s.client, "GET /v2/teams/{identifier}", ref, services.ByMethod)
}

// UpdateRequest changes a team. Members of the request that are absent stay as they are. The API
// does not document whether Members replaces the present members or is added to them.
type UpdateRequest struct {
	services.Other

	ID          string                      `path:"identifier"`           // the API takes no name here
	Name        services.Optional[string]   `json:"name,omitzero"`        // at most 100 characters
	Description services.Optional[string]   `json:"description,omitzero"` // at most 200 characters
	Members     services.Optional[[]Member] `json:"members,omitzero"`
}

// Request returns a request that writes t back, to be changed before it is sent. Members that
// the type does not know are sent as they came. For a team from List, Members is absent.
func (t Team) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](t)
	in.ID = t.ID
	return in
}

// Check refuses members without a user.
func (r UpdateRequest) Check() error {
	members, _ := r.Members.Get()
	return checkMembers(members)
}

// Update changes a team. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/team-api#update-team-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/teams/{identifier}", in, services.SafeToRetry)
}

// Delete deletes a team. While another object uses it, errors.Is matches [services.ErrInUse].
// If the response of an attempt was lost, the retry's error matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-api#delete-team
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}", ref, services.ByMethod)
}

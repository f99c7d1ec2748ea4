// Package team is the API of teams: who is in them, with which role, what these
// roles may do, and by which rules a team's alerts find somebody to notify. It
// has a service for each of these: [Service], [MemberService], [RoleService] and
// [RoutingRuleService].
//
// Everything here belongs to the rate-limit domain configuration, and is done
// when the answer comes. With the key of a team, other teams are refused as
// [services.ErrForbidden].
package team

import (
	"context"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Team API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref says which team a request is about, or below which. [ByID] and [ByName]
// make one; the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	belowKind  string `query:"teamIdentifierType"` // in the stead of kind, below a team
	kind       string `query:"identifierType"`
}

// ByID refers to the team with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the team with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// below returns the reference as operations on what a team has call it.
func (r Ref) below() Ref {
	r.belowKind, r.kind = r.kind, ""
	return r
}

// A Team is a team as the server shows it.
type Team struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitzero"`
	Members     []Member `json:"members,omitzero"` // from Get alone
}

// A Summary is what changes tell of a team, a role or a rule.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// The roles that each team has. A team can have others by names of its own: see
// [RoleService].
const (
	MemberUser  = "user"
	MemberAdmin = "admin"
)

// A Member is a user in a team. One that is sent needs the user's id or username.
type Member struct {
	User shape.User `json:"user"`
	Role string     `json:"role,omitzero"` // [MemberUser], [MemberAdmin] or the name of a role of the team's own; user if empty
}

func checkMembers(all []Member) error {
	for i, m := range all {
		if m.User.ID == "" && m.User.Username == "" {
			return &services.ArgumentError{Field: fmt.Sprintf("members[%d].user", i), Problem: "is required"}
		}
	}
	return nil
}

// ListRequest asks for the teams; there is nothing to choose.
type ListRequest struct{}

// List returns all teams, without their members.
//
// API: https://docs.opsgenie.com/docs/team-api#list-teams
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Team], error) {
	return services.Do[[]Team](ctx, s.client, "GET /v2/teams", in, services.ByMethod)
}

// CreateRequest asks for a team.
type CreateRequest struct {
	Name        string   `json:"name" check:"required"` // at most 100 characters
	Description string   `json:"description,omitzero"`  // at most 200 characters
	Members     []Member `json:"members,omitzero"`
}

// Check refuses members without a user.
func (r CreateRequest) Check() error { return checkMembers(r.Members) }

// repeat says that there is none: it would be refused as a conflict.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a team. The key of a team is not allowed to. A repeat after a
// lost answer would be refused as a conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/team-api#create-team
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/teams", in, in.repeat())
}

// GetRequest asks for one team.
type GetRequest struct{ Ref }

// Get reads one team with its members.
//
// API: https://docs.opsgenie.com/docs/team-api#get-team
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Team], error) {
	return services.Do[Team](ctx, s.client, "GET /v2/teams/{identifier}", in, services.ByMethod)
}

// UpdateRequest asks to change one team, which is referred to by its id: the API
// takes no name here. What is nil or empty stays as it is.
type UpdateRequest struct {
	ID          string   `path:"identifier"`
	Name        string   `json:"name,omitzero"`        // at most 100 characters
	Description *string  `json:"description,omitzero"` // at most 200 characters
	Members     []Member `json:"members,omitzero"`     // whether they replace those that the team has, or come to them, is not documented
}

// Check refuses members without a user.
func (r UpdateRequest) Check() error { return checkMembers(r.Members) }

// repeat says that a repeat is harmless.
func (r UpdateRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes a team. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/team-api#update-team-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/teams/{identifier}", in, in.repeat())
}

// DeleteRequest asks to delete one team.
type DeleteRequest struct{ Ref }

// Delete deletes a team. While something uses it the error Is
// [services.ErrInUse]. A repeat is harmless, but where an answer was lost it Is
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-api#delete-team
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}", in, services.ByMethod)
}

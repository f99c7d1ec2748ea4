package team

import (
	"context"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// A RoleService calls the Team Role API, for roles that a team has beside [MemberUser] and
// [MemberAdmin]. It is safe for concurrent use. [NewRoles] returns one.
type RoleService struct{ client *services.Client }

// NewRoles returns a service that uses client, whose codec must be Opsgenie's.
func NewRoles(client *services.Client) *RoleService { return &RoleService{client: client} }

// A RoleRef identifies a role of a team. [RoleByID] and [RoleByName] return one; the zero value
// is refused before sending.
type RoleRef struct {
	identifier string `path:"teamRoleIdentifier"`
	kind       string // sent as the identifierType: see below
}

// RoleByID refers to the role with an id.
func RoleByID(id string) RoleRef { return RoleRef{identifier: id, kind: "id"} }

// RoleByName refers to the role with a name.
func RoleByName(name string) RoleRef { return RoleRef{identifier: name, kind: "name"} }

// roleOf identifies a role of a team.
type roleOf struct {
	Ref
	RoleRef
}

// below returns the references as they are sent: the parameter identifierType belongs to the
// role, teamIdentifierType to the team.
func (r RoleRef) below(team Ref) roleOf {
	team = team.below()
	team.kind = r.kind
	return roleOf{team, r}
}

// List returns the roles of a team.
//
// API: https://docs.opsgenie.com/docs/team-role-api#list-team-roles
func (s *RoleService) List(ctx context.Context, ref Ref) (*services.Result[[]Role], error) {
	return services.Do[[]Role](ctx, s.client, "GET /v2/teams/{identifier}/roles", ref.below(), services.ByMethod)
}

// CreateRoleRequest defines a new role of a team.
type CreateRoleRequest struct {
	Ref

	Name   string  `json:"name" check:"required"`
	Rights []Right `json:"rights" check:"required"`
}

// Check refuses rights without a name.
func (r CreateRoleRequest) Check() error { return checkRights(r.Rights) }

func checkRights(all []Right) error {
	for i, right := range all {
		if right.Right == "" && !check.Kept(right.Other, "right") {
			return &services.ArgumentError{Field: fmt.Sprintf("rights[%d].right", i), Problem: "is required"}
		}
	}
	return nil
}

// Create creates a role. Only 429 and 503 are retried, because a second copy would be refused
// as a conflict.
//
// API: https://docs.opsgenie.com/docs/team-role-api#create-team-role
func (s *RoleService) Create(ctx context.Context, in CreateRoleRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/roles", in, services.RetryIfRefused)
}

// Get returns one role of a team.
//
// API: https://docs.opsgenie.com/docs/team-role-api#get-team-role
func (s *RoleService) Get(ctx context.Context, ref Ref, role RoleRef) (*services.Result[Role], error) {
	in := role.below(ref)
	return services.Do[Role](ctx, s.client, "GET /v2/teams/{identifier}/roles/{teamRoleIdentifier}", in, services.ByMethod)
}

// UpdateRoleRequest changes a role of a team. Members that are absent stay as they are.
type UpdateRoleRequest struct {
	Ref
	RoleRef
	services.Other

	Name   services.Optional[string]  `json:"name,omitzero"`
	Rights services.Optional[[]Right] `json:"rights,omitzero"` // replaces all rights
}

// Request returns a request that writes r back, to be changed before it is sent. Members that
// the type does not know are sent as they came. The caller must set Ref, the team.
func (r Role) Request() UpdateRoleRequest {
	in := services.RequestFrom[UpdateRoleRequest](r)
	in.RoleRef = RoleByID(r.ID)
	return in
}

// Check refuses rights without a name.
func (r UpdateRoleRequest) Check() error {
	rights, _ := r.Rights.Get()
	return checkRights(rights)
}

// Update changes a role. Safe to retry; if the request changes the name that it refers to, only
// 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/team-role-api#update-team-role-partial
func (s *RoleService) Update(ctx context.Context, in UpdateRoleRequest) (*services.Result[Summary], error) {
	repeat := check.Renamed(in.RoleRef.kind == "name", in.RoleRef.identifier, in.Name)
	in.Ref = in.RoleRef.below(in.Ref).Ref
	return services.Do[Summary](ctx, s.client, "PATCH /v2/teams/{identifier}/roles/{teamRoleIdentifier}", in, repeat)
}

// Delete deletes a role. If the response of an attempt was lost, the retry's error matches
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-role-api#delete-team-role
func (s *RoleService) Delete(ctx context.Context, ref Ref, role RoleRef) (*services.Result[services.None], error) {
	in := role.below(ref)
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}/roles/{teamRoleIdentifier}", in, services.ByMethod)
}

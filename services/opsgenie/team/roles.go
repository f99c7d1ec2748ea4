package team

import (
	"context"
	"fmt"

	"github.com/tripware/tripware/services"
)

// A RoleService calls the Team Role API: the roles that a team has of its own.
// It is safe for concurrent use. [NewRoles] makes one.
type RoleService struct{ client *services.Client }

// NewRoles returns a service that calls by client, whose codec must be Opsgenie's.
func NewRoles(client *services.Client) *RoleService { return &RoleService{client: client} }

// A RoleRef says which role of a team a request is about. [RoleByID] and
// [RoleByName] make one; the zero value is refused.
type RoleRef struct {
	identifier string `path:"teamRoleIdentifier"`
	kind       string // goes where the kind of the team's identifier would be: see Ref.withRole
}

// RoleByID refers to the role with an id.
func RoleByID(id string) RoleRef { return RoleRef{identifier: id, kind: "id"} }

// RoleByName refers to the role with a name.
func RoleByName(name string) RoleRef { return RoleRef{identifier: name, kind: "name"} }

// withRole returns the reference as operations on a role of a team call it: the
// plain name of the parameter is that of the role's identifier.
func (r Ref) withRole(role RoleRef) Ref {
	r = r.below()
	r.kind = role.kind
	return r
}

// A Role is what members of a team may do.
type Role struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Rights []Right `json:"rights"`
}

// A Right is something that a role allows, or does not.
type Right struct {
	Right   string `json:"right"` // such as "manage-members" or "edit-team-roles"; the set is open
	Granted bool   `json:"granted"`
}

func checkRights(all []Right) error {
	for i, right := range all {
		if right.Right == "" {
			return &services.ArgumentError{Field: fmt.Sprintf("rights[%d].right", i), Problem: "is required"}
		}
	}
	return nil
}

// ListRolesRequest asks for the roles of one team.
type ListRolesRequest struct{ Ref }

// List returns the roles of a team.
//
// API: https://docs.opsgenie.com/docs/team-role-api#list-team-roles
func (s *RoleService) List(ctx context.Context, in ListRolesRequest) (*services.Result[[]Role], error) {
	in.Ref = in.below()
	return services.Do[[]Role](ctx, s.client, "GET /v2/teams/{identifier}/roles", in, services.ByMethod)
}

// CreateRoleRequest asks for a role in one team.
type CreateRoleRequest struct {
	Ref

	Name   string  `json:"name" check:"required"`
	Rights []Right `json:"rights" check:"required"`
}

// Check refuses rights without a name.
func (r CreateRoleRequest) Check() error { return checkRights(r.Rights) }

// repeat says that there is none: it would be refused as a conflict.
func (r CreateRoleRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a role. A repeat after a lost answer would be refused as a
// conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/team-role-api#create-team-role
func (s *RoleService) Create(ctx context.Context, in CreateRoleRequest) (*services.Result[Summary], error) {
	in.Ref = in.below()
	return services.Do[Summary](ctx, s.client, "POST /v2/teams/{identifier}/roles", in, in.repeat())
}

// GetRoleRequest asks for one role of one team.
type GetRoleRequest struct {
	Ref
	RoleRef
}

// Get reads one role.
//
// API: https://docs.opsgenie.com/docs/team-role-api#get-team-role
func (s *RoleService) Get(ctx context.Context, in GetRoleRequest) (*services.Result[Role], error) {
	in.Ref = in.withRole(in.RoleRef)
	return services.Do[Role](ctx, s.client, "GET /v2/teams/{identifier}/roles/{teamRoleIdentifier}", in, services.ByMethod)
}

// UpdateRoleRequest asks to change one role of one team. What is nil or empty
// stays as it is.
type UpdateRoleRequest struct {
	Ref
	RoleRef

	Name   string  `json:"name,omitzero"`
	Rights []Right `json:"rights,omitzero"`
}

// Check refuses rights without a name.
func (r UpdateRoleRequest) Check() error { return checkRights(r.Rights) }

// repeat says that a repeat is harmless, unless the role is referred to by the
// name that the request changes.
func (r UpdateRoleRequest) repeat() services.Repeat {
	if r.RoleRef.kind == "name" && r.Name != "" && r.RoleRef.identifier != r.Name {
		return services.ByMethod
	}
	return services.SafeToRetry
}

// Update changes a role. A repeat is harmless, but for a change of the name that
// it is referred to by.
//
// API: https://docs.opsgenie.com/docs/team-role-api#update-team-role-partial
func (s *RoleService) Update(ctx context.Context, in UpdateRoleRequest) (*services.Result[Summary], error) {
	in.Ref = in.withRole(in.RoleRef)
	return services.Do[Summary](ctx, s.client, "PATCH /v2/teams/{identifier}/roles/{teamRoleIdentifier}", in, in.repeat())
}

// DeleteRoleRequest asks to delete one role of one team.
type DeleteRoleRequest struct {
	Ref
	RoleRef
}

// Delete deletes a role. A repeat is harmless, but where an answer was lost it
// Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/team-role-api#delete-team-role
func (s *RoleService) Delete(ctx context.Context, in DeleteRoleRequest) (*services.Result[services.None], error) {
	in.Ref = in.withRole(in.RoleRef)
	return services.Do[services.None](ctx, s.client, "DELETE /v2/teams/{identifier}/roles/{teamRoleIdentifier}", in, services.ByMethod)
}

package team

import (
	"context"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
)

// A RoleService calls the team roles API. It is safe for concurrent use. [NewRoles] returns one.
type RoleService struct{ client *services.Client }

// NewRoles returns a service that sends its calls with client, whose codec must be that of JSM.
func NewRoles(client *services.Client) *RoleService { return &RoleService{client: client} }

// A RoleRef identifies a role of a team by its id: [RoleByID] returns one. The zero value is
// refused.
type RoleRef struct {
	identifier string `path:"identifier"`
}

// RoleByID returns a reference to the role with an id. Whether the server also takes a name here
// is not documented.
func RoleByID(id string) RoleRef { return RoleRef{id} }

// roleOf identifies a role of a team.
type roleOf struct {
	Ref
	RoleRef
}

const (
	rolesPath = " /v1/teams/{teamId}/roles"
	rolePath  = rolesPath + "/{identifier}"
)

// List returns the roles of a team; the API has no pages here. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-roles (confirmed)
func (s *RoleService) List(ctx context.Context, ref Ref) (*services.Result[[]Role], error) {
	return services.Do[[]Role](ctx, s.client, "GET"+rolesPath, ref, services.ByMethod)
}

// CreateRoleRequest is the request to create a role of a team.
type CreateRoleRequest struct {
	Ref

	Name   string  `json:"name" check:"required"`
	Rights []Right `json:"rights,omitzero"`
}

// Check refuses rights without a name.
func (r CreateRoleRequest) Check() error { return checkRights(r.Rights) }

func checkRights(all []Right) error {
	for i, right := range all {
		if right.Right == "" && !check.Kept(right.Other, "right") {
			return check.Missing(fmt.Sprintf("rights[%d].right", i), true)
		}
	}
	return nil
}

// Create creates a role and returns it. Only 429 and 503 are retried, because a second copy might
// create a second role.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-roles (confirmed)
func (s *RoleService) Create(ctx context.Context, in CreateRoleRequest) (*services.Result[Role], error) {
	return services.Do[Role](ctx, s.client, "POST"+rolesPath, in, services.RetryIfRefused)
}

// Get returns a role of a team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-roles (confirmed)
func (s *RoleService) Get(ctx context.Context, ref Ref, role RoleRef) (*services.Result[Role], error) {
	return services.Do[Role](ctx, s.client, "GET"+rolePath, roleOf{ref, role}, services.ByMethod)
}

// UpdateRoleRequest is the request to change a role of a team. Members that are absent stay as
// they are. The API does not document whether a list replaces the present one: give all rights.
// [Role.Request] returns a request with the values that were read.
type UpdateRoleRequest struct {
	Ref
	RoleRef
	services.Other

	Name   services.Optional[string]  `json:"name,omitzero"`
	Rights services.Optional[[]Right] `json:"rights,omitzero"` // all rights: see above
}

// Request returns a request that writes the role back, to be changed before it is sent. Members
// that the type does not know are sent as they came. The caller must set Ref, the team.
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

// Update changes a role and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-roles (confirmed)
func (s *RoleService) Update(ctx context.Context, in UpdateRoleRequest) (*services.Result[Role], error) {
	return services.Do[Role](ctx, s.client, "PATCH"+rolePath, in, services.SafeToRetry)
}

// Delete deletes a role. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound]. The server has refused some API tokens at deletions
// with a [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team-roles (one source)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *RoleService) Delete(ctx context.Context, ref Ref, role RoleRef) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE"+rolePath, roleOf{ref, role}, services.ByMethod)
}

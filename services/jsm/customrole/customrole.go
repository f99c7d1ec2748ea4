// Package customrole calls the custom user roles API of JSM Operations: roles that extend the
// role user by some rights and take others from it.
//
// Custom roles are part of the Enterprise plan. Under other plans the server has answered 403,
// for which errors.Is matches [services.ErrForbidden].
package customrole

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the custom user roles API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a role: [ByID] and [ByName] return one. The zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID returns a reference to the role with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName returns a reference to the role with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// CreateRequest is the request to create a custom role.
type CreateRequest struct {
	Name             string   `json:"name" check:"required"`
	GrantedRights    []string `json:"grantedRights,omitzero"`    // in addition to those of the extended role, such as "alert-view"
	DisallowedRights []string `json:"disallowedRights,omitzero"` // of those of the extended role, such as "profile-edit"
}

// Create creates a custom role and returns its id and name. Only 429 and 503 are retried, because
// a second copy might create a second role, or be refused as a conflict.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-custom-user-roles (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/roles", in, services.RetryIfRefused)
}

// Get returns one custom role. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-custom-user-roles (confirmed)
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Role], error) {
	return services.Do[Role](ctx, s.client, "GET /v1/roles/{identifier}", ref, services.ByMethod)
}

// UpdateRequest is the request to change a custom role. The method is PUT, and whether members
// that are absent stay as they are is not documented: change what [Role.Request] returns for a
// role from Get.
type UpdateRequest struct {
	Ref
	services.Other

	Name             services.Optional[string]   `json:"name,omitzero"`
	GrantedRights    services.Optional[[]string] `json:"grantedRights,omitzero"`
	DisallowedRights services.Optional[[]string] `json:"disallowedRights,omitzero"`
}

// Check refuses an empty name.
func (r UpdateRequest) Check() error {
	name, set := r.Name.Get()
	return check.Missing("name", set && name == "")
}

// repeat says that a request which changes the name that it refers to is not safe to retry: a
// second copy would not find the role.
func (r UpdateRequest) repeat() services.Repeat {
	if name, set := r.Name.Get(); set && r.kind == "name" && name != r.identifier {
		return services.RetryIfRefused
	}
	return services.SafeToRetry
}

// Update changes a custom role and returns its id and name. Safe to retry; if the request changes
// the name that it refers to, only 429 and 503 are retried.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-custom-user-roles (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v1/roles/{identifier}", in, in.repeat())
}

// Delete deletes a custom role. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-custom-user-roles (confirmed)
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/roles/{identifier}", ref, services.ByMethod)
}

// AssignRequest is the request to give a user a custom role.
type AssignRequest struct {
	AccountID string `json:"accountId" check:"required"` // the Atlassian account id of the user
	RoleID    string `json:"roleId" check:"required"`
}

// Check refuses a user who is not given by an account id.
func (r AssignRequest) Check() error { return check.AccountID("accountId", r.AccountID) }

// Assign gives a user a custom role. Its response is known from an example alone. Safe to retry,
// as far as is known.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-custom-user-roles (one source)
func (s *Service) Assign(ctx context.Context, in AssignRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/roles/assign", in, services.SafeToRetry)
}

const (
	listRoute = "GET /v1/roles"
	maxPage   = 100 // the most roles that the server returns on one page
)

// List returns one page of the ids and names of the custom roles. A Limit of zero means 20, and
// the most is 100. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-custom-user-roles (one source)
func (s *Service) List(ctx context.Context, in shape.Page) (*services.Result[[]Reference], error) {
	return services.Do[[]Reference](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns the ids and names of all custom roles, page after page: see [services.All]. A page
// has 100 roles unless Limit is set.
func (s *Service) All(ctx context.Context, in shape.Page) iter.Seq2[Reference, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Reference](ctx, s.client, listRoute, in)
}

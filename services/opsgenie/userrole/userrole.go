// Package userrole calls the Custom User Role API: roles of users beside owner, admin and user,
// which every account has.
//
// The API key needs the right to access the configuration. All operations are synchronous and
// count towards the rate-limit domain configuration.
package userrole

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// A Service calls the Custom User Role API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a role. [ByID] and [ByName] return one; the zero value is refused before
// sending.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the role with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the role with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// CreateRequest defines a new custom role.
type CreateRequest struct {
	Name             string   `json:"name" check:"required"`
	Extends          Base     `json:"extendedRole,omitzero"`     // [BaseUser] if empty
	GrantedRights    []string `json:"grantedRights,omitzero"`    // in addition to those of the extended role, such as "logs-page-access"
	DisallowedRights []string `json:"disallowedRights,omitzero"` // of those of the extended role, such as "profile-edit"
}

// Create creates a custom role. Only 429 and 503 are retried, because a second copy might be
// refused as a conflict.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#create-custom-user-role
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/roles", in, services.RetryIfRefused)
}

// Get returns one custom role.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#get-custom-user-role
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Role], error) {
	return services.Do[Role](ctx, s.client, "GET /v2/roles/{identifier}", ref, services.ByMethod)
}

// UpdateRequest changes a custom role. The method is PUT, and whether members that are absent
// stay as they are is not documented: change what [Role.Request] returns for a role from Get.
type UpdateRequest struct {
	Ref
	services.Other

	Name             services.Optional[string]   `json:"name,omitzero"`
	Extends          services.Optional[Base]     `json:"extendedRole,omitzero"`
	GrantedRights    services.Optional[[]string] `json:"grantedRights,omitzero"`
	DisallowedRights services.Optional[[]string] `json:"disallowedRights,omitzero"`
}

// Request returns a request that writes r back, to be changed before it is sent. Members that
// the type does not know are sent as they came. A role from List has no rights: use Get.
func (r Role) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](r)
	in.Ref = ByID(r.ID)
	return in
}

// Update changes a custom role. Safe to retry; if the request changes the name that it refers
// to, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#update-custom-user-role
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	repeat := check.Renamed(in.kind == "name", in.identifier, in.Name)
	return services.Do[Summary](ctx, s.client, "PUT /v2/roles/{identifier}", in, repeat)
}

// Delete deletes a custom role. If the response of an attempt was lost, the retry's error
// matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#delete-custom-user-role
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/roles/{identifier}", ref, services.ByMethod)
}

// List returns the ids, names and extended roles of all custom roles.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#list-custom-user-roles
func (s *Service) List(ctx context.Context) (*services.Result[[]Role], error) {
	return services.Do[[]Role](ctx, s.client, "GET /v2/roles", nil, services.ByMethod)
}

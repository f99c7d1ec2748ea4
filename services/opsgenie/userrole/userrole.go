// Package userrole is the Custom User Role API: roles of an account beside those
// that every account has.
//
// The API key needs the right to access the configuration. All calls count in
// the rate-limit domain configuration.
package userrole

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Custom User Role API. It is safe for concurrent use. [New]
// makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref says which role a request is about. [ByID] and [ByName] make one; the
// zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the role with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the role with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// A Base is the role that a custom one extends. The set is open.
type Base string

// The roles to extend.
const (
	BaseUser        Base = "user"
	BaseObserver    Base = "observer"
	BaseStakeholder Base = "stakeholder"
)

// A Role is a custom role.
type Role struct {
	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Extends          Base     `json:"extendedRole,omitzero"`
	GrantedRights    []string `json:"grantedRights"`    // such as "logs-page-access"; the set is open
	DisallowedRights []string `json:"disallowedRights"` // such as "profile-edit"; the set is open
}

// A Summary is what writes tell of a role.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CreateRequest asks for a custom role.
type CreateRequest struct {
	Name             string   `json:"name" check:"required"`
	Extends          Base     `json:"extendedRole,omitzero"`     // BaseUser if empty
	GrantedRights    []string `json:"grantedRights,omitzero"`    // beside those of the extended role, such as "logs-page-access"
	DisallowedRights []string `json:"disallowedRights,omitzero"` // of the extended role, such as "profile-edit"
}

// repeat says that only what was not processed may be repeated: a copy of what
// was would be a second role, or be refused.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a custom role. A repeat after a lost answer might be refused as
// a conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#create-custom-user-role
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/roles", in, in.repeat())
}

// GetRequest asks for one custom role.
type GetRequest struct{ Ref }

// Get reads one custom role.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#get-custom-user-role
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Role], error) {
	return services.Do[Role](ctx, s.client, "GET /v2/roles/{identifier}", in, services.ByMethod)
}

// UpdateRequest asks to change one custom role. Whether what is nil or empty
// stays as it is, although the method is PUT, is not documented: send all.
type UpdateRequest struct {
	Ref

	Name             string   `json:"name,omitzero"`
	Extends          Base     `json:"extendedRole,omitzero"`
	GrantedRights    []string `json:"grantedRights,omitzero"`    // an empty list is sent, nil is not
	DisallowedRights []string `json:"disallowedRights,omitzero"` // an empty list is sent, nil is not
}

// repeat says that a repeat is harmless, unless the role is referred to by the
// name that the request changes.
func (r UpdateRequest) repeat() services.Repeat {
	if r.kind == "name" && r.Name != "" && r.Name != r.identifier {
		return services.RetryIfRefused
	}
	return services.SafeToRetry
}

// Update changes a custom role. A repeat is harmless, but for a change of the
// name that it is referred to by.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#update-custom-user-role
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v2/roles/{identifier}", in, in.repeat())
}

// DeleteRequest asks to delete one custom role.
type DeleteRequest struct{ Ref }

// Delete deletes a custom role. A repeat is harmless, but where an answer was
// lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#delete-custom-user-role
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/roles/{identifier}", in, services.ByMethod)
}

// ListRequest asks for the custom roles; there is nothing to choose.
type ListRequest struct{}

// List returns all custom roles.
//
// API: https://docs.opsgenie.com/docs/custom-user-role-api#list-custom-user-roles
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Role], error) {
	return services.Do[[]Role](ctx, s.client, "GET /v2/roles", in, services.ByMethod)
}

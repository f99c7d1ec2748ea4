// Package user calls the User API: the users of an account, what they belong to, and the saved
// searches for users.
//
// The API key needs the right to access the configuration. List and All count towards the
// rate-limit domain search, all other operations towards configuration. All operations are
// synchronous.
package user

import (
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the User API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a user. [ByID] and [ByUsername] return one; the zero value is refused before
// sending.
type Ref struct {
	identifier string `path:"identifier"`
	named      bool
}

// ByID refers to the user with an id.
func ByID(id string) Ref { return Ref{identifier: id} }

// ByUsername refers to the user with a username, which is an e-mail address.
func ByUsername(username string) Ref { return Ref{identifier: username, named: true} }

// Check refuses an identifier below which the API has other routes.
func (r Ref) Check() error {
	if r.identifier == "saved-searches" {
		return &services.ArgumentError{Field: "identifier", Problem: "would lead to another operation"}
	}
	return nil
}

// CreateRequest defines a new user.
type CreateRequest struct {
	Username           string                  `json:"username" check:"required"` // the e-mail address; at most 100 characters
	FullName           string                  `json:"fullName" check:"required"` // at most 512 characters
	Role               Role                    `json:"role" check:"required"`
	SkypeUsername      string                  `json:"skypeUsername,omitzero"`
	TimeZone           string                  `json:"timeZone,omitzero"` // such as "Europe/London"; the account's if empty
	Locale             string                  `json:"locale,omitzero"`   // such as "en_GB"; the account's if empty
	Address            Address                 `json:"userAddress,omitzero"`
	Tags               []string                `json:"tags,omitzero"`
	Details            map[string][]string     `json:"details,omitzero"`
	InvitationDisabled services.Optional[bool] `json:"invitationDisabled,omitzero"` // whether no invitation is sent; false if absent
}

// Create creates a user, who is invited by e-mail. Only 429 and 503 are retried, because a
// second copy would be refused as a conflict.
//
// API: https://docs.opsgenie.com/docs/user-api#create-user
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users", in, services.RetryIfRefused)
}

// An Expand is a part of a response that the server sends only if it is asked for.
type Expand string

// ExpandContact asks for the contacts of the user.
const ExpandContact Expand = "contact"

// GetRequest selects a user and what the response contains.
type GetRequest struct {
	Ref

	Expand []Expand `query:"expand"` // [ExpandContact], or empty
}

// Get returns one user.
//
// API: https://docs.opsgenie.com/docs/user-api#get-user
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[User], error) {
	return services.Do[User](ctx, s.client, "GET /v2/users/{identifier}", in, services.ByMethod)
}

// UpdateRequest changes a user. Members that are absent stay as they are.
type UpdateRequest struct {
	Ref
	services.Other

	Username           services.Optional[string]              `json:"username,omitzero"` // at most 100 characters
	FullName           services.Optional[string]              `json:"fullName,omitzero"` // at most 512 characters
	Role               services.Optional[Role]                `json:"role,omitzero"`
	SkypeUsername      services.Optional[string]              `json:"skypeUsername,omitzero"`
	TimeZone           services.Optional[string]              `json:"timeZone,omitzero"`
	Locale             services.Optional[string]              `json:"locale,omitzero"`
	Address            services.Optional[Address]             `json:"userAddress,omitzero"`
	Tags               services.Optional[[]string]            `json:"tags,omitzero"`    // replaces all tags
	Details            services.Optional[map[string][]string] `json:"details,omitzero"` // replaces all details
	InvitationDisabled services.Optional[bool]                `json:"invitationDisabled,omitzero"`
}

// Request returns a request that writes u back, to be changed before it is sent. Members that
// the type does not know are sent as they came; those that only the server changes, such as
// Verified, are not.
func (u User) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](u)
	in.Ref = ByID(u.ID)
	return in
}

// Check refuses the same as [Ref.Check], and a role without id and name.
func (r UpdateRequest) Check() error {
	return errors.Join(r.Ref.Check(), check.NotZero("role", r.Role))
}

// Update changes a user. Safe to retry; if the request changes the username that it refers to,
// only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/user-api#update-user-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	repeat := check.Renamed(in.named, in.identifier, in.Username)
	return services.Do[Summary](ctx, s.client, "PATCH /v2/users/{identifier}", in, repeat)
}

// Delete removes a user from the account. While another object uses it, errors.Is matches
// [services.ErrInUse]. If the response of an attempt was lost, the retry's error matches
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/user-api#delete-user
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/{identifier}", ref, services.ByMethod)
}

// A Sort is the field by which users are sorted. The server's default is not documented.
type Sort string

// The fields to sort by. The vendor's description lists the first three, its Go SDK the others.
const (
	SortUsername   Sort = "username"
	SortFullName   Sort = "fullName"
	SortInsertedAt Sort = "insertedAt"
	SortRole       Sort = "role"
	SortVerified   Sort = "verified"
	SortBlocked    Sort = "blocked"
	SortCreatedAt  Sort = "createdAt"
)

// ListRequest selects users by a query.
type ListRequest struct {
	Query  string      `query:"query"`                // such as "role: admin AND verified: false"; all users if empty
	Offset int         `query:"offset" check:"min=0"` // number of users to skip
	Limit  int         `query:"limit" check:"min=0"`  // users per page; zero means the server's default, 100
	Sort   Sort        `query:"sort"`
	Order  shape.Order `query:"order"` // the server's default is ascending
}

const listRoute = "GET /v2/users"

// List returns one page of the users that match. Meta.TotalCount is their number on all pages.
//
// API: https://docs.opsgenie.com/docs/user-api#list-users
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]User], error) {
	return services.Do[[]User](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all users that match, page after page. See [services.All] for errors, and for
// users that are added or removed meanwhile.
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[User, error] {
	return services.All[User](ctx, s.client, listRoute, in)
}

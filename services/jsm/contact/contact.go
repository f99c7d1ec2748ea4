// Package contact calls the contacts API of JSM Operations: the addresses and numbers at which
// a user is notified.
//
// All operations act on the contacts of the owner of the credential. Only the list has a
// parameter for another user, for administrators.
package contact

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the contacts API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// item identifies a contact.
type item struct {
	ID string `path:"id"`
}

// CreateRequest is the request to create a contact of the caller.
type CreateRequest struct {
	Method shape.ContactMethod `json:"method" check:"required"` // shape.Email, shape.SMS or shape.Voice
	To     string              `json:"to" check:"required"`     // an e-mail address, or a number
}

// Create creates a contact of the caller and returns its id. Only 429 and 503 are retried,
// because a second copy might create a second contact.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/users/contacts", in, services.RetryIfRefused)
}

// Get returns one contact of the caller. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Contact], error) {
	return services.Do[Contact](ctx, s.client, "GET /v1/users/contacts/{id}", item{id}, services.ByMethod)
}

// UpdateRequest is the request to change the address of an e-mail contact; the server refuses
// it for other contacts. Enable and Disable change the status of a contact. [Contact.Request]
// returns a request from a contact that was read.
type UpdateRequest struct {
	services.Other

	ID string `path:"id"`
	To string `json:"to" check:"required"`
}

// Update changes the address of an e-mail contact of the caller. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v1/users/contacts/{id}", in, services.SafeToRetry)
}

// Delete deletes a contact of the caller. Safe to retry, but if the response to the first attempt
// was lost, errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/users/contacts/{id}", item{id}, services.ByMethod)
}

// Enable enables a contact of the caller, which the API calls to activate it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) Enable(ctx context.Context, id string) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v1/users/contacts/{id}/activate", item{id}, services.SafeToRetry)
}

// Disable disables a contact of the caller, which the API calls to deactivate it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) Disable(ctx context.Context, id string) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v1/users/contacts/{id}/deactivate", item{id}, services.SafeToRetry)
}

// ListRequest selects the contacts of a user.
type ListRequest struct {
	shape.Page // at most 100 contacts per page; a Limit of zero means 20 for List and 100 for All

	// TargetAccountID is the Atlassian account id of the user; the caller's contacts are listed if
	// it is empty. Only administrators of the site or of operations may set it.
	TargetAccountID string `query:"targetAccountId"`
}

// Check refuses a user who is not given by an account id.
func (r ListRequest) Check() error { return check.AccountID("targetAccountId", r.TargetAccountID) }

const (
	listRoute = "GET /v1/users/contacts"
	maxPage   = 100 // the most contacts that the server returns on one page
)

// List returns one page of the contacts of a user. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-contacts (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Contact], error) {
	return services.Do[[]Contact](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all contacts of a user, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Contact, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Contact](ctx, s.client, listRoute, in)
}

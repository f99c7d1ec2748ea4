// Package contact calls the Contact API: the addresses and numbers at which users are notified.
// Operations take the user by id or username.
//
// The API key needs the right to access the configuration. All operations are synchronous and
// count towards the rate-limit domain configuration.
package contact

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Contact API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// owner identifies a user.
type owner struct {
	User string `path:"identifier"`
}

// item identifies a contact of a user.
type item struct {
	User string `path:"identifier"`
	ID   string `path:"contactId"`
}

// CreateRequest defines a new contact of a user.
type CreateRequest struct {
	User   string              `path:"identifier"` // id or username
	Method shape.ContactMethod `json:"method" check:"required"`
	To     string              `json:"to" check:"required"` // an e-mail address, or a number with its country such as "1-5551234567"
}

// Create creates a contact of a user. Only 429 and 503 are retried, because a second copy might
// create a second contact.
//
// API: https://docs.opsgenie.com/docs/contact-api#create-contact
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/contacts", in, services.RetryIfRefused)
}

// Get returns one contact of a user.
//
// API: https://docs.opsgenie.com/docs/contact-api#get-contact
func (s *Service) Get(ctx context.Context, user, id string) (*services.Result[Contact], error) {
	in := item{user, id}
	return services.Do[Contact](ctx, s.client, "GET /v2/users/{identifier}/contacts/{contactId}", in, services.ByMethod)
}

// UpdateRequest changes the address or number of a contact; Enable and Disable change its
// status. The method of a contact cannot be changed.
type UpdateRequest struct {
	services.Other

	User string `path:"identifier"` // id or username
	ID   string `path:"contactId"`
	To   string `json:"to" check:"required"`
}

// Request returns a request that writes c back, to be changed before it is sent. Members that
// the type does not know are sent as they came. The caller must set User.
func (c Contact) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](c)
	in.ID = c.ID
	return in
}

// Update changes the address or number of a contact. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/contact-api#update-contact-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/users/{identifier}/contacts/{contactId}", in, services.SafeToRetry)
}

// Delete deletes a contact of a user. If the response of an attempt was lost, the retry's error
// matches [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/contact-api#delete-contact
func (s *Service) Delete(ctx context.Context, user, id string) (*services.Result[services.None], error) {
	in := item{user, id}
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/{identifier}/contacts/{contactId}", in, services.ByMethod)
}

// List returns all contacts of a user.
//
// API: https://docs.opsgenie.com/docs/contact-api#list-contacts
func (s *Service) List(ctx context.Context, user string) (*services.Result[[]Contact], error) {
	return services.Do[[]Contact](ctx, s.client, "GET /v2/users/{identifier}/contacts", owner{user}, services.ByMethod)
}

// Enable enables a contact of a user. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/contact-api#enable-contact
func (s *Service) Enable(ctx context.Context, user, id string) (*services.Result[Summary], error) {
	in := item{user, id}
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/contacts/{contactId}/enable", in, services.SafeToRetry)
}

// Disable disables a contact of a user. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/contact-api#disable-contact
func (s *Service) Disable(ctx context.Context, user, id string) (*services.Result[Summary], error) {
	in := item{user, id}
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/contacts/{contactId}/disable", in, services.SafeToRetry)
}

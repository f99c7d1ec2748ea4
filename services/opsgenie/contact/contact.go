// Package contact is the Contact API: the ways in which a user is reached.
//
// The API key needs the right to access the configuration. All calls count in
// the rate-limit domain configuration.
package contact

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Contact API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Method is a way to reach somebody. The set is closed in requests.
type Method string

// The methods.
const (
	Email  Method = "email"
	SMS    Method = "sms"
	Voice  Method = "voice"
	Mobile Method = "mobile" // the vendor's app
)

// A Contact is a way to reach one user.
type Contact struct {
	ID         string `json:"id"`
	Method     Method `json:"method"`
	To         string `json:"to"` // an address, or a number such as "1-5551234567"
	Status     Status `json:"status"`
	ApplyOrder int    `json:"applyOrder"` // its place among the user's contacts, from zero; from List alone
}

// A Status says whether a contact is in use.
type Status struct {
	Enabled        bool   `json:"enabled"`
	DisabledReason string `json:"disabledReason,omitzero"`
}

// A Summary is what writes tell of a contact.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// CreateRequest asks for a contact of one user.
type CreateRequest struct {
	User   string `path:"identifier"` // id or username
	Method Method `json:"method" check:"required"`
	To     string `json:"to" check:"required"` // an e-mail address, or a number with its country such as "1-5551234567"
}

// repeat says that only what was not processed may be repeated: a copy of what
// was would be a second contact, or be refused.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create adds a contact to a user. A repeat after a lost answer might add it
// twice, so there is none.
//
// API: https://docs.opsgenie.com/docs/contact-api#create-contact
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/contacts", in, in.repeat())
}

// GetRequest asks for one contact of one user.
type GetRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"contactId"`
}

// Get reads one contact.
//
// API: https://docs.opsgenie.com/docs/contact-api#get-contact
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Contact], error) {
	return services.Do[Contact](ctx, s.client, "GET /v2/users/{identifier}/contacts/{contactId}", in, services.ByMethod)
}

// UpdateRequest asks for another address of one contact.
type UpdateRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"contactId"`
	To   string `json:"to" check:"required"`
}

// repeat says that a repeat is harmless.
func (r UpdateRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes where a contact leads to. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/contact-api#update-contact-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/users/{identifier}/contacts/{contactId}", in, in.repeat())
}

// DeleteRequest asks to delete one contact of one user.
type DeleteRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"contactId"`
}

// Delete deletes a contact. A repeat is harmless, but where an answer was lost
// it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/contact-api#delete-contact
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/{identifier}/contacts/{contactId}", in, services.ByMethod)
}

// ListRequest asks for the contacts of one user.
type ListRequest struct {
	User string `path:"identifier"` // id or username
}

// List returns all contacts of a user.
//
// API: https://docs.opsgenie.com/docs/contact-api#list-contacts
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Contact], error) {
	return services.Do[[]Contact](ctx, s.client, "GET /v2/users/{identifier}/contacts", in, services.ByMethod)
}

// EnableRequest asks to enable one contact of one user.
type EnableRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"contactId"`
}

// repeat says that a repeat is harmless.
func (r EnableRequest) repeat() services.Repeat { return services.SafeToRetry }

// Enable puts a contact in use. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/contact-api#enable-contact
func (s *Service) Enable(ctx context.Context, in EnableRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/contacts/{contactId}/enable", in, in.repeat())
}

// DisableRequest asks to disable one contact of one user.
type DisableRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"contactId"`
}

// repeat says that a repeat is harmless.
func (r DisableRequest) repeat() services.Repeat { return services.SafeToRetry }

// Disable takes a contact out of use. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/contact-api#disable-contact
func (s *Service) Disable(ctx context.Context, in DisableRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/contacts/{contactId}/disable", in, in.repeat())
}

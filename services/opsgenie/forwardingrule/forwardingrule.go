// Package forwardingrule is the API of forwarding rules: what would notify one
// user notifies another for a time.
//
// Everything here belongs to the rate-limit domain configuration, and is done
// when the answer comes.
package forwardingrule

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Forwarding Rule API. It is safe for concurrent use. [New]
// makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref says which forwarding rule a request is about. [ByID] and [ByAlias] make
// one; the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the forwarding rule with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByAlias refers to the forwarding rule with an alias.
func ByAlias(alias string) Ref { return Ref{identifier: alias, kind: "alias"} }

// A ForwardingRule notifies ToUser instead of FromUser from the start to the end.
type ForwardingRule struct {
	ID        string     `json:"id"`
	Alias     string     `json:"alias,omitzero"`
	FromUser  shape.User `json:"fromUser"`
	ToUser    shape.User `json:"toUser"`
	StartDate shape.Time `json:"startDate,omitzero"`
	EndDate   shape.Time `json:"endDate,omitzero"`
}

// A Summary is what a creation tells of a forwarding rule.
type Summary struct {
	ID    string `json:"id"`
	Alias string `json:"alias,omitzero"`
}

// checkSpan refuses a time that ends before it starts.
func checkSpan(start, end time.Time) error {
	if !end.IsZero() && end.Before(start) {
		return &services.ArgumentError{Field: "endDate", Problem: "must not be before startDate"}
	}
	return nil
}

// ListRequest asks for the forwarding rules; there is nothing to choose.
type ListRequest struct{}

// List returns all forwarding rules.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#list-forwarding-rules
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]ForwardingRule], error) {
	return services.Do[[]ForwardingRule](ctx, s.client, "GET /v2/forwarding-rules", in, services.ByMethod)
}

// CreateRequest asks for a forwarding rule.
type CreateRequest struct {
	FromUser  shape.User `json:"fromUser" check:"required"` // by id or by username
	ToUser    shape.User `json:"toUser" check:"required"`   // by id or by username
	StartDate time.Time  `json:"startDate" check:"required"`
	EndDate   time.Time  `json:"endDate" check:"required"`
	Alias     string     `json:"alias,omitzero"` // at most 512 characters; identifies it
}

// Check refuses an end before the start.
func (r CreateRequest) Check() error { return checkSpan(r.StartDate, r.EndDate) }

// repeat says that there is none: without an alias it might create the rule
// twice, and with one it would be refused as a conflict.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates a forwarding rule. A repeat after a lost answer might create it
// twice, or be refused as a conflict if it has an alias, so there is none.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#create-forwarding-rule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/forwarding-rules", in, in.repeat())
}

// GetRequest asks for one forwarding rule.
type GetRequest struct{ Ref }

// Get reads one forwarding rule.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#get-forwarding-rule
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[ForwardingRule], error) {
	return services.Do[ForwardingRule](ctx, s.client, "GET /v2/forwarding-rules/{identifier}", in, services.ByMethod)
}

// UpdateRequest asks to replace one forwarding rule, but for its alias.
type UpdateRequest struct {
	Ref

	FromUser  shape.User `json:"fromUser" check:"required"` // by id or by username
	ToUser    shape.User `json:"toUser" check:"required"`   // by id or by username
	StartDate time.Time  `json:"startDate" check:"required"`
	EndDate   time.Time  `json:"endDate" check:"required"`
}

// Check refuses an end before the start.
func (r UpdateRequest) Check() error { return checkSpan(r.StartDate, r.EndDate) }

// Update replaces a forwarding rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#update-forwarding-rule
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v2/forwarding-rules/{identifier}", in, services.ByMethod)
}

// DeleteRequest asks to delete one forwarding rule.
type DeleteRequest struct{ Ref }

// Delete deletes a forwarding rule. A repeat is harmless, but where an answer
// was lost it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#delete-forwarding-rule
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/forwarding-rules/{identifier}", in, services.ByMethod)
}

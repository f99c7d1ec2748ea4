// Package forwardingrule calls the Forwarding Rule API: a rule forwards the notifications of
// one user to another for a period of time.
//
// Every call is complete when its response arrives, and counts towards the rate-limit domain
// configuration.
package forwardingrule

import (
	"context"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Forwarding Rule API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that calls through client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a forwarding rule. [ByID] and [ByAlias] return one; the zero value is
// refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the forwarding rule with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByAlias refers to the forwarding rule with an alias.
func ByAlias(alias string) Ref { return Ref{identifier: alias, kind: "alias"} }

// List returns all forwarding rules.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#list-forwarding-rules
func (s *Service) List(ctx context.Context) (*services.Result[[]ForwardingRule], error) {
	return services.Do[[]ForwardingRule](ctx, s.client, "GET /v2/forwarding-rules", nil, services.ByMethod)
}

// A CreateRequest describes the forwarding rule to create.
type CreateRequest struct {
	FromUser  shape.User `json:"fromUser" check:"required"` // by id or by username
	ToUser    shape.User `json:"toUser" check:"required"`   // by id or by username
	StartDate time.Time  `json:"startDate" check:"required"`
	EndDate   time.Time  `json:"endDate" check:"required"`
	Alias     string     `json:"alias,omitzero"` // at most 512 characters; identifies the rule
}

// Check refuses an end before the start.
func (r CreateRequest) Check() error { return checkPeriod(r.StartDate, r.EndDate) }

// Create creates a forwarding rule. Only 429 and 503 are retried: a second request might
// create a second rule, or fail with a conflict if the rule has an alias.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#create-forwarding-rule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/forwarding-rules", in, services.RetryIfRefused)
}

// Get returns one forwarding rule.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#get-forwarding-rule
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[ForwardingRule], error) {
	return services.Do[ForwardingRule](ctx, s.client, "GET /v2/forwarding-rules/{identifier}", ref, services.ByMethod)
}

// An UpdateRequest replaces everything of one forwarding rule except its alias.
// [ForwardingRule.Request] returns one from a rule that was read.
type UpdateRequest struct {
	Ref
	services.Other

	FromUser  shape.User `json:"fromUser" check:"required"` // by id or by username
	ToUser    shape.User `json:"toUser" check:"required"`   // by id or by username
	StartDate time.Time  `json:"startDate" check:"required"`
	EndDate   time.Time  `json:"endDate" check:"required"`
}

// Check refuses an end before the start.
func (r UpdateRequest) Check() error { return checkPeriod(r.StartDate, r.EndDate) }

// Update replaces a forwarding rule. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#update-forwarding-rule
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PUT /v2/forwarding-rules/{identifier}", in, services.ByMethod)
}

// Delete deletes a forwarding rule. Safe to retry; after a lost response, errors.Is may match
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/forwarding-rule-api#delete-forwarding-rule
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/forwarding-rules/{identifier}", ref, services.ByMethod)
}

// checkPeriod refuses a period that ends before it starts.
func checkPeriod(start, end time.Time) error {
	if !end.IsZero() && end.Before(start) {
		return &services.ArgumentError{Field: "endDate", Problem: "must not be before startDate"}
	}
	return nil
}

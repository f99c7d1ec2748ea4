// Package escalation calls the escalations API of JSM Operations. An escalation belongs to a
// team and defines the order in which recipients are notified of an alert until someone
// acknowledges or closes it.
//
// For a team that the caller cannot see, lists are empty. Each call needs a scope for the
// configuration of operations, which the scopes for alerts do not include.
package escalation

import (
	"cmp"
	"context"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the escalations API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies an escalation. Both ids are required.
type Ref struct {
	TeamID string `path:"teamId"`
	ID     string `path:"id"` // of the escalation
}

// ListRequest selects a page of the escalations of a team.
type ListRequest struct {
	shape.Page // at most 100 escalations per page; a Limit of zero means 20 for List and 100 for All

	TeamID string `path:"teamId"`
}

const (
	listRoute = "GET /v1/teams/{teamId}/escalations"
	maxPage   = 100 // the most escalations that the server returns on one page
)

// List returns one page of the escalations of a team. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-escalations (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Escalation], error) {
	return services.Do[[]Escalation](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all escalations of a team, page after page: see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Escalation, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Escalation](ctx, s.client, listRoute, in)
}

// CreateRequest is the request to create an escalation.
type CreateRequest struct {
	TeamID      string                  `path:"teamId"`                // the team that it belongs to
	Name        string                  `json:"name" check:"required"` // at most 100 characters
	Description string                  `json:"description,omitzero"`  // at most 200 characters
	Rules       []Rule                  `json:"rules" check:"required"`
	Enabled     services.Optional[bool] `json:"enabled,omitzero"` // enabled if absent
	Repeat      Repeat                  `json:"repeat,omitzero"`  // the rules run once if zero
}

// Check refuses rules without a required member, recipients of a kind that cannot be notified,
// users who are not given by an account id, and numbers out of range.
func (r CreateRequest) Check() error { return checkRules(r.Rules, r.Repeat) }

// Create creates an escalation and returns it. Only 429 and 503 are retried, because a second
// copy might create a second escalation.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-escalations (confirmed)
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Escalation], error) {
	return services.Do[Escalation](ctx, s.client, "POST /v1/teams/{teamId}/escalations", in, services.RetryIfRefused)
}

const itemPath = " /v1/teams/{teamId}/escalations/{id}"

// Get returns an escalation. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-escalations (confirmed)
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Escalation], error) {
	return services.Do[Escalation](ctx, s.client, "GET"+itemPath, ref, services.ByMethod)
}

// UpdateRequest is the request to change an escalation. Members that are absent stay as they
// are. The API documents neither whether null clears a member, nor whether a list replaces the
// present one: give all rules. [Escalation.Request] returns a request with the values that were
// read.
type UpdateRequest struct {
	Ref
	services.Other

	Name        services.Optional[string] `json:"name,omitzero"`        // at most 100 characters
	Description services.Optional[string] `json:"description,omitzero"` // at most 200 characters
	Rules       services.Optional[[]Rule] `json:"rules,omitzero"`       // all rules: see above
	Enabled     services.Optional[bool]   `json:"enabled,omitzero"`
	Repeat      services.Optional[Repeat] `json:"repeat,omitzero"` // an interval of 0 ends the repetition
}

// Request returns a request that writes the escalation back, to be changed before it is sent.
// Members that the type does not know are sent as they came. The caller must set TeamID, which
// the server does not return.
func (e Escalation) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](e)
	in.ID = e.ID
	return in
}

// Check refuses what [CreateRequest.Check] refuses.
func (r UpdateRequest) Check() error {
	rules, _ := r.Rules.Get()
	repeat, _ := r.Repeat.Get()
	return checkRules(rules, repeat)
}

// Update changes an escalation and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-escalations (confirmed)
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Escalation], error) {
	return services.Do[Escalation](ctx, s.client, "PATCH"+itemPath, in, services.SafeToRetry)
}

// Delete deletes an escalation. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound]. The server has refused some API tokens here with a
// [wire.ScopeError].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-escalations (confirmed)
//
// [wire.ScopeError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/wire#ScopeError
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE"+itemPath, ref, services.ByMethod)
}

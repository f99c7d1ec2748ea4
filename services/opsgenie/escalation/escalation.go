// Package escalation is the API of escalations: whom an alert goes to, one after
// the other, until somebody does something about it.
//
// Everything here belongs to the rate-limit domain configuration, and is done
// when the answer comes.
package escalation

import (
	"context"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Escalation API. It is safe for concurrent use. [New] makes
// one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref says which escalation a request is about. [ByID] and [ByName] make one;
// the zero value is refused.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the escalation with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the escalation with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// ListRequest asks for the escalations; there is nothing to choose.
type ListRequest struct{}

// List returns all escalations.
//
// API: https://docs.opsgenie.com/docs/escalation-api#list-escalations
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Escalation], error) {
	return services.Do[[]Escalation](ctx, s.client, "GET /v2/escalations", in, services.ByMethod)
}

// CreateRequest asks for an escalation.
type CreateRequest struct {
	Name        string          `json:"name" check:"required"`
	Description string          `json:"description,omitzero"`
	Rules       []Rule          `json:"rules" check:"required"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"` // with the key of a team it is that team, whatever stands here
	Repeats     *Repeat         `json:"repeat,omitzero"`    // nil for none
}

// Check refuses rules that lack what they must have, and times that are negative.
func (r CreateRequest) Check() error { return checkRules(r.Rules, r.Repeats) }

// repeat says that there is none: it would be refused as a conflict.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates an escalation. A repeat after a lost answer would be refused as
// a conflict, so there is none.
//
// API: https://docs.opsgenie.com/docs/escalation-api#create-escalation
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/escalations", in, in.repeat())
}

// GetRequest asks for one escalation.
type GetRequest struct{ Ref }

// Get reads one escalation.
//
// API: https://docs.opsgenie.com/docs/escalation-api#get-escalation
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Escalation], error) {
	return services.Do[Escalation](ctx, s.client, "GET /v2/escalations/{identifier}", in, services.ByMethod)
}

// UpdateRequest asks to change one escalation. What is nil or empty stays as it
// is.
type UpdateRequest struct {
	Ref

	Name        string          `json:"name,omitzero"`
	Description *string         `json:"description,omitzero"`
	Rules       []Rule          `json:"rules,omitzero"` // in the stead of those that it has; nil leaves them
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Repeats     *Repeat         `json:"repeat,omitzero"` // nil leaves it; one without an interval ends it
}

// Check refuses rules that lack what they must have, and times that are negative.
func (r UpdateRequest) Check() error { return checkRules(r.Rules, r.Repeats) }

// repeat says that a repeat is harmless, unless the escalation is referred to by
// the name that the request changes.
func (r UpdateRequest) repeat() services.Repeat {
	if r.kind == "name" && r.Name != "" && r.identifier != r.Name {
		return services.ByMethod
	}
	return services.SafeToRetry
}

// Update changes an escalation. A repeat is harmless, but for a change of the
// name that it is referred to by.
//
// API: https://docs.opsgenie.com/docs/escalation-api#update-escalation-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/escalations/{identifier}", in, in.repeat())
}

// DeleteRequest asks to delete one escalation.
type DeleteRequest struct{ Ref }

// Delete deletes an escalation. While something uses it the error Is
// [services.ErrInUse]. A repeat is harmless, but where an answer was lost it Is
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/escalation-api#delete-escalation
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/escalations/{identifier}", in, services.ByMethod)
}

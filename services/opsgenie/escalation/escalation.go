// Package escalation calls the Escalation API. An escalation defines the order in which
// recipients are notified of an alert until someone acknowledges or closes it.
//
// All operations are synchronous and count towards the rate-limit domain configuration.
package escalation

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Escalation API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies an escalation. [ByID] and [ByName] return one; the zero value is refused
// before sending.
type Ref struct {
	identifier string `path:"identifier"`
	kind       string `query:"identifierType"`
}

// ByID refers to the escalation with an id.
func ByID(id string) Ref { return Ref{identifier: id, kind: "id"} }

// ByName refers to the escalation with a name.
func ByName(name string) Ref { return Ref{identifier: name, kind: "name"} }

// List returns all escalations.
//
// API: https://docs.opsgenie.com/docs/escalation-api#list-escalations
func (s *Service) List(ctx context.Context) (*services.Result[[]Escalation], error) {
	return services.Do[[]Escalation](ctx, s.client, "GET /v2/escalations", nil, services.ByMethod)
}

// CreateRequest defines a new escalation.
type CreateRequest struct {
	Name        string          `json:"name" check:"required"`
	Description string          `json:"description,omitzero"`
	Rules       []Rule          `json:"rules" check:"required"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"` // ignored with the API key of a team, which is then the owner
	Repeat      Repeat          `json:"repeat,omitzero"`    // the rules run once if zero
}

// Check refuses rules without a required member, and negative numbers.
func (r CreateRequest) Check() error { return checkRules(r.Rules, r.Repeat) }

// Create creates an escalation. Only 429 and 503 are retried, because a second copy would be
// refused as a conflict.
//
// API: https://docs.opsgenie.com/docs/escalation-api#create-escalation
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/escalations", in, services.RetryIfRefused)
}

// Get returns one escalation.
//
// API: https://docs.opsgenie.com/docs/escalation-api#get-escalation
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Escalation], error) {
	return services.Do[Escalation](ctx, s.client, "GET /v2/escalations/{identifier}", ref, services.ByMethod)
}

// UpdateRequest changes an escalation. Members that are absent stay as they are.
type UpdateRequest struct {
	Ref
	services.Other

	Name        services.Optional[string]          `json:"name,omitzero"`
	Description services.Optional[string]          `json:"description,omitzero"`
	Rules       services.Optional[[]Rule]          `json:"rules,omitzero"` // replaces all rules
	OwnerTeam   services.Optional[shape.OwnerTeam] `json:"ownerTeam,omitzero"`
	Repeat      services.Optional[Repeat]          `json:"repeat,omitzero"` // an interval of 0 ends the repetition
}

// Request returns a request that writes e back, to be changed before it is sent. Members that
// the type does not know are sent as they came.
func (e Escalation) Request() UpdateRequest {
	in := services.RequestFrom[UpdateRequest](e)
	in.Ref = ByID(e.ID)
	return in
}

// Check refuses rules without a required member, negative numbers, and a team without id and
// name.
func (r UpdateRequest) Check() error {
	rules, _ := r.Rules.Get()
	repeat, _ := r.Repeat.Get()
	return errors.Join(checkRules(rules, repeat), check.NotZero("ownerTeam", r.OwnerTeam))
}

// Update changes an escalation. Safe to retry; if the request changes the name that it refers
// to, only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/escalation-api#update-escalation-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	repeat := check.Renamed(in.kind == "name", in.identifier, in.Name)
	return services.Do[Summary](ctx, s.client, "PATCH /v2/escalations/{identifier}", in, repeat)
}

// Delete deletes an escalation. While another object uses it, errors.Is matches
// [services.ErrInUse]. If the response of an attempt was lost, the retry's error matches
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/escalation-api#delete-escalation
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/escalations/{identifier}", ref, services.ByMethod)
}

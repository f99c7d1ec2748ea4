// Package serviceaudience is the Service Audience Template API: who works on the
// incidents of a business service, and who hears of them.
//
// All calls count in the rate-limit domain configuration.
package serviceaudience

import (
	"context"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Service calls the Service Audience Template API. It is safe for concurrent
// use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Template says who an incident of one business service is for.
type Template struct {
	Responders   Responders   `json:"responder"`
	Stakeholders Stakeholders `json:"stakeholder"`
}

// Responders are who works on an incident. In requests a nil list stays as it
// is, and an empty one removes all.
type Responders struct {
	Teams       []string `json:"teams,omitzero"`       // ids; at most 50
	Individuals []string `json:"individuals,omitzero"` // ids of users; at most 50
}

// Stakeholders are who hears of an incident: users by their ids, and all whose
// profile meets the conditions. In requests what is nil or empty stays as it is,
// and an empty list removes all.
type Stakeholders struct {
	Individuals []string         `json:"individuals,omitzero"`        // ids of users
	MatchType   shape.FilterKind `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions  []Condition      `json:"conditions,omitzero"`
}

// A Condition is what a user's profile must say.
type Condition struct {
	MatchField MatchField `json:"matchField"`   // required
	Key        string     `json:"key,omitzero"` // of CustomProperty: which one
	Value      string     `json:"value"`        // required
}

// A MatchField is a field of a user's profile. The set is open.
type MatchField string

// The fields.
const (
	Country        MatchField = "country"
	State          MatchField = "state"
	City           MatchField = "city"
	ZipCode        MatchField = "zipCode"
	Line           MatchField = "line" // street and number
	Tag            MatchField = "tag"
	CustomProperty MatchField = "customProperty" // a detail of the user
)

// GetRequest asks for the audience template of one business service.
type GetRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
}

// Get reads the audience template of a business service.
//
// API: https://docs.opsgenie.com/docs/service-audience-template-api#get-audience-template
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Template], error) {
	return services.Do[Template](ctx, s.client, "GET /v1/services/{serviceId}/audience-templates", in, services.ByMethod)
}

// UpdateRequest asks to change the audience template of one business service.
// What is zero stays as it is.
type UpdateRequest struct {
	ServiceID    string       `path:"serviceId"` // at most 130 characters
	Responders   Responders   `json:"responder,omitzero"`
	Stakeholders Stakeholders `json:"stakeholder,omitzero"`
}

// Check refuses conditions without what each must have.
func (r UpdateRequest) Check() error {
	var faults []error
	require := func(i int, field, value string) {
		if value == "" {
			at := fmt.Sprintf("stakeholder.conditions[%d].%s", i, field)
			faults = append(faults, &services.ArgumentError{Field: at, Problem: "is required"})
		}
	}
	for i, c := range r.Stakeholders.Conditions {
		require(i, "matchField", string(c.MatchField))
		require(i, "value", c.Value)
		if c.MatchField == CustomProperty {
			require(i, "key", c.Key)
		}
	}
	return errors.Join(faults...)
}

// repeat says that a repeat is harmless.
func (r UpdateRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes the audience template of a business service. A repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/service-audience-template-api#update-audience-template-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v1/services/{serviceId}/audience-templates", in, in.repeat())
}

// Package serviceaudience is the AudienceService Audience Audience API: who works on the
// incidents of a business service, and who hears of them.
//
// All calls count in the rate-limit domain configuration.
package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A AudienceService calls the AudienceService Audience Audience API. It is safe for concurrent
// use. [NewAudiences] makes one.
type AudienceService struct{ client *services.Client }

// NewAudiences returns a service that calls by client, whose codec must be Opsgenie's.
func NewAudiences(client *services.Client) *AudienceService { return &AudienceService{client: client} }

// A Audience says who an incident of one business service is for.
type Audience struct {
	Responders   AudienceResponders   `json:"responder"`
	Stakeholders AudienceStakeholders `json:"stakeholder"`
}

// AudienceResponders are who works on an incident. In requests a nil list stays as it
// is, and an empty one removes all.
type AudienceResponders struct {
	Teams       []string `json:"teams,omitzero"`       // ids; at most 50
	Individuals []string `json:"individuals,omitzero"` // ids of users; at most 50
}

// AudienceStakeholders are who hears of an incident: users by their ids, and all whose
// profile meets the conditions. In requests what is nil or empty stays as it is,
// and an empty list removes all.
type AudienceStakeholders struct {
	Individuals []string            `json:"individuals,omitzero"`        // ids of users
	MatchType   shape.FilterKind    `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions  []AudienceCondition `json:"conditions,omitzero"`
}

// A AudienceCondition is what a user's profile must say.
type AudienceCondition struct {
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

// GetAudienceRequest asks for the audience template of one business service.
type GetAudienceRequest struct {
	ServiceID string `path:"serviceId"` // at most 130 characters
}

// Get reads the audience template of a business service.
//
// API: https://docs.opsgenie.com/docs/service-audience-template-api#get-audience-template
func (s *AudienceService) Get(ctx context.Context, in GetAudienceRequest) (*services.Result[Audience], error) {
	return services.Do[Audience](ctx, s.client, "GET /v1/services/{serviceId}/audience-templates", in, services.ByMethod)
}

// UpdateAudienceRequest asks to change the audience template of one business service.
// What is zero stays as it is.
type UpdateAudienceRequest struct {
	ServiceID    string               `path:"serviceId"` // at most 130 characters
	Responders   AudienceResponders   `json:"responder,omitzero"`
	Stakeholders AudienceStakeholders `json:"stakeholder,omitzero"`
}

// Check refuses conditions without what each must have.
func (r UpdateAudienceRequest) Check() error {
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
func (r UpdateAudienceRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes the audience template of a business service. A repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/service-audience-template-api#update-audience-template-partial
func (s *AudienceService) Update(ctx context.Context, in UpdateAudienceRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v1/services/{serviceId}/audience-templates", in, in.repeat())
}

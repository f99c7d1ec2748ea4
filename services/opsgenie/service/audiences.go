package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An AudienceService calls the Service Audience Template API: an audience lists the responders of
// the incidents of a business service, and the people who are informed of them. Its calls count
// towards the rate-limit domain configuration. It is safe for concurrent use. [NewAudiences]
// returns one.
type AudienceService struct{ client *services.Client }

// NewAudiences returns a service that calls through client, whose codec must be Opsgenie's.
func NewAudiences(client *services.Client) *AudienceService { return &AudienceService{client: client} }

// An Audience is the audience template of a business service as the server returns it.
type Audience struct {
	services.Other

	Responders   AudienceResponders   `json:"responder"`
	Stakeholders AudienceStakeholders `json:"stakeholder"`
}

// Request returns a request that writes the audience back as it is. The caller sets its
// ServiceID, which an audience does not have.
func (a Audience) Request() UpdateAudienceRequest {
	return services.RequestFrom[UpdateAudienceRequest](a)
}

// MarshalJSON writes the audience, with the members that it keeps.
func (a Audience) MarshalJSON() ([]byte, error) {
	type plain Audience
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads an audience of any form.
func (a *Audience) UnmarshalJSON(raw []byte) error {
	type plain Audience
	return services.UnmarshalObject(raw, (*plain)(a))
}

// AudienceResponders are the responders of an incident. In an update, a list replaces the
// previous one, an empty list removes all, and one that is left out keeps its value.
type AudienceResponders struct {
	services.Other

	Teams       services.Optional[[]string] `json:"teams,omitzero"`       // ids; at most 50
	Individuals services.Optional[[]string] `json:"individuals,omitzero"` // ids of users; at most 50
}

// MarshalJSON writes the responders, with the members that they keep.
func (r AudienceResponders) MarshalJSON() ([]byte, error) {
	type plain AudienceResponders
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads responders of any form.
func (r *AudienceResponders) UnmarshalJSON(raw []byte) error {
	type plain AudienceResponders
	return services.UnmarshalObject(raw, (*plain)(r))
}

// AudienceStakeholders are the people who are informed of an incident: some users by their
// ids, and all users whose profile meets the conditions. In an update, a list replaces the
// previous one, an empty list removes all, and members that are left out keep their values.
type AudienceStakeholders struct {
	services.Other

	Individuals services.Optional[[]string]            `json:"individuals,omitzero"`        // ids of users
	MatchType   services.Optional[shape.FilterKind]    `json:"conditionMatchType,omitzero"` // how the conditions are joined
	Conditions  services.Optional[[]AudienceCondition] `json:"conditions,omitzero"`
}

// MarshalJSON writes the stakeholders, with the members that they keep.
func (s AudienceStakeholders) MarshalJSON() ([]byte, error) {
	type plain AudienceStakeholders
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads stakeholders of any form.
func (s *AudienceStakeholders) UnmarshalJSON(raw []byte) error {
	type plain AudienceStakeholders
	return services.UnmarshalObject(raw, (*plain)(s))
}

// An AudienceCondition compares a field of a user's profile with a value.
type AudienceCondition struct {
	services.Other

	MatchField MatchField `json:"matchField"`   // required
	Key        string     `json:"key,omitzero"` // the name of the property; required for CustomProperty
	Value      string     `json:"value"`        // required
}

// MarshalJSON writes the condition, with the members that it keeps.
func (c AudienceCondition) MarshalJSON() ([]byte, error) {
	type plain AudienceCondition
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a condition of any form.
func (c *AudienceCondition) UnmarshalJSON(raw []byte) error {
	type plain AudienceCondition
	return services.UnmarshalObject(raw, (*plain)(c))
}

// A MatchField is a field of a user's profile. Other values are possible.
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

// Get returns the audience template of the business service with an id.
//
// API: https://docs.opsgenie.com/docs/service-audience-template-api#get-audience-template
func (s *AudienceService) Get(ctx context.Context, serviceID string) (*services.Result[Audience], error) {
	return services.Do[Audience](ctx, s.client, "GET /v1/services/{serviceId}/audience-templates", ofService{serviceID}, services.ByMethod)
}

// An UpdateAudienceRequest changes the audience template of one business service. Members that
// are left out keep their values. [Audience.Request] returns one from an audience that was read.
type UpdateAudienceRequest struct {
	services.Other

	ServiceID    string                                  `path:"serviceId"` // at most 130 characters
	Responders   services.Optional[AudienceResponders]   `json:"responder,omitzero"`
	Stakeholders services.Optional[AudienceStakeholders] `json:"stakeholder,omitzero"`
}

// Check refuses conditions without their required members.
func (r UpdateAudienceRequest) Check() error {
	stakeholders, _ := r.Stakeholders.Get()
	conditions, _ := stakeholders.Conditions.Get()
	var faults []error
	for i, c := range conditions {
		at := fmt.Sprintf("stakeholder.conditions[%d].", i)
		faults = append(faults,
			check.Missing(at+"matchField", c.MatchField == "" && !check.Kept(c.Other, "matchField")),
			check.Missing(at+"value", c.Value == "" && !check.Kept(c.Other, "value")),
			check.Missing(at+"key", c.MatchField == CustomProperty && c.Key == "" && !check.Kept(c.Other, "key")))
	}
	return errors.Join(faults...)
}

// Update changes the audience template of a business service. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/service-audience-template-api#update-audience-template-partial
func (s *AudienceService) Update(ctx context.Context, in UpdateAudienceRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v1/services/{serviceId}/audience-templates", in, services.SafeToRetry)
}

package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An OverrideService calls the Schedule Override API. It is safe for concurrent
// use. [NewOverrides] makes one.
type OverrideService struct{ client *services.Client }

// NewOverrides returns a service that calls by client, whose codec must be Opsgenie's.
func NewOverrides(client *services.Client) *OverrideService { return &OverrideService{client: client} }

// An Override puts a user, or nobody, on call for a time.
type Override struct {
	Parent    Summary              `json:"_parent,omitzero"` // the schedule
	Alias     string               `json:"alias"`            // identifies it in its schedule
	User      shape.Recipient      `json:"user,omitzero"`
	StartDate shape.Time           `json:"startDate,omitzero"`
	EndDate   shape.Time           `json:"endDate,omitzero"`
	Rotations []OverriddenRotation `json:"rotations,omitzero"` // those that it is about; all if there is none
}

// A OverriddenRotation is a rotation that an override is about. One that is sent needs
// an id or a name.
type OverriddenRotation struct {
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// An OverrideSummary is what changes tell of an override.
type OverrideSummary struct {
	Alias string `json:"alias"`
}

func checkOverride(start, end time.Time, rotations []OverriddenRotation) error {
	faults := []error{checkSpan("", start, end)}
	for i, r := range rotations {
		if r == (OverriddenRotation{}) {
			faults = append(faults, &services.ArgumentError{Field: fmt.Sprintf("rotations[%d]", i), Problem: "has neither id nor name"})
		}
	}
	return errors.Join(faults...)
}

// ListOverridesRequest asks for the overrides of one schedule.
type ListOverridesRequest struct{ Ref }

// List returns the overrides of a schedule.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#list-schedule-overrides
func (s *OverrideService) List(ctx context.Context, in ListOverridesRequest) (*services.Result[[]Override], error) {
	in.Ref = in.below()
	return services.Do[[]Override](ctx, s.client, "GET /v2/schedules/{identifier}/overrides", in, services.ByMethod)
}

// CreateOverrideRequest asks for an override in one schedule.
type CreateOverrideRequest struct {
	Ref

	Alias     string               `json:"alias,omitzero"`        // identifies it in its schedule; a random one if empty
	User      shape.Recipient      `json:"user" check:"required"` // a user, or nobody: [shape.ToNone]
	StartDate time.Time            `json:"startDate" check:"required"`
	EndDate   time.Time            `json:"endDate" check:"required"`
	Rotations []OverriddenRotation `json:"rotations,omitzero"` // which rotations it is about; all if none
}

// Check refuses an end before the start, and rotations without id and name.
func (r CreateOverrideRequest) Check() error {
	return checkOverride(r.StartDate, r.EndDate, r.Rotations)
}

// repeat says that there is none: without an alias it might create the override
// twice, and with one it would be refused as a conflict.
func (r CreateOverrideRequest) repeat() services.Repeat { return services.RetryIfRefused }

// Create creates an override. A repeat after a lost answer might create it
// twice, or be refused as a conflict if it has an alias, so there is none.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#create-schedule-override
func (s *OverrideService) Create(ctx context.Context, in CreateOverrideRequest) (*services.Result[OverrideSummary], error) {
	in.Ref = in.below()
	return services.Do[OverrideSummary](ctx, s.client, "POST /v2/schedules/{identifier}/overrides", in, in.repeat())
}

// GetOverrideRequest asks for one override of one schedule.
type GetOverrideRequest struct {
	Ref

	Alias string `path:"alias"`
}

// Get reads one override.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#get-schedule-override
func (s *OverrideService) Get(ctx context.Context, in GetOverrideRequest) (*services.Result[Override], error) {
	in.Ref = in.below()
	return services.Do[Override](ctx, s.client, "GET /v2/schedules/{identifier}/overrides/{alias}", in, services.ByMethod)
}

// UpdateOverrideRequest asks to replace one override of one schedule, but for
// its alias.
type UpdateOverrideRequest struct {
	Ref

	Alias     string               `path:"alias"`
	User      shape.Recipient      `json:"user" check:"required"` // a user, or nobody: [shape.ToNone]
	StartDate time.Time            `json:"startDate" check:"required"`
	EndDate   time.Time            `json:"endDate" check:"required"`
	Rotations []OverriddenRotation `json:"rotations,omitzero"` // which rotations it is about; all if none
}

// Check refuses an end before the start, and rotations without id and name.
func (r UpdateOverrideRequest) Check() error {
	return checkOverride(r.StartDate, r.EndDate, r.Rotations)
}

// Update replaces an override. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#update-schedule-override
func (s *OverrideService) Update(ctx context.Context, in UpdateOverrideRequest) (*services.Result[OverrideSummary], error) {
	in.Ref = in.below()
	return services.Do[OverrideSummary](ctx, s.client, "PUT /v2/schedules/{identifier}/overrides/{alias}", in, services.ByMethod)
}

// DeleteOverrideRequest asks to delete one override of one schedule.
type DeleteOverrideRequest struct {
	Ref

	Alias string `path:"alias"`
}

// Delete deletes an override. A repeat is harmless, but where an answer was lost
// it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#delete-schedule-override
func (s *OverrideService) Delete(ctx context.Context, in DeleteOverrideRequest) (*services.Result[services.None], error) {
	in.Ref = in.below()
	return services.Do[services.None](ctx, s.client, "DELETE /v2/schedules/{identifier}/overrides/{alias}", in, services.ByMethod)
}

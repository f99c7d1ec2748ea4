package schedule

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An OverrideService calls the Schedule Override API. It is safe for concurrent use.
// [NewOverrides] returns one.
type OverrideService struct{ client *services.Client }

// NewOverrides returns a service that uses client, whose codec must be Opsgenie's.
func NewOverrides(client *services.Client) *OverrideService { return &OverrideService{client: client} }

// override identifies an override of a schedule.
type override struct {
	Ref

	Alias string `path:"alias"`
}

// List returns the overrides of a schedule.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#list-schedule-overrides
func (s *OverrideService) List(ctx context.Context, ref Ref) (*services.Result[[]Override], error) {
	return services.Do[[]Override](ctx, s.client, "GET /v2/schedules/{identifier}/overrides", ref.below(), services.ByMethod)
}

// CreateOverrideRequest defines a new override of a schedule.
type CreateOverrideRequest struct {
	Ref

	Alias     string               `json:"alias,omitzero"`        // identifies it within its schedule; the server chooses one if empty
	User      shape.Recipient      `json:"user" check:"required"` // a user, or nobody: [shape.ToNone]
	StartDate time.Time            `json:"startDate" check:"required"`
	EndDate   time.Time            `json:"endDate" check:"required"`
	Rotations []OverriddenRotation `json:"rotations,omitzero"` // the rotations that it applies to; all if empty
}

// Check refuses anything but a user or nobody, an end before the start, and rotations without id
// and name.
func (r CreateOverrideRequest) Check() error {
	return checkOverride(r.User, r.StartDate, r.EndDate, r.Rotations)
}

func checkOverride(user shape.Recipient, start, end time.Time, rotations []OverriddenRotation) error {
	faults := []error{checkKind("user", user, shape.KindUser, shape.KindNone), checkSpan("", start, end)}
	for i, r := range rotations {
		if reflect.ValueOf(r).IsZero() {
			faults = append(faults, &services.ArgumentError{Field: fmt.Sprintf("rotations[%d]", i), Problem: "has neither id nor name"})
		}
	}
	return errors.Join(faults...)
}

// Create creates an override. Only 429 and 503 are retried: without an alias a second copy
// would create a second override, and with one it would be refused as a conflict.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#create-schedule-override
func (s *OverrideService) Create(ctx context.Context, in CreateOverrideRequest) (*services.Result[OverrideSummary], error) {
	in.Ref = in.below()
	return services.Do[OverrideSummary](ctx, s.client, "POST /v2/schedules/{identifier}/overrides", in, services.RetryIfRefused)
}

// Get returns one override of a schedule.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#get-schedule-override
func (s *OverrideService) Get(ctx context.Context, ref Ref, alias string) (*services.Result[Override], error) {
	in := override{ref.below(), alias}
	return services.Do[Override](ctx, s.client, "GET /v2/schedules/{identifier}/overrides/{alias}", in, services.ByMethod)
}

// UpdateOverrideRequest replaces an override of a schedule, except for its alias.
type UpdateOverrideRequest struct {
	Ref
	services.Other

	Alias     string                                  `path:"alias"`
	User      shape.Recipient                         `json:"user" check:"required"` // a user, or nobody: [shape.ToNone]
	StartDate time.Time                               `json:"startDate" check:"required"`
	EndDate   time.Time                               `json:"endDate" check:"required"`
	Rotations services.Optional[[]OverriddenRotation] `json:"rotations,omitzero"` // the rotations that it applies to; all if absent
}

// Request returns a request that writes o back, to be changed before it is sent. Members that
// the type does not know are sent as they came. Its Ref is the schedule in o.Parent; the caller
// must set it if that is zero.
func (o Override) Request() UpdateOverrideRequest {
	in := services.RequestFrom[UpdateOverrideRequest](o)
	in.Ref, in.Alias = o.Parent.ref(), o.Alias
	return in
}

// Check refuses anything but a user or nobody, an end before the start, and rotations without id
// and name.
func (r UpdateOverrideRequest) Check() error {
	rotations, _ := r.Rotations.Get()
	return checkOverride(r.User, r.StartDate, r.EndDate, rotations)
}

// Update replaces an override. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#update-schedule-override
func (s *OverrideService) Update(ctx context.Context, in UpdateOverrideRequest) (*services.Result[OverrideSummary], error) {
	in.Ref = in.below()
	return services.Do[OverrideSummary](ctx, s.client, "PUT /v2/schedules/{identifier}/overrides/{alias}", in, services.ByMethod)
}

// Delete deletes an override. If the response of an attempt was lost, the retry's error matches
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/schedule-override-api#delete-schedule-override
func (s *OverrideService) Delete(ctx context.Context, ref Ref, alias string) (*services.Result[services.None], error) {
	in := override{ref.below(), alias}
	return services.Do[services.None](ctx, s.client, "DELETE /v2/schedules/{identifier}/overrides/{alias}", in, services.ByMethod)
}

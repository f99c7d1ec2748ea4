package schedule

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An OverrideService calls the schedule overrides API. It is safe for concurrent use.
// [NewOverrides] returns one.
type OverrideService struct{ client *services.Client }

// NewOverrides returns a service that sends its calls with client, whose codec must be that of
// JSM.
func NewOverrides(client *services.Client) *OverrideService { return &OverrideService{client: client} }

// override identifies an override of a schedule.
type override struct {
	Ref

	Alias string `path:"alias"`
}

const overridesRoute = "GET /v1/schedules/{scheduleId}/overrides"

// List returns one page of the overrides of a schedule that have not ended. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-overrides (confirmed)
func (s *OverrideService) List(ctx context.Context, in PageRequest) (*services.Result[[]Override], error) {
	return services.Do[[]Override](ctx, s.client, overridesRoute, in, services.ByMethod)
}

// All returns all overrides of a schedule that have not ended, page after page: see
// [services.All].
func (s *OverrideService) All(ctx context.Context, in PageRequest) iter.Seq2[Override, error] {
	return services.All[Override](ctx, s.client, overridesRoute, in.whole())
}

// CreateOverrideRequest is the request to create an override of a schedule. The server chooses
// its alias.
type CreateOverrideRequest struct {
	Ref

	Responder   shape.Responder `json:"responder" check:"required"` // a user, or nobody: [shape.Nobody]
	StartDate   time.Time       `json:"startDate" check:"required"`
	EndDate     time.Time       `json:"endDate" check:"required"`
	RotationIDs []string        `json:"rotationIds,omitempty"` // the rotations that it applies to; all if empty
}

// Check refuses anything but a user or nobody, an end before the start, rotations without an id,
// and what [Ref.Check] refuses.
func (r CreateOverrideRequest) Check() error {
	return errors.Join(r.Ref.Check(), checkOverride(r.Responder, r.StartDate, r.EndDate, r.RotationIDs))
}

func checkOverride(responder shape.Responder, start, end time.Time, rotations []string) error {
	faults := []error{checkSpan("", start, end)}
	if !responder.IsZero() { // the tag refuses that
		faults = append(faults, check.Responder("responder", responder, shape.KindUser, shape.KindNone))
	}
	for i, id := range rotations {
		faults = append(faults, check.Missing(fmt.Sprintf("rotationIds[%d]", i), id == ""))
	}
	return errors.Join(faults...)
}

// Create creates an override and returns it with its alias. Only 429 and 503 are retried,
// because a second copy would create a second override.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-overrides (confirmed)
func (s *OverrideService) Create(ctx context.Context, in CreateOverrideRequest) (*services.Result[Override], error) {
	return services.Do[Override](ctx, s.client, "POST /v1/schedules/{scheduleId}/overrides", in, services.RetryIfRefused)
}

// Get returns one override of a schedule. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-overrides (confirmed)
func (s *OverrideService) Get(ctx context.Context, ref Ref, alias string) (*services.Result[Override], error) {
	in := override{ref, alias}
	return services.Do[Override](ctx, s.client, "GET /v1/schedules/{scheduleId}/overrides/{alias}", in, services.ByMethod)
}

// UpdateOverrideRequest is the request to replace an override of a schedule, except for its
// alias.
type UpdateOverrideRequest struct {
	Ref
	services.Other

	Alias       string                      `path:"alias"`
	Responder   shape.Responder             `json:"responder" check:"required"` // a user, or nobody: [shape.Nobody]
	StartDate   time.Time                   `json:"startDate" check:"required"`
	EndDate     time.Time                   `json:"endDate" check:"required"`
	RotationIDs services.Optional[[]string] `json:"rotationIds,omitzero"` // the rotations that it applies to; all if absent or null
}

// Request returns a request that writes o back, to be changed before it is sent. Members that
// the type does not know are sent as they came. The caller must set Ref, the schedule.
func (o Override) Request() UpdateOverrideRequest {
	in := services.RequestFrom[UpdateOverrideRequest](o)
	in.Alias = o.Alias
	return in
}

// Check refuses anything but a user or nobody, an end before the start, rotations without an id,
// and what [Ref.Check] refuses.
func (r UpdateOverrideRequest) Check() error {
	rotations, _ := r.RotationIDs.Get()
	return errors.Join(r.Ref.Check(), checkOverride(r.Responder, r.StartDate, r.EndDate, rotations))
}

// Update replaces an override and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-overrides (confirmed)
func (s *OverrideService) Update(ctx context.Context, in UpdateOverrideRequest) (*services.Result[Override], error) {
	return services.Do[Override](ctx, s.client, "PUT /v1/schedules/{scheduleId}/overrides/{alias}", in, services.ByMethod)
}

// Delete deletes an override. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-overrides (one source)
func (s *OverrideService) Delete(ctx context.Context, ref Ref, alias string) (*services.Result[services.None], error) {
	in := override{ref, alias}
	return services.Do[services.None](ctx, s.client, "DELETE /v1/schedules/{scheduleId}/overrides/{alias}", in, services.ByMethod)
}

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

// A RotationService calls the schedule rotations API. It is safe for concurrent use.
// [NewRotations] returns one.
type RotationService struct{ client *services.Client }

// NewRotations returns a service that sends its calls with client, whose codec must be that of
// JSM.
func NewRotations(client *services.Client) *RotationService { return &RotationService{client: client} }

// rotation identifies a rotation of a schedule.
type rotation struct {
	Ref

	ID string `path:"id"`
}

// NewRotation defines a rotation. Users, teams, escalations and nobody ([shape.Nobody]) can
// participate.
type NewRotation struct {
	Name            string                `json:"name,omitzero"` // the server chooses one if empty
	StartDate       time.Time             `json:"startDate" check:"required"`
	EndDate         time.Time             `json:"endDate,omitzero"` // no end if zero
	Type            RotationType          `json:"type" check:"required"`
	Length          int                   `json:"length,omitzero" check:"min=0"` // of a turn, in hours, days or weeks; 1 if zero
	Participants    []shape.Responder     `json:"participants,omitzero"`         // in the order of their turns
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`      // always if not given
}

// check refuses what the tags cannot.
func (r NewRotation) check(at string) error {
	return errors.Join(
		checkSpan(at, r.StartDate, r.EndDate),
		checkParticipants(at+"participants", r.Participants),
		check.TimeRestriction(at+"timeRestriction", r.TimeRestriction),
	)
}

// checkParticipants refuses participants that are not given or of a kind that cannot take part.
func checkParticipants(field string, all []shape.Responder) error {
	return check.Responders(field, all, shape.KindUser, shape.KindTeam, shape.KindEscalation, shape.KindNone)
}

// maxRotations is how many rotations a request about a schedule can define.
const maxRotations = 500

// checkRotations refuses rotations inside another request, whose tags the core does not read.
func checkRotations(all []NewRotation) error {
	if len(all) > maxRotations {
		return &services.ArgumentError{Field: "rotations", Problem: fmt.Sprintf("must be at most %d", maxRotations)}
	}
	var faults []error
	for i, r := range all {
		at := fmt.Sprintf("rotations[%d].", i)
		faults = append(faults,
			check.Missing(at+"startDate", r.StartDate.IsZero()),
			check.Missing(at+"type", r.Type == ""),
			check.NotNegative(at+"length", r.Length),
			r.check(at))
	}
	return errors.Join(faults...)
}

// checkSpan refuses a time that ends before it starts.
func checkSpan(at string, start, end time.Time) error {
	if !end.IsZero() && end.Before(start) {
		return &services.ArgumentError{Field: at + "endDate", Problem: "must not be before startDate"}
	}
	return nil
}

const rotationsRoute = "GET /v1/schedules/{scheduleId}/rotations"

// List returns one page of the rotations of a schedule. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-rotations (confirmed)
func (s *RotationService) List(ctx context.Context, in PageRequest) (*services.Result[[]Rotation], error) {
	return services.Do[[]Rotation](ctx, s.client, rotationsRoute, in, services.ByMethod)
}

// All returns all rotations of a schedule, page after page: see [services.All].
func (s *RotationService) All(ctx context.Context, in PageRequest) iter.Seq2[Rotation, error] {
	return services.All[Rotation](ctx, s.client, rotationsRoute, in.whole())
}

// CreateRotationRequest is the request to create a rotation of a schedule.
type CreateRotationRequest struct {
	Ref
	NewRotation
}

// Check refuses an end before the start, participants that are not given or cannot take part,
// restrictions without a required member, and what [Ref.Check] refuses.
func (r CreateRotationRequest) Check() error { return errors.Join(r.Ref.Check(), r.check("")) }

// Create creates a rotation and returns it. Only 429 and 503 are retried, because a second copy
// would create a second rotation.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-rotations (confirmed)
func (s *RotationService) Create(ctx context.Context, in CreateRotationRequest) (*services.Result[Rotation], error) {
	return services.Do[Rotation](ctx, s.client, "POST /v1/schedules/{scheduleId}/rotations", in, services.RetryIfRefused)
}

// Get returns one rotation of a schedule. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-rotations (confirmed)
func (s *RotationService) Get(ctx context.Context, ref Ref, id string) (*services.Result[Rotation], error) {
	return services.Do[Rotation](ctx, s.client, "GET /v1/schedules/{scheduleId}/rotations/{id}", rotation{ref, id}, services.ByMethod)
}

// UpdateRotationRequest is the request to change a rotation of a schedule. Members that are
// absent stay as they are.
type UpdateRotationRequest struct {
	Ref
	services.Other

	ID              string                                   `path:"id"`
	Name            services.Optional[string]                `json:"name,omitzero"`
	StartDate       services.Optional[time.Time]             `json:"startDate,omitzero"`
	EndDate         services.Optional[time.Time]             `json:"endDate,omitzero"` // may be null
	Type            services.Optional[RotationType]          `json:"type,omitzero"`
	Length          services.Optional[int]                   `json:"length,omitzero"`          // of a turn, in hours, days or weeks
	Participants    services.Optional[[]shape.Responder]     `json:"participants,omitzero"`    // they replace all, as far as is known
	TimeRestriction services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"` // may be null
}

// Request returns a request that writes r back, to be changed before it is sent. Members that
// the type does not know are sent as they came. The caller must set Ref, the schedule.
func (r Rotation) Request() UpdateRotationRequest {
	in := services.RequestFrom[UpdateRotationRequest](r)
	in.ID = r.ID
	return in
}

// Check refuses times that are zero, an end before the start, a length below 1, participants that
// are not given or cannot take part, restrictions without a required member, and what [Ref.Check]
// refuses.
func (r UpdateRotationRequest) Check() error {
	start, _ := r.StartDate.Get()
	end, _ := r.EndDate.Get()
	participants, _ := r.Participants.Get()
	restriction, _ := r.TimeRestriction.Get()
	var length error
	if n, set := r.Length.Get(); set && n < 1 {
		length = &services.ArgumentError{Field: "length", Problem: "must be at least 1"}
	}
	return errors.Join(
		r.Ref.Check(),
		check.NotZero("startDate", r.StartDate),
		check.NotZero("endDate", r.EndDate),
		checkSpan("", start, end),
		length,
		checkParticipants("participants", participants),
		check.NotZero("timeRestriction", r.TimeRestriction),
		check.TimeRestriction("timeRestriction", restriction),
	)
}

// Update changes a rotation and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-rotations (confirmed)
func (s *RotationService) Update(ctx context.Context, in UpdateRotationRequest) (*services.Result[Rotation], error) {
	return services.Do[Rotation](ctx, s.client, "PATCH /v1/schedules/{scheduleId}/rotations/{id}", in, services.SafeToRetry)
}

// Delete deletes a rotation. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-schedule-rotations (confirmed)
func (s *RotationService) Delete(ctx context.Context, ref Ref, id string) (*services.Result[services.None], error) {
	in := rotation{ref, id}
	return services.Do[services.None](ctx, s.client, "DELETE /v1/schedules/{scheduleId}/rotations/{id}", in, services.ByMethod)
}

package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A RotationService calls the Schedule Rotation API. It is safe for concurrent use.
// [NewRotations] returns one.
type RotationService struct{ client *services.Client }

// NewRotations returns a service that uses client, whose codec must be Opsgenie's.
func NewRotations(client *services.Client) *RotationService { return &RotationService{client: client} }

// rotation identifies a rotation of a schedule.
type rotation struct {
	Ref

	ID string `path:"id"`
}

// NewRotation defines a new rotation. Users, teams, escalations and nobody ([shape.ToNone]) can
// participate, also more than once. The server rounds times to the full or half hour.
type NewRotation struct {
	Name            string                `json:"name,omitzero"`
	StartDate       time.Time             `json:"startDate" check:"required"`
	EndDate         time.Time             `json:"endDate,omitzero"` // no end if zero
	Type            RotationType          `json:"type" check:"required"`
	Length          int                   `json:"length,omitzero" check:"min=0"` // of a turn, in hours, days or weeks; 1 if zero
	Participants    []shape.Recipient     `json:"participants" check:"required"` // in the order of their turns
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
func checkParticipants(field string, all []shape.Recipient) error {
	faults := []error{check.Recipients(field, all...)}
	for i, r := range all {
		at := fmt.Sprintf("%s[%d]", field, i)
		faults = append(faults, checkKind(at, r, shape.KindUser, shape.KindTeam, shape.KindEscalation, shape.KindNone))
	}
	return errors.Join(faults...)
}

// checkKind refuses a recipient of a known kind that is not allowed.
func checkKind(field string, r shape.Recipient, allowed ...shape.Kind) error {
	switch kind := r.Kind(); kind {
	case shape.KindUser, shape.KindTeam, shape.KindEscalation, shape.KindSchedule, shape.KindGroup, shape.KindAll, shape.KindNone:
		if !r.IsZero() && !slices.Contains(allowed, kind) {
			return &services.ArgumentError{Field: field, Problem: fmt.Sprintf("must not be of kind %s", kind)}
		}
	}
	return nil
}

// checkRotations refuses rotations inside another request, whose tags the core does not read.
func checkRotations(all []NewRotation) error {
	var faults []error
	for i, r := range all {
		at := fmt.Sprintf("rotations[%d].", i)
		faults = append(faults,
			check.Missing(at+"startDate", r.StartDate.IsZero()),
			check.Required(at+"type", r.Type),
			check.Missing(at+"participants", len(r.Participants) == 0),
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

// List returns the rotations of a schedule.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#list-schedule-rotations
func (s *RotationService) List(ctx context.Context, ref Ref) (*services.Result[[]Rotation], error) {
	return services.Do[[]Rotation](ctx, s.client, "GET /v2/schedules/{identifier}/rotations", ref.below(), services.ByMethod)
}

// CreateRotationRequest defines a new rotation of a schedule.
type CreateRotationRequest struct {
	Ref
	NewRotation
}

// Check refuses an end before the start, participants that are not given or cannot take part, and
// restrictions without a required member.
func (r CreateRotationRequest) Check() error { return r.check("") }

// Create creates a rotation. Only 429 and 503 are retried, because a second copy would create a
// second rotation.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#create-schedule-rotation
func (s *RotationService) Create(ctx context.Context, in CreateRotationRequest) (*services.Result[RotationSummary], error) {
	in.Ref = in.below()
	return services.Do[RotationSummary](ctx, s.client, "POST /v2/schedules/{identifier}/rotations", in, services.RetryIfRefused)
}

// Get returns one rotation of a schedule.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#get-schedule-rotation
func (s *RotationService) Get(ctx context.Context, ref Ref, id string) (*services.Result[Rotation], error) {
	in := rotation{ref.below(), id}
	return services.Do[Rotation](ctx, s.client, "GET /v2/schedules/{identifier}/rotations/{id}", in, services.ByMethod)
}

// UpdateRotationRequest changes a rotation of a schedule. Members that are absent stay as they
// are. Whether null removes an end or a restriction is not documented.
type UpdateRotationRequest struct {
	Ref
	services.Other

	ID              string                                   `path:"id"`
	Name            services.Optional[string]                `json:"name,omitzero"`
	StartDate       services.Optional[time.Time]             `json:"startDate,omitzero"`
	EndDate         services.Optional[time.Time]             `json:"endDate,omitzero"`
	Type            services.Optional[RotationType]          `json:"type,omitzero"`
	Length          services.Optional[int]                   `json:"length,omitzero"`       // of a turn, in hours, days or weeks
	Participants    services.Optional[[]shape.Recipient]     `json:"participants,omitzero"` // replaces all participants
	TimeRestriction services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
}

// Request returns a request that writes r back, to be changed before it is sent. Members that
// the type does not know are sent as they came. Its Ref is the schedule in r.Parent; the caller
// must set it if r came from anything but RotationService.Get.
func (r Rotation) Request() UpdateRotationRequest {
	in := services.RequestFrom[UpdateRotationRequest](r)
	in.Ref, in.ID = r.Parent.ref(), r.ID
	return in
}

// ref refers to the schedule of a summary; it is zero if the summary is.
func (s Summary) ref() Ref {
	if s.ID == "" {
		return Ref{}
	}
	return ByID(s.ID)
}

// Check refuses times that are zero, an end before the start, a length below 1, participants that
// are not given or cannot take part, and restrictions without a required member.
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
		check.NotZero("startDate", r.StartDate),
		check.NotZero("endDate", r.EndDate),
		checkSpan("", start, end),
		length,
		checkParticipants("participants", participants),
		check.NotZero("timeRestriction", r.TimeRestriction),
		check.TimeRestriction("timeRestriction", restriction),
	)
}

// Update changes a rotation. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#update-schedule-rotation-partial
func (s *RotationService) Update(ctx context.Context, in UpdateRotationRequest) (*services.Result[RotationSummary], error) {
	in.Ref = in.below()
	return services.Do[RotationSummary](ctx, s.client, "PATCH /v2/schedules/{identifier}/rotations/{id}", in, services.SafeToRetry)
}

// Delete deletes a rotation. If the response of an attempt was lost, the retry's error matches
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#delete-schedule-rotation
func (s *RotationService) Delete(ctx context.Context, ref Ref, id string) (*services.Result[services.None], error) {
	in := rotation{ref.below(), id}
	return services.Do[services.None](ctx, s.client, "DELETE /v2/schedules/{identifier}/rotations/{id}", in, services.ByMethod)
}

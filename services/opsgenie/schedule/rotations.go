package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A RotationService calls the Schedule Rotation API. It is safe for concurrent
// use. [NewRotations] makes one.
type RotationService struct{ client *services.Client }

// NewRotations returns a service that calls by client, whose codec must be Opsgenie's.
func NewRotations(client *services.Client) *RotationService { return &RotationService{client: client} }

// A RotationType is what the turns of a rotation are counted in.
type RotationType string

// The types. The set is closed in requests.
const (
	Hourly RotationType = "hourly"
	Daily  RotationType = "daily"
	Weekly RotationType = "weekly"
)

// A Rotation lets its participants take turns.
type Rotation struct {
	Parent          Summary               `json:"_parent,omitzero"` // the schedule; from RotationService.Get alone
	ID              string                `json:"id"`
	Name            string                `json:"name"`
	StartDate       shape.Time            `json:"startDate,omitzero"`
	EndDate         shape.Time            `json:"endDate,omitzero"` // zero for a rotation without an end
	Type            RotationType          `json:"type"`
	Length          int                   `json:"length"` // of a turn, in hours, days or weeks
	Participants    []shape.Recipient     `json:"participants"`
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`
}

// NewRotation is a rotation that is to be. Users, teams, escalations and nobody
// ([shape.ToNone]) can take part, and each of them more than once. The server
// moves times to the nearest full or half hour.
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
		check.Recipients(at+"participants", r.Participants...),
		check.TimeRestriction(at+"timeRestriction", r.TimeRestriction),
	)
}

// checkRotations refuses rotations inside another request, whose tags nobody reads.
func checkRotations(all []NewRotation) error {
	var faults []error
	for i, r := range all {
		at := fmt.Sprintf("rotations[%d].", i)
		for _, field := range []struct {
			name    string
			missing bool
		}{{"startDate", r.StartDate.IsZero()}, {"type", r.Type == ""}, {"participants", len(r.Participants) == 0}} {
			if field.missing {
				faults = append(faults, &services.ArgumentError{Field: at + field.name, Problem: "is required"})
			}
		}
		if r.Length < 0 {
			faults = append(faults, &services.ArgumentError{Field: at + "length", Problem: "must not be negative"})
		}
		faults = append(faults, r.check(at))
	}
	return errors.Join(faults...)
}

// ListRotationsRequest asks for the rotations of one schedule.
type ListRotationsRequest struct{ Ref }

// List returns the rotations of a schedule.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#list-schedule-rotations
func (s *RotationService) List(ctx context.Context, in ListRotationsRequest) (*services.Result[[]Rotation], error) {
	in.Ref = in.below()
	return services.Do[[]Rotation](ctx, s.client, "GET /v2/schedules/{identifier}/rotations", in, services.ByMethod)
}

// CreateRotationRequest asks for a rotation in one schedule.
type CreateRotationRequest struct {
	Ref
	NewRotation
}

// Check refuses an end before the start, participants who are not given, and
// restrictions that lack what they must have.
func (r CreateRotationRequest) Check() error { return r.check("") }

// repeat says that there is none: it might create the rotation twice.
func (r CreateRotationRequest) repeat() services.Repeat { return services.RetryIfRefused }

// A RotationSummary is what changes tell of a rotation.
type RotationSummary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// Create creates a rotation. A repeat after a lost answer might create it twice,
// so there is none.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#create-schedule-rotation
func (s *RotationService) Create(ctx context.Context, in CreateRotationRequest) (*services.Result[RotationSummary], error) {
	in.Ref = in.below()
	return services.Do[RotationSummary](ctx, s.client, "POST /v2/schedules/{identifier}/rotations", in, in.repeat())
}

// GetRotationRequest asks for one rotation of one schedule.
type GetRotationRequest struct {
	Ref

	ID string `path:"id"`
}

// Get reads one rotation.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#get-schedule-rotation
func (s *RotationService) Get(ctx context.Context, in GetRotationRequest) (*services.Result[Rotation], error) {
	in.Ref = in.below()
	return services.Do[Rotation](ctx, s.client, "GET /v2/schedules/{identifier}/rotations/{id}", in, services.ByMethod)
}

// UpdateRotationRequest asks to change one rotation of one schedule. What is
// empty or not given stays as it is. Whether null takes an end or a restriction
// away is not documented.
type UpdateRotationRequest struct {
	Ref

	ID              string                                   `path:"id"`
	Name            string                                   `json:"name,omitzero"`
	StartDate       time.Time                                `json:"startDate,omitzero"`
	EndDate         services.Optional[time.Time]             `json:"endDate,omitzero"`
	Type            RotationType                             `json:"type,omitzero"`
	Length          int                                      `json:"length,omitzero" check:"min=0"` // zero leaves it
	Participants    []shape.Recipient                        `json:"participants,omitzero"`         // in the stead of all that it has
	TimeRestriction services.Optional[shape.TimeRestriction] `json:"timeRestriction,omitzero"`
}

// Check refuses an end that is zero or before the start, participants who are
// not given, and restrictions that lack what they must have.
func (r UpdateRotationRequest) Check() error {
	var faults []error
	end, given := r.EndDate.Get()
	if given && end.IsZero() {
		faults = append(faults, &services.ArgumentError{Field: "endDate", Problem: "must not be the zero time"})
	}
	restriction, _ := r.TimeRestriction.Get()
	return errors.Join(append(faults,
		checkSpan("", r.StartDate, end),
		check.Recipients("participants", r.Participants...),
		check.TimeRestriction("timeRestriction", restriction),
	)...)
}

// repeat says that a repeat is harmless.
func (r UpdateRotationRequest) repeat() services.Repeat { return services.SafeToRetry }

// Update changes a rotation. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#update-schedule-rotation-partial
func (s *RotationService) Update(ctx context.Context, in UpdateRotationRequest) (*services.Result[RotationSummary], error) {
	in.Ref = in.below()
	return services.Do[RotationSummary](ctx, s.client, "PATCH /v2/schedules/{identifier}/rotations/{id}", in, in.repeat())
}

// DeleteRotationRequest asks to delete one rotation of one schedule.
type DeleteRotationRequest struct {
	Ref

	ID string `path:"id"`
}

// Delete deletes a rotation. A repeat is harmless, but where an answer was lost
// it Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/schedule-rotation-api#delete-schedule-rotation
func (s *RotationService) Delete(ctx context.Context, in DeleteRotationRequest) (*services.Result[services.None], error) {
	in.Ref = in.below()
	return services.Do[services.None](ctx, s.client, "DELETE /v2/schedules/{identifier}/rotations/{id}", in, services.ByMethod)
}

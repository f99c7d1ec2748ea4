package schedule

import (
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Schedule is a schedule in a response.
type Schedule struct {
	services.Other

	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Timezone    string     `json:"timezone"` // such as "Europe/Berlin"
	Enabled     bool       `json:"enabled"`
	TeamID      string     `json:"teamId"`             // the team that owns it; empty for a global schedule
	Rotations   []Rotation `json:"rotations,omitzero"` // from List with [ExpandRotation]
}

// MarshalJSON writes the schedule with the members that [services.Other] keeps.
func (s Schedule) MarshalJSON() ([]byte, error) {
	type plain Schedule
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a schedule; members that it does not expect are kept.
func (s *Schedule) UnmarshalJSON(raw []byte) error {
	type plain Schedule
	return services.UnmarshalObject(raw, (*plain)(s))
}

// A RotationType is the unit in which the turns of a rotation are counted. Requests take only
// those listed here.
type RotationType string

// The types.
const (
	Hourly RotationType = "hourly"
	Daily  RotationType = "daily"
	Weekly RotationType = "weekly"
)

// A Rotation is a rotation in a response: its participants take turns.
type Rotation struct {
	services.Other

	ID              string                `json:"id"`
	Name            string                `json:"name"`
	StartDate       shape.Time            `json:"startDate,omitzero"`
	EndDate         shape.Time            `json:"endDate,omitzero"` // zero for a rotation without an end
	Type            RotationType          `json:"type"`
	Length          int                   `json:"length"` // of a turn, in hours, days or weeks
	Participants    []shape.Responder     `json:"participants"`
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`
}

// MarshalJSON writes the rotation with the members that [services.Other] keeps.
func (r Rotation) MarshalJSON() ([]byte, error) {
	type plain Rotation
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rotation; members that it does not expect are kept.
func (r *Rotation) UnmarshalJSON(raw []byte) error {
	type plain Rotation
	return services.UnmarshalObject(raw, (*plain)(r))
}

// An Override is an override in a response: for some time it puts a user, or nobody, on call.
type Override struct {
	services.Other

	Alias       string          `json:"alias"`              // identifies the override within its schedule
	Responder   shape.Responder `json:"responder,omitzero"` // a user, or nobody
	StartDate   shape.Time      `json:"startDate,omitzero"`
	EndDate     shape.Time      `json:"endDate,omitzero"`
	RotationIDs []string        `json:"rotationIds,omitzero"` // the rotations that it applies to; all if empty
}

// MarshalJSON writes the override with the members that [services.Other] keeps.
func (o Override) MarshalJSON() ([]byte, error) {
	type plain Override
	return services.MarshalObject(plain(o))
}

// UnmarshalJSON reads an override; members that it does not expect are kept.
func (o *Override) UnmarshalJSON(raw []byte) error {
	type plain Override
	return services.UnmarshalObject(raw, (*plain)(o))
}

package schedule

import (
	"encoding/json"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Schedule is a schedule in a response.
type Schedule struct {
	services.Other

	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Timezone    string          `json:"timezone"` // such as "Europe/Berlin"
	Enabled     bool            `json:"enabled"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Rotations   []Rotation      `json:"rotations,omitzero"` // from Get, and from List with [ExpandRotation]
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

// A Summary identifies a schedule that was created or changed, or that something belongs to.
type Summary struct {
	services.Other

	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// MarshalJSON writes the summary with the members that [services.Other] keeps.
func (s Summary) MarshalJSON() ([]byte, error) {
	type plain Summary
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a summary; members that it does not expect are kept.
func (s *Summary) UnmarshalJSON(raw []byte) error {
	type plain Summary
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

	Parent          Summary               `json:"_parent,omitzero"` // the schedule; only from RotationService.Get
	ID              string                `json:"id"`
	Name            string                `json:"name"`
	StartDate       shape.Time            `json:"startDate,omitzero"`
	EndDate         shape.Time            `json:"endDate,omitzero"` // zero for a rotation without an end
	Type            RotationType          `json:"type"`
	Length          int                   `json:"length"` // of a turn, in hours, days or weeks
	Participants    []shape.Recipient     `json:"participants"`
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

// A RotationSummary identifies a rotation that was created or changed.
type RotationSummary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// An Override is an override in a response: for some time it puts a user, or nobody, on call.
type Override struct {
	services.Other

	Parent    Summary              `json:"_parent,omitzero"` // the schedule
	Alias     string               `json:"alias"`            // identifies the override within its schedule
	User      shape.Recipient      `json:"user,omitzero"`
	StartDate shape.Time           `json:"startDate,omitzero"`
	EndDate   shape.Time           `json:"endDate,omitzero"`
	Rotations []OverriddenRotation `json:"rotations,omitzero"` // the rotations that it applies to; all if empty
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

// An OverriddenRotation is a rotation that an override applies to. In requests it needs an id
// or a name.
type OverriddenRotation struct {
	services.Other

	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// MarshalJSON writes the rotation with the members that [services.Other] keeps.
func (r OverriddenRotation) MarshalJSON() ([]byte, error) {
	type plain OverriddenRotation
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rotation; members that it does not expect are kept.
func (r *OverriddenRotation) UnmarshalJSON(raw []byte) error {
	type plain OverriddenRotation
	return services.UnmarshalObject(raw, (*plain)(r))
}

// An OverrideSummary identifies an override that was created or changed.
type OverrideSummary struct {
	Alias string `json:"alias"`
}

// A Participant is a user on call, or a team or escalation through which users are on call.
type Participant struct {
	services.Other

	ID             string                 `json:"id,omitzero"`
	Name           string                 `json:"name,omitzero"`               // for a user, the username
	Type           string                 `json:"type,omitzero"`               // such as "user", "team", "escalation", "schedule" or "none"
	Participants   []Participant          `json:"onCallParticipants,omitzero"` // of a team or an escalation
	ForwardedFrom  *Participant           `json:"forwardedFrom,omitzero"`      // the user whose notifications are forwarded
	EscalationTime services.Optional[int] `json:"escalationTime,omitzero"`     // only within an escalation: in minutes
	NotifyType     string                 `json:"notifyType,omitzero"`         // only within an escalation: such as "next"
}

// MarshalJSON writes the participant with the members that [services.Other] keeps.
func (p Participant) MarshalJSON() ([]byte, error) {
	type plain Participant
	return services.MarshalObject(plain(p))
}

// UnmarshalJSON reads an object, or a text, which is the name: the API sends both. Members of
// an object that it does not expect are kept.
func (p *Participant) UnmarshalJSON(raw []byte) error {
	*p = Participant{}
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &p.Name)
	}
	type plain Participant
	return services.UnmarshalObject(raw, (*plain)(p))
}

package team

import (
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/enum"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Team is a team of operations as the server returns it.
type Team struct {
	ID   string `json:"teamId"`
	Name string `json:"teamName"`
}

// A State is how far a request of a team has come. It is read in any case; values other than those
// listed here can occur.
type State string

// The states.
const (
	InProgress State = "IN_PROGRESS"
	Successful State = "SUCCESSFUL"
	Failed     State = "FAILED"
)

// UnmarshalText reads a state.
func (s *State) UnmarshalText(text []byte) error {
	*s = enum.Read(text, InProgress, Successful, Failed)
	return nil
}

// RequestStatus is the outcome of an asynchronous request of a team.
type RequestStatus struct {
	Status Status `json:"status"`
}

// Status is the part of a [RequestStatus] that holds its state.
type Status struct {
	State State `json:"value"`
}

// Processed reports whether the request was processed: whether it succeeded or failed.
func (s RequestStatus) Processed() bool {
	return s.Status.State == Successful || s.Status.State == Failed
}

// EntityID returns the empty text: the status does not name the team.
func (RequestStatus) EntityID() string { return "" }

// Failure returns a [shape.ActionError] if the request failed, and nil otherwise.
func (s RequestStatus) Failure() error {
	if s.Status.State != Failed {
		return nil
	}
	return shape.NewActionError("enable operations", "")
}

// A Role is a set of rights of members of a team.
type Role struct {
	services.Other

	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Rights []Right `json:"rights"`
}

// MarshalJSON writes the role, with the members that it keeps.
func (r Role) MarshalJSON() ([]byte, error) {
	type plain Role
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a role of any form.
func (r *Role) UnmarshalJSON(raw []byte) error {
	type plain Role
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A Right says whether a role grants a right.
type Right struct {
	services.Other

	Right   string `json:"right"` // such as "access-reports", "edit-schedules" or "delete-team-roles"
	Granted bool   `json:"granted"`
}

// MarshalJSON writes the right, with the members that it keeps.
func (r Right) MarshalJSON() ([]byte, error) {
	type plain Right
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a right of any form.
func (r *Right) UnmarshalJSON(raw []byte) error {
	type plain Right
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A RoutingRule says which recipient is notified of an alert of a team. The first rule that
// matches an alert applies; the default rule matches all alerts and cannot be deleted.
type RoutingRule struct {
	services.Other

	ID              string                `json:"id"`
	Name            string                `json:"name"`
	Order           int                   `json:"order"` // position among the rules, from 0
	IsDefault       bool                  `json:"isDefault"`
	Criteria        shape.Filter          `json:"criteria,omitzero"`
	TimeRestriction shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Notify          Recipient             `json:"notify,omitzero"`
	Timezone        string                `json:"timezone,omitzero"`
}

// MarshalJSON writes the rule, with the members that it keeps.
func (r RoutingRule) MarshalJSON() ([]byte, error) {
	type plain RoutingRule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule of any form.
func (r *RoutingRule) UnmarshalJSON(raw []byte) error {
	type plain RoutingRule
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A RecipientKind is the kind of a [Recipient]. It is read in any case; values other than those
// listed here are kept and sent as they are.
type RecipientKind string

// The kinds that have a constructor.
const (
	NotifyEscalation RecipientKind = "escalation"
	NotifySchedule   RecipientKind = "schedule"
	NotifyNone       RecipientKind = "none"
)

// UnmarshalText reads a kind.
func (k *RecipientKind) UnmarshalText(text []byte) error {
	*k = enum.Read(text, NotifyEscalation, NotifySchedule, NotifyNone)
	return nil
}

// A Recipient is who a routing rule notifies. [ToEscalation], [ToSchedule] and [ToNone] return
// one; the zero value is not given.
type Recipient struct {
	services.Other

	Kind RecipientKind `json:"type"`
	ID   string        `json:"id,omitzero"` // of the escalation or schedule
}

// ToEscalation returns the recipient that is the escalation with an id.
func ToEscalation(id string) Recipient { return Recipient{Kind: NotifyEscalation, ID: id} }

// ToSchedule returns the recipient that is the schedule with an id.
func ToSchedule(id string) Recipient { return Recipient{Kind: NotifySchedule, ID: id} }

// ToNone returns the recipient for nobody.
func ToNone() Recipient { return Recipient{Kind: NotifyNone} }

// IsZero reports whether no recipient is given. [ToNone] is given.
func (r Recipient) IsZero() bool { return reflect.ValueOf(r).IsZero() }

// MarshalJSON writes the recipient, with the members that it keeps.
func (r Recipient) MarshalJSON() ([]byte, error) {
	type plain Recipient
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a recipient of any form.
func (r *Recipient) UnmarshalJSON(raw []byte) error {
	type plain Recipient
	return services.UnmarshalObject(raw, (*plain)(r))
}

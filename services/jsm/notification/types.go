package notification

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An Event is what a rule notifies of. The API calls it actionType. Values other than those listed
// here are kept and sent as they are.
type Event string

// The events.
const (
	CreateAlert         Event = "create-alert"
	AcknowledgedAlert   Event = "acknowledged-alert"
	ClosedAlert         Event = "closed-alert"
	AssignedAlert       Event = "assigned-alert"
	AddNote             Event = "add-note"
	ScheduleStart       Event = "schedule-start"
	ScheduleEnd         Event = "schedule-end"
	IncomingCallRouting Event = "incoming-call-routing"
)

// A Lead is the time between a notification and the start or end of an on-call turn. Values other
// than those listed here are kept and sent as they are.
type Lead string

// The leads.
const (
	JustBefore     Lead = "just-before"
	FifteenMinutes Lead = "15-minutes-ago"
	OneHour        Lead = "1-hour-ago"
	OneDay         Lead = "1-day-ago"
)

// A Rule says which notifications a user gets of one kind of event.
type Rule struct {
	services.Other

	ID               string                `json:"id"`
	Name             string                `json:"name"`
	ActionType       Event                 `json:"actionType"`
	Criteria         shape.Filter          `json:"criteria,omitzero"`
	NotificationTime []Lead                `json:"notificationTime,omitzero"`
	TimeRestriction  shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Schedules        []string              `json:"schedules,omitzero"` // ids
	Order            int                   `json:"order"`              // position, from 0
	Steps            []Step                `json:"steps,omitzero"`
	Repeat           Repetition            `json:"repeat,omitzero"`
	Enabled          bool                  `json:"enabled"`
}

// Request returns the request that writes the rule back as it was read. The request contains the
// steps without their ids, as the API takes them. Change other members, and pass it to
// [Service.Update].
func (r Rule) Request() UpdateRequest {
	r.Steps = slices.Clone(r.Steps)
	for i := range r.Steps {
		r.Steps[i].ID = ""
	}
	request := services.RequestFrom[UpdateRequest](r)
	request.ID = r.ID
	return request
}

// A Repetition repeats the steps of a rule.
type Repetition struct {
	services.Other

	LoopAfter services.Optional[int]  `json:"loopAfter,omitzero"` // minutes until the repetition
	Enabled   services.Optional[bool] `json:"enabled,omitzero"`
}

// A Step is one notification of a rule.
type Step struct {
	services.Other

	ID        string                  `json:"id,omitzero"`        // set by the server
	Contact   Contact                 `json:"contact"`            // required
	SendAfter services.Optional[int]  `json:"sendAfter,omitzero"` // minutes after the event
	Enabled   services.Optional[bool] `json:"enabled,omitzero"`   // true if absent from the steps of a request
}

// Request returns the request that writes the step back as it was read. Set RuleID, change other
// members, and pass it to [StepService.Update].
func (s Step) Request() UpdateStepRequest {
	request := services.RequestFrom[UpdateStepRequest](s)
	request.ID = s.ID
	return request
}

// A Contact is the destination of a notification.
type Contact struct {
	services.Other

	Method shape.ContactMethod `json:"method"` // required
	To     string              `json:"to"`     // required; an e-mail address, a number, or the name of a device
}

func checkSteps(steps []Step) error {
	var faults []error
	for i, s := range steps {
		at := fmt.Sprintf("steps[%d]", i)
		if !check.Kept(s.Other, "contact") {
			faults = append(faults, s.Contact.check(at+".contact"))
		}
		faults = append(faults, check.Order(at+".sendAfter", s.SendAfter))
	}
	return errors.Join(faults...)
}

func checkRepeat(repeat services.Optional[Repetition]) error {
	r, _ := repeat.Get()
	return check.Order("repeat.loopAfter", r.LoopAfter)
}

// checkEnabled refuses an update that does not say whether its object is enabled, which the API
// requires: otherwise the object might be disabled because a field was left out.
func checkEnabled(enabled services.Optional[bool], kept services.Other) error {
	_, set := enabled.Get()
	return check.Missing("enabled", !set && !check.Kept(kept, "enabled"))
}

// check refuses a contact, which is sent as field, without a method or an address.
func (c Contact) check(field string) error {
	return errors.Join(
		check.Missing(field+".method", c.Method == "" && !check.Kept(c.Other, "method")),
		check.Missing(field+".to", c.To == "" && !check.Kept(c.Other, "to")),
	)
}

// MarshalJSON writes the rule, with the members that it keeps.
func (r Rule) MarshalJSON() ([]byte, error) {
	type plain Rule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule of any form.
func (r *Rule) UnmarshalJSON(raw []byte) error {
	type plain Rule
	return services.UnmarshalObject(raw, (*plain)(r))
}

// MarshalJSON writes the repetition, with the members that it keeps.
func (r Repetition) MarshalJSON() ([]byte, error) {
	type plain Repetition
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a repetition of any form.
func (r *Repetition) UnmarshalJSON(raw []byte) error {
	type plain Repetition
	return services.UnmarshalObject(raw, (*plain)(r))
}

// MarshalJSON writes the step, with the members that it keeps.
func (s Step) MarshalJSON() ([]byte, error) {
	type plain Step
	return services.MarshalObject(plain(s))
}

// UnmarshalJSON reads a step of any form.
func (s *Step) UnmarshalJSON(raw []byte) error {
	type plain Step
	return services.UnmarshalObject(raw, (*plain)(s))
}

// MarshalJSON writes the contact, with the members that it keeps.
func (c Contact) MarshalJSON() ([]byte, error) {
	type plain Contact
	return services.MarshalObject(plain(c))
}

// UnmarshalJSON reads a contact of any form.
func (c *Contact) UnmarshalJSON(raw []byte) error {
	type plain Contact
	return services.UnmarshalObject(raw, (*plain)(c))
}

package notification

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An Event is what a rule notifies of. The API calls it actionType. Values other than those listed
// here are kept and sent as they are.
type Event string

// The events.
const (
	CreateAlert         Event = "create-alert"
	AcknowledgedAlert   Event = "acknowledged-alert"
	ClosedAlert         Event = "closed-alert"
	RenotifiedAlert     Event = "renotified-alert"
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
	Order            int                   `json:"order"` // position among the rules for the event, from 0
	Enabled          bool                  `json:"enabled"`
	Criteria         shape.Filter          `json:"criteria,omitzero"`
	NotificationTime []Lead                `json:"notificationTime,omitzero"`
	TimeRestriction  shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Steps            []Step                `json:"steps,omitzero"`
	Schedules        []shape.Responder     `json:"schedules,omitzero"`
	Repeat           Repetition            `json:"repeat,omitzero"`
}

// Request returns the request that writes the rule back as it was read. The request contains the
// steps as new ones, without their ids; clear Steps to keep the existing ones. Set User, change
// other members, and pass it to [Service.Update].
func (r Rule) Request() UpdateRequest {
	r.Steps = slices.Clone(r.Steps)
	for i := range r.Steps {
		r.Steps[i].ID, r.Steps[i].Parent = "", Reference{}
	}
	request := services.RequestFrom[UpdateRequest](r)
	request.ID = r.ID
	return request
}

// A Repetition repeats the steps of a rule.
type Repetition struct {
	services.Other

	LoopAfter int                     `json:"loopAfter"`        // minutes until the repetition
	Enabled   services.Optional[bool] `json:"enabled,omitzero"` // the server decides if absent
}

// A Summary is a rule as lists and writes return it.
type Summary struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	ActionType Event  `json:"actionType"`
	Order      int    `json:"order"` // position among the rules for the event, from 0
	Enabled    bool   `json:"enabled"`
}

// A Step is one notification of a rule.
type Step struct {
	services.Other

	ID        string                  `json:"id,omitzero"`        // set by the server
	Contact   Contact                 `json:"contact"`            // required
	SendAfter shape.Duration          `json:"sendAfter,omitzero"` // minutes after the event; required for CreateAlert and AssignedAlert
	Enabled   services.Optional[bool] `json:"enabled,omitzero"`   // true if absent from a request
	Parent    Reference               `json:"_parent,omitzero"`   // the rule; set by the server, not inside a rule
}

// Request returns the request that writes the step back as it was read. Set User and, if the step
// was read as part of a rule, RuleID; change other members, and pass it to [StepService.Update].
func (s Step) Request() UpdateStepRequest {
	request := services.RequestFrom[UpdateStepRequest](s)
	request.RuleID, request.ID = s.Parent.ID, s.ID
	return request
}

// A Contact is the destination of a notification.
type Contact struct {
	services.Other

	Method shape.ContactMethod `json:"method"` // required
	To     string              `json:"to"`     // required; an e-mail address, or a number such as "1-5551234567"
}

// A Reference is the id and the name of a rule or a step.
type Reference struct {
	services.Other

	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

func checkSchedules(schedules []shape.Responder) error {
	return errors.Join(check.Responders("schedules", schedules...), check.Kind("schedules", shape.KindSchedule, schedules...))
}

func checkSteps(steps []Step) error {
	var faults []error
	for i, s := range steps {
		at := fmt.Sprintf("steps[%d]", i)
		if !check.Kept(s.Other, "contact") {
			faults = append(faults, s.Contact.check(at+".contact"))
		}
		faults = append(faults, check.Duration(at+".sendAfter", s.SendAfter))
	}
	return errors.Join(faults...)
}

func checkRepeat(repeat services.Optional[Repetition]) error {
	r, _ := repeat.Get()
	return check.NotNegative("repeat.loopAfter", r.LoopAfter)
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

// MarshalJSON writes the reference, with the members that it keeps.
func (r Reference) MarshalJSON() ([]byte, error) {
	type plain Reference
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a reference of any form.
func (r *Reference) UnmarshalJSON(raw []byte) error {
	type plain Reference
	return services.UnmarshalObject(raw, (*plain)(r))
}

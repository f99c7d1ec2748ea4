package notification

import "github.com/tripware/tripware/services/opsgenie/shape"

// An Event is what a rule is about. The set is open.
type Event string

// The events. The vendor's name for the field is actionType.
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

// A Lead is how long before a turn begins or ends its user hears of it. The set
// is open.
type Lead string

// The leads.
const (
	JustBefore     Lead = "just-before"
	FifteenMinutes Lead = "15-minutes-ago"
	OneHour        Lead = "1-hour-ago"
	OneDay         Lead = "1-day-ago"
)

// A Method is a way to reach someone. The set is open.
type Method string

// The methods.
const (
	Email  Method = "email"
	SMS    Method = "sms"
	Voice  Method = "voice"
	Mobile Method = "mobile"
)

// A Contact is where a notification goes.
type Contact struct {
	Method Method `json:"method"` // required
	To     string `json:"to"`     // required; an address, or a number
}

// A Rule says how a user hears of one kind of event.
type Rule struct {
	ID               string                `json:"id"`
	Name             string                `json:"name"`
	ActionType       Event                 `json:"actionType"`
	Order            int                   `json:"order"` // its place among those with its action
	Enabled          bool                  `json:"enabled"`
	Criteria         shape.Filter          `json:"criteria,omitzero"`
	NotificationTime []Lead                `json:"notificationTime,omitzero"`
	TimeRestriction  shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Steps            []Step                `json:"steps,omitzero"`
	Schedules        []shape.Responder     `json:"schedules,omitzero"`
	Repeat           Repetition            `json:"repeat,omitzero"`
}

// A Repetition goes through the steps of a rule again.
type Repetition struct {
	LoopAfter int   `json:"loopAfter"`        // minutes
	Enabled   *bool `json:"enabled,omitzero"` // nil leaves it to the server
}

// A Summary is what lists and changes tell of a rule.
type Summary struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	ActionType Event  `json:"actionType"`
	Order      int    `json:"order"`
	Enabled    bool   `json:"enabled"`
}

// A Step is one notification of a rule.
type Step struct {
	ID        string         `json:"id"`
	Contact   Contact        `json:"contact"`
	SendAfter shape.Duration `json:"sendAfter,omitzero"`
	Enabled   bool           `json:"enabled"`
	Parent    Parent         `json:"_parent,omitzero"`
}

// A Parent is the rule that a step belongs to, where an answer tells it.
type Parent struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// A StepSummary is what a creation tells of a step.
type StepSummary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// A NewStep is a step that is to be.
type NewStep struct {
	Contact   Contact        `json:"contact"`            // required
	SendAfter shape.Duration `json:"sendAfter,omitzero"` // whole minutes, from the event on; needed for CreateAlert and AssignedAlert
	Enabled   bool           `json:"enabled"`
}

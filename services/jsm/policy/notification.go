package policy

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
)

// Notification is the action of a notification policy, which must belong to a team. Members that
// are left out have no effect.
type Notification struct {
	AutoRestart   services.Optional[AutoRestart]   `json:"autoRestartAction,omitzero"`
	AutoClose     services.Optional[AutoClose]     `json:"autoCloseAction,omitzero"`
	Deduplication services.Optional[Deduplication] `json:"deduplicationAction,omitzero"`
	Delay         services.Optional[Delay]         `json:"delayAction,omitzero"`
	Suppress      services.Optional[bool]          `json:"suppress,omitzero"` // send no notifications; false by default
}

// A Unit is the unit of a duration. Values other than those listed here are kept and sent as they
// are. The words come from one client that runs; the vendor's document lists none.
type Unit string

// The units.
const (
	UnitNanos   Unit = "nanos"
	UnitMicros  Unit = "micros"
	UnitMillis  Unit = "millis"
	UnitSeconds Unit = "seconds"
	UnitMinutes Unit = "minutes"
	UnitHours   Unit = "hours"
	UnitDays    Unit = "days"
)

// AutoRestart restarts the notifications if nobody reacted.
type AutoRestart struct {
	services.Other

	WaitDuration   int  `json:"waitDuration"`   // required; the time until the restart, in Unit
	Unit           Unit `json:"durationFormat"` // required
	MaxRepeatCount int  `json:"maxRepeatCount"` // the largest number of restarts
}

// AutoClose closes the alert.
type AutoClose struct {
	services.Other

	WaitDuration int  `json:"waitDuration"`   // required; the time until then, in Unit
	Unit         Unit `json:"durationFormat"` // required
}

// A DeduplicationKind says which alerts a [Deduplication] counts. Values other than those listed
// here are kept and sent as they are.
type DeduplicationKind string

// The kinds, which come from one client that runs.
const (
	ValueBased     DeduplicationKind = "valueBased"
	FrequencyBased DeduplicationKind = "frequencyBased"
)

// Deduplication sends notifications only after a number of equal alerts. The API does not
// document which of the numbers belong to which kind.
type Deduplication struct {
	services.Other

	By           DeduplicationKind      `json:"deduplicationActionType"` // required
	Frequency    services.Optional[int] `json:"frequency,omitzero"`
	Count        services.Optional[int] `json:"countValueLimit,omitzero"`
	WaitDuration services.Optional[int] `json:"waitDuration,omitzero"`   // for FrequencyBased: the time of counting, in Unit
	Unit         Unit                   `json:"durationFormat,omitzero"` // not in the vendor's document
}

// A DelayOption says when a [Delay] ends. Values other than those listed here are kept and sent
// as they are.
type DelayOption string

// The options, which come from one client that runs. All except ForMinutes end at a time of day.
const (
	ForMinutes    DelayOption = "forMinutes"
	NextTime      DelayOption = "nextTime"
	NextWeekday   DelayOption = "nextWeekday"
	NextMonday    DelayOption = "nextMonday"
	NextTuesday   DelayOption = "nextTuesday"
	NextWednesday DelayOption = "nextWednesday"
	NextThursday  DelayOption = "nextThursday"
	NextFriday    DelayOption = "nextFriday"
	NextSaturday  DelayOption = "nextSaturday"
	NextSunday    DelayOption = "nextSunday"
)

// Delay delays notifications.
type Delay struct {
	services.Other

	Option       DelayOption                  `json:"delayOption"`             // required
	Until        services.Optional[TimeOfDay] `json:"delayTime,omitzero"`      // except for ForMinutes; the vendor requires it always
	WaitDuration services.Optional[int]       `json:"waitDuration,omitzero"`   // for ForMinutes, in Unit; the vendor requires it always
	Unit         Unit                         `json:"durationFormat,omitzero"` // minutes if empty; not in the vendor's document
}

// TimeOfDay is a time of day.
type TimeOfDay struct {
	services.Other

	Hours   int `json:"hours"`
	Minutes int `json:"minutes"`
}

func (Notification) kind() Kind { return KindNotification }

func (n Notification) check(Policy) error {
	var faults []error
	if a, set := n.AutoRestart.Get(); set {
		faults = append(faults,
			checkWait("autoRestartAction", a.WaitDuration, a.Unit, a.Other),
			check.NotNegative("autoRestartAction.maxRepeatCount", a.MaxRepeatCount))
	}
	if a, set := n.AutoClose.Get(); set {
		faults = append(faults, checkWait("autoCloseAction", a.WaitDuration, a.Unit, a.Other))
	}
	if d, set := n.Deduplication.Get(); set {
		faults = append(faults,
			check.Missing("deduplicationAction.deduplicationActionType", d.By == "" && !check.Kept(d.Other, "deduplicationActionType")),
			check.Order("deduplicationAction.frequency", d.Frequency),
			check.Order("deduplicationAction.countValueLimit", d.Count),
			check.Order("deduplicationAction.waitDuration", d.WaitDuration))
	}
	if d, set := n.Delay.Get(); set {
		until, _ := d.Until.Get()
		faults = append(faults,
			check.Missing("delayAction.delayOption", d.Option == "" && !check.Kept(d.Other, "delayOption")),
			check.NotNegative("delayAction.delayTime", until.Hours, until.Minutes),
			check.Order("delayAction.waitDuration", d.WaitDuration))
	}
	return errors.Join(faults...)
}

// checkWait refuses an action whose duration is missing or negative.
func checkWait(action string, wait int, unit Unit, object services.Other) error {
	return errors.Join(
		check.Missing(action+".waitDuration", wait == 0 && !check.Kept(object, "waitDuration")),
		check.NotNegative(action+".waitDuration", wait),
		check.Missing(action+".durationFormat", unit == "" && !check.Kept(object, "durationFormat")),
	)
}

// MarshalJSON writes the action, with the members that it keeps.
func (a AutoRestart) MarshalJSON() ([]byte, error) {
	type plain AutoRestart
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads an action of any form.
func (a *AutoRestart) UnmarshalJSON(raw []byte) error {
	type plain AutoRestart
	return services.UnmarshalObject(raw, (*plain)(a))
}

// MarshalJSON writes the action, with the members that it keeps.
func (a AutoClose) MarshalJSON() ([]byte, error) {
	type plain AutoClose
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads an action of any form.
func (a *AutoClose) UnmarshalJSON(raw []byte) error {
	type plain AutoClose
	return services.UnmarshalObject(raw, (*plain)(a))
}

// MarshalJSON writes the action, with the members that it keeps.
func (d Deduplication) MarshalJSON() ([]byte, error) {
	type plain Deduplication
	return services.MarshalObject(plain(d))
}

// UnmarshalJSON reads an action of any form.
func (d *Deduplication) UnmarshalJSON(raw []byte) error {
	type plain Deduplication
	return services.UnmarshalObject(raw, (*plain)(d))
}

// MarshalJSON writes the action, with the members that it keeps.
func (d Delay) MarshalJSON() ([]byte, error) {
	type plain Delay
	return services.MarshalObject(plain(d))
}

// UnmarshalJSON reads an action of any form.
func (d *Delay) UnmarshalJSON(raw []byte) error {
	type plain Delay
	return services.UnmarshalObject(raw, (*plain)(d))
}

// MarshalJSON writes the time, with the members that it keeps.
func (t TimeOfDay) MarshalJSON() ([]byte, error) {
	type plain TimeOfDay
	return services.MarshalObject(plain(t))
}

// UnmarshalJSON reads a time of any form.
func (t *TimeOfDay) UnmarshalJSON(raw []byte) error {
	type plain TimeOfDay
	return services.UnmarshalObject(raw, (*plain)(t))
}

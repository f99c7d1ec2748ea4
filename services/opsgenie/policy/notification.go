package policy

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
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

// AutoRestart restarts the notifications if nobody reacted.
type AutoRestart struct {
	services.Other

	Duration       shape.Duration `json:"duration"`       // required; the time until the restart
	MaxRepeatCount int            `json:"maxRepeatCount"` // the largest number of restarts
}

// AutoClose closes the alert.
type AutoClose struct {
	services.Other

	Duration shape.Duration `json:"duration"` // required; the time until then
}

// A DeduplicationKind says which alerts a [Deduplication] counts. Values other than those listed
// here are kept and sent as they are.
type DeduplicationKind string

// The kinds.
const (
	ValueBased     DeduplicationKind = "value-based"
	FrequencyBased DeduplicationKind = "frequency-based"
)

// Deduplication sends notifications only after a number of equal alerts.
type Deduplication struct {
	services.Other

	By       DeduplicationKind `json:"deduplicationActionType"` // required
	Count    int               `json:"count"`                   // required; 2 to 100
	Duration shape.Duration    `json:"duration,omitzero"`       // for FrequencyBased: the time in which alerts are counted
}

// A DelayOption says when a [Delay] ends. Values other than those listed here are kept and sent
// as they are.
type DelayOption string

// The options. All except ForDuration end at a time of day.
const (
	ForDuration   DelayOption = "for-duration"
	NextTime      DelayOption = "next-time"
	NextWeekday   DelayOption = "next-weekday"
	NextMonday    DelayOption = "next-monday"
	NextTuesday   DelayOption = "next-tuesday"
	NextWednesday DelayOption = "next-wednesday"
	NextThursday  DelayOption = "next-thursday"
	NextFriday    DelayOption = "next-friday"
	NextSaturday  DelayOption = "next-saturday"
	NextSunday    DelayOption = "next-sunday"
)

// Delay delays notifications.
type Delay struct {
	services.Other

	Option      DelayOption            `json:"delayOption"`          // required
	UntilHour   services.Optional[int] `json:"untilHour,omitzero"`   // 0 to 23
	UntilMinute services.Optional[int] `json:"untilMinute,omitzero"` // 0 to 59
	Duration    shape.Duration         `json:"duration,omitzero"`    // for ForDuration
}

func (Notification) kind() Kind { return KindNotification }

func (n Notification) check(p Policy) error {
	faults := []error{check.Required("teamId", p.TeamID)}
	if a, set := n.AutoRestart.Get(); set {
		faults = append(faults,
			checkDuration("autoRestartAction", a.Duration, a.Other),
			check.NotNegative("autoRestartAction.maxRepeatCount", a.MaxRepeatCount))
	}
	if a, set := n.AutoClose.Get(); set {
		faults = append(faults, checkDuration("autoCloseAction", a.Duration, a.Other))
	}
	if d, set := n.Deduplication.Get(); set {
		faults = append(faults,
			check.Missing("deduplicationAction.deduplicationActionType", d.By == "" && !check.Kept(d.Other, "deduplicationActionType")),
			check.NotNegative("deduplicationAction.count", d.Count),
			check.Missing("deduplicationAction.count", d.Count == 0 && !check.Kept(d.Other, "count")),
			check.Duration("deduplicationAction.duration", d.Duration))
	}
	if d, set := n.Delay.Get(); set {
		faults = append(faults,
			check.Missing("delayAction.delayOption", d.Option == "" && !check.Kept(d.Other, "delayOption")),
			check.Order("delayAction.untilHour", d.UntilHour),
			check.Order("delayAction.untilMinute", d.UntilMinute),
			check.Duration("delayAction.duration", d.Duration))
	}
	return errors.Join(faults...)
}

// checkDuration refuses an action whose duration is missing or negative.
func checkDuration(action string, d shape.Duration, object services.Other) error {
	field := action + ".duration"
	return errors.Join(check.Missing(field, d.IsZero() && !check.Kept(object, "duration")), check.Duration(field, d))
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

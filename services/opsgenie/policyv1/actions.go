package policyv1

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// Modify changes alerts as they are created. In its texts "{{message}}" and the like stand for
// the values of the original alert. The server keeps the original value of a text that is left
// out. The lists are added to those of the alert, unless the IgnoreOriginal member of the same
// name is true; these are false by default.
type Modify struct {
	Message                    services.Optional[string]            `json:"message,omitzero"`
	Alias                      services.Optional[string]            `json:"alias,omitzero"`
	Description                services.Optional[string]            `json:"description,omitzero"`
	Entity                     services.Optional[string]            `json:"entity,omitzero"`
	Source                     services.Optional[string]            `json:"source,omitzero"`
	Priority                   services.Optional[shape.Priority]    `json:"priority,omitzero"`
	Actions                    services.Optional[[]string]          `json:"actions,omitzero"`
	Recipients                 services.Optional[[]shape.Recipient] `json:"recipients,omitzero"`
	Tags                       services.Optional[[]string]          `json:"tags,omitzero"`
	Details                    services.Optional[map[string]string] `json:"details,omitzero"`
	IgnoreOriginalAlertActions services.Optional[bool]              `json:"ignoreOriginalAlertActions,omitzero"`
	IgnoreOriginalDetails      services.Optional[bool]              `json:"ignoreOriginalDetails,omitzero"`
	IgnoreOriginalRecipients   services.Optional[bool]              `json:"ignoreOriginalRecipients,omitzero"`
	IgnoreOriginalTags         services.Optional[bool]              `json:"ignoreOriginalTags,omitzero"`
	IgnoreOriginalTeams        services.Optional[bool]              `json:"ignoreOriginalTeams,omitzero"`
	Continue                   services.Optional[bool]              `json:"continue,omitzero"` // continue with the next policy of this kind
}

// AutoClose closes alerts.
type AutoClose struct {
	Duration services.Optional[shape.Duration] `json:"duration,omitzero"` // the time until then
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
	Option      services.Optional[DelayOption]    `json:"delayOption,omitzero"`
	UntilHour   services.Optional[int]            `json:"untilHour,omitzero"`   // 0 to 23
	UntilMinute services.Optional[int]            `json:"untilMinute,omitzero"` // 0 to 59
	Duration    services.Optional[shape.Duration] `json:"duration,omitzero"`    // for ForDuration
}

// A DeduplicationKind says which alerts a [Deduplicate] counts. Values other than those listed
// here are kept and sent as they are.
type DeduplicationKind string

// The kinds.
const (
	ValueBased     DeduplicationKind = "value-based"
	FrequencyBased DeduplicationKind = "frequency-based"
)

// Deduplicate sends notifications only after a number of equal alerts.
type Deduplicate struct {
	By       services.Optional[DeduplicationKind] `json:"deduplicationActionType,omitzero"`
	Count    services.Optional[int]               `json:"count,omitzero"`    // 2 to 100
	Duration services.Optional[shape.Duration]    `json:"duration,omitzero"` // for FrequencyBased: the time in which alerts are counted
}

// Suppress suppresses notifications.
type Suppress struct{}

// Renotify sends the notifications again.
type Renotify struct{}

// AutoRestart restarts the notifications if nobody reacted.
type AutoRestart struct {
	Duration       services.Optional[shape.Duration] `json:"duration,omitzero"` // the time until the restart
	MaxRepeatCount int                               `json:"maxRepeatCount"`    // the largest number of restarts
}

func (Modify) kind() Kind      { return KindModify }
func (AutoClose) kind() Kind   { return KindAutoClose }
func (Delay) kind() Kind       { return KindDelay }
func (Deduplicate) kind() Kind { return KindDeduplicate }
func (Suppress) kind() Kind    { return KindSuppress }
func (Renotify) kind() Kind    { return KindRenotify }
func (AutoRestart) kind() Kind { return KindAutoRestart }

func (Suppress) check() error    { return nil }
func (Renotify) check() error    { return nil }
func (a AutoClose) check() error { return checkDuration(a.Duration) }

func (a Modify) check() error {
	recipients, _ := a.Recipients.Get()
	return check.Recipients("recipients", recipients...)
}

func (a Delay) check() error {
	return errors.Join(
		check.Order("untilHour", a.UntilHour),
		check.Order("untilMinute", a.UntilMinute),
		checkDuration(a.Duration),
	)
}

func (a Deduplicate) check() error {
	return errors.Join(check.Order("count", a.Count), checkDuration(a.Duration))
}

func (a AutoRestart) check() error {
	return errors.Join(check.NotNegative("maxRepeatCount", a.MaxRepeatCount), checkDuration(a.Duration))
}

// checkDuration refuses a duration that is zero or negative.
func checkDuration(duration services.Optional[shape.Duration]) error {
	d, _ := duration.Get()
	return errors.Join(check.NotZero("duration", duration), check.Duration("duration", d))
}

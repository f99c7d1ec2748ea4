package policyv1

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/internal/object"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Kind says what a policy does. The set is open.
type Kind string

// The kinds.
const (
	KindModify      Kind = "modify"
	KindAutoClose   Kind = "auto-close"
	KindDelay       Kind = "notification-delay"
	KindDeduplicate Kind = "notification-deduplication"
	KindSuppress    Kind = "notification-suppress"
	KindRenotify    Kind = "notification-renotify"
	KindAutoRestart Kind = "auto-restart-notifications"
)

// A Policy does something to the alerts that its filter chooses.
type Policy struct {
	ID               string                // as answers have it; nothing in requests, whose ID says it
	Name             string                // required; at most 512 characters
	Description      string                // of the policy itself; at most 200 characters
	Enabled          bool                  // a disabled one does nothing
	Filter           shape.Filter          // which alerts; what is not given is left to the server
	TimeRestrictions shape.TimeRestriction // when; always if not given
	Action           Action                // required
}

// An Action is what a policy does: [Modify], [AutoClose], [Delay], [Deduplicate],
// [Suppress], [Renotify] or [AutoRestart], or [Unknown] where an answer has
// another kind. The set is closed.
type Action interface {
	Kind() Kind
	check() error
}

// Modify changes alerts as they come in. In its texts, such as "{{message}}"
// stands for what the alert came with. What is empty or nil is not sent: the
// server's default is the original, and false.
type Modify struct {
	Message                    string            `json:"message,omitzero"`
	Alias                      string            `json:"alias,omitzero"`
	Description                string            `json:"description,omitzero"`
	Entity                     string            `json:"entity,omitzero"`
	Source                     string            `json:"source,omitzero"`
	Priority                   shape.Priority    `json:"priority,omitzero"`
	Actions                    []string          `json:"actions,omitzero"` // to add, like all lists here
	Recipients                 []shape.Recipient `json:"recipients,omitzero"`
	Tags                       []string          `json:"tags,omitzero"`
	Details                    map[string]string `json:"details,omitzero"`
	IgnoreOriginalAlertActions *bool             `json:"ignoreOriginalAlertActions,omitzero"` // replace them instead, like all of these
	IgnoreOriginalDetails      *bool             `json:"ignoreOriginalDetails,omitzero"`
	IgnoreOriginalRecipients   *bool             `json:"ignoreOriginalRecipients,omitzero"`
	IgnoreOriginalTags         *bool             `json:"ignoreOriginalTags,omitzero"`
	IgnoreOriginalTeams        *bool             `json:"ignoreOriginalTeams,omitzero"`
	Continue                   *bool             `json:"continue,omitzero"` // go on with the next policy of this kind
}

// AutoClose closes alerts.
type AutoClose struct {
	Duration shape.Duration `json:"duration,omitzero"` // until then
}

// A DelayOption says until when a [Delay] lasts. The set is open.
type DelayOption string

// The options: all but the first last until a time of a day.
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

// Delay holds notifications back.
type Delay struct {
	Option      DelayOption    `json:"delayOption,omitzero"`
	UntilHour   *int           `json:"untilHour,omitzero"`   // 0 to 23
	UntilMinute *int           `json:"untilMinute,omitzero"` // 0 to 59
	Duration    shape.Duration `json:"duration,omitzero"`    // of [ForDuration]
}

// A DeduplicationKind is what a [Deduplicate] counts. The set is open.
type DeduplicationKind string

// The kinds.
const (
	ValueBased     DeduplicationKind = "value-based"
	FrequencyBased DeduplicationKind = "frequency-based"
)

// Deduplicate notifies when an alert came a number of times.
type Deduplicate struct {
	By       DeduplicationKind `json:"deduplicationActionType,omitzero"`
	Count    int               `json:"count,omitzero"`    // 2 to 100
	Duration shape.Duration    `json:"duration,omitzero"` // of [FrequencyBased]: within which time
}

// Suppress drops notifications.
type Suppress struct{}

// Renotify notifies again.
type Renotify struct{}

// AutoRestart starts the notifications anew when nobody reacted.
type AutoRestart struct {
	Duration       shape.Duration `json:"duration,omitzero"` // until then
	MaxRepeatCount int            `json:"maxRepeatCount"`
}

// Unknown is the action of a kind that is unknown here. The policy is sent back
// as it came, its other fields notwithstanding.
type Unknown struct {
	kind Kind
	raw  string
}

// A Summary is what lists and creations tell of a policy.
type Summary struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    Kind   `json:"type"`
	Order   int    `json:"order"` // its place, from zero
	Enabled bool   `json:"enabled"`
}

// Kind returns [KindModify].
func (Modify) Kind() Kind { return KindModify }

// Kind returns [KindAutoClose].
func (AutoClose) Kind() Kind { return KindAutoClose }

// Kind returns [KindDelay].
func (Delay) Kind() Kind { return KindDelay }

// Kind returns [KindDeduplicate].
func (Deduplicate) Kind() Kind { return KindDeduplicate }

// Kind returns [KindSuppress].
func (Suppress) Kind() Kind { return KindSuppress }

// Kind returns [KindRenotify].
func (Renotify) Kind() Kind { return KindRenotify }

// Kind returns [KindAutoRestart].
func (AutoRestart) Kind() Kind { return KindAutoRestart }

// Kind returns the kind that the server sent.
func (u Unknown) Kind() Kind { return u.kind }

func (a Modify) check() error    { return check.Recipients("recipients", a.Recipients...) }
func (a AutoClose) check() error { return check.Duration("duration", a.Duration) }
func (Suppress) check() error    { return nil }
func (Renotify) check() error    { return nil }
func (Unknown) check() error     { return nil }

func (a Delay) check() error {
	return errors.Join(atLeastZero("untilHour", a.UntilHour), atLeastZero("untilMinute", a.UntilMinute), check.Duration("duration", a.Duration))
}

func (a Deduplicate) check() error {
	return errors.Join(atLeastZero("count", &a.Count), check.Duration("duration", a.Duration))
}

func (a AutoRestart) check() error {
	return errors.Join(atLeastZero("maxRepeatCount", &a.MaxRepeatCount), check.Duration("duration", a.Duration))
}

func atLeastZero(field string, n *int) error {
	if n != nil && *n < 0 {
		return &services.ArgumentError{Field: field, Problem: "must not be negative"}
	}
	return nil
}

// base is what policies of all kinds have on the wire.
type base struct {
	ID               string                `json:"id,omitzero"`
	Type             Kind                  `json:"type"`
	Name             string                `json:"name,omitzero"`
	Description      string                `json:"policyDescription,omitzero"`
	Enabled          bool                  `json:"enabled"`
	Filter           shape.Filter          `json:"filter,omitzero"`
	TimeRestrictions shape.TimeRestriction `json:"timeRestrictions,omitzero"`
}

// MarshalJSON writes a policy in the form of the API. One without an action is
// an error.
func (p Policy) MarshalJSON() ([]byte, error) {
	if p.Action == nil {
		return nil, errors.New("policyv1: write policy: it has no action")
	}
	if kept, ok := p.Action.(Unknown); ok {
		return []byte(kept.raw), nil
	}
	text, err := json.Marshal(p.Action)
	if err != nil {
		return nil, fmt.Errorf("policyv1: write policy: %w", err)
	}
	action, err := object.Split(text, &struct{}{})
	if err != nil {
		return nil, fmt.Errorf("policyv1: write policy: %w", err)
	}
	return object.Join(base{p.ID, p.Action.Kind(), p.Name, p.Description, p.Enabled, p.Filter, p.TimeRestrictions}, action)
}

// UnmarshalJSON reads a policy of any kind.
func (p *Policy) UnmarshalJSON(raw []byte) error {
	var b base
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("policyv1: read policy: %w", err)
	}
	*p = Policy{b.ID, b.Name, b.Description, b.Enabled, b.Filter, b.TimeRestrictions, nil}
	var err error
	switch b.Type {
	case KindModify:
		p.Action, err = read[Modify](raw)
	case KindAutoClose:
		p.Action, err = read[AutoClose](raw)
	case KindDelay:
		p.Action, err = read[Delay](raw)
	case KindDeduplicate:
		p.Action, err = read[Deduplicate](raw)
	case KindSuppress:
		p.Action = Suppress{}
	case KindRenotify:
		p.Action = Renotify{}
	case KindAutoRestart:
		p.Action, err = read[AutoRestart](raw)
	default:
		p.Action = Unknown{kind: b.Type, raw: string(raw)}
	}
	return err
}

func read[A Action](raw []byte) (a A, err error) {
	if err = json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("policyv1: read policy: %w", err)
	}
	return a, nil
}

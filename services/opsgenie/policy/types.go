package policy

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Kind says what a policy is about. The set is open.
type Kind string

// The kinds.
const (
	KindAlert        Kind = "alert"
	KindNotification Kind = "notification"
)

// A Policy does something to the alerts that its filter chooses.
type Policy struct {
	ID               string                // as answers have it; nothing in requests, whose ID says it
	Name             string                // required; at most 100 characters
	Description      string                // of the policy itself; at most 200 characters
	TeamID           string                // of a team's policy
	Enabled          bool                  // a disabled one does nothing
	Filter           shape.Filter          // which alerts; what is not given is left to the server
	TimeRestrictions shape.TimeRestriction // when; always if not given
	Action           Action                // required: [Alert] or [Notification]
}

// An Action is what a policy does: [Alert], [Notification], or [Unknown] where an
// answer has another kind. The set is closed.
type Action interface {
	Kind() Kind
	check(team string) error
}

// Alert is the action of an alert policy: it changes alerts as they come in. In
// its texts, such as "{{message}}" stands for what the alert came with. What is
// empty or nil is not sent: the server's default is the original, and false.
type Alert struct {
	Message                  string            `json:"message,omitzero"` // required
	Alias                    string            `json:"alias,omitzero"`
	Description              string            `json:"description,omitzero"`
	AlertDescription         string            `json:"alertDescription,omitzero"` // what the vendor's Go SDK calls the description
	Entity                   string            `json:"entity,omitzero"`
	Source                   string            `json:"source,omitzero"`
	Priority                 shape.Priority    `json:"priority,omitzero"`
	Actions                  []string          `json:"actions,omitzero"` // to add, like all lists here
	Responders               []shape.Responder `json:"responders,omitzero"`
	Tags                     []string          `json:"tags,omitzero"`
	Details                  map[string]string `json:"details,omitzero"`
	IgnoreOriginalActions    *bool             `json:"ignoreOriginalActions,omitzero"` // replace them instead, like all of these
	IgnoreOriginalDetails    *bool             `json:"ignoreOriginalDetails,omitzero"`
	IgnoreOriginalResponders *bool             `json:"ignoreOriginalResponders,omitzero"`
	IgnoreOriginalTags       *bool             `json:"ignoreOriginalTags,omitzero"`
	IgnoreOriginalTeams      *bool             `json:"ignoreOriginalTeams,omitzero"`
	Continue                 *bool             `json:"continue,omitzero"` // go on with the next alert policy
}

// Notification is the action of a notification policy, which belongs to a team.
// What is nil is not done.
type Notification struct {
	AutoRestart *AutoRestart   `json:"autoRestartAction,omitzero"`
	AutoClose   *AutoClose     `json:"autoCloseAction,omitzero"`
	Deduplicate *Deduplication `json:"deduplicationAction,omitzero"`
	Delay       *Delay         `json:"delayAction,omitzero"`
	Suppress    *bool          `json:"suppress,omitzero"` // no notifications at all
}

// Unknown is the action of a kind that is unknown here. The policy is sent back
// as it came, its other fields notwithstanding.
type Unknown struct {
	kind Kind
	raw  string
}

// AutoRestart starts the notifications anew when nobody reacted.
type AutoRestart struct {
	Duration       shape.Duration `json:"duration"` // required; until then
	MaxRepeatCount int            `json:"maxRepeatCount"`
}

// AutoClose closes the alert.
type AutoClose struct {
	Duration shape.Duration `json:"duration"` // required; until then
}

// A DeduplicationKind is what a [Deduplication] counts. The set is open.
type DeduplicationKind string

// The kinds.
const (
	ValueBased     DeduplicationKind = "value-based"
	FrequencyBased DeduplicationKind = "frequency-based"
)

// Deduplication notifies when an alert came a number of times.
type Deduplication struct {
	By       DeduplicationKind `json:"deduplicationActionType"` // required
	Count    int               `json:"count"`                   // 2 to 100
	Duration shape.Duration    `json:"duration,omitzero"`       // of [FrequencyBased]: within which time
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
	Option      DelayOption    `json:"delayOption"`          // required
	UntilHour   *int           `json:"untilHour,omitzero"`   // 0 to 23
	UntilMinute *int           `json:"untilMinute,omitzero"` // 0 to 59
	Duration    shape.Duration `json:"duration,omitzero"`    // of [ForDuration]
}

// A Summary is what lists and creations tell of a policy.
type Summary struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    Kind   `json:"type"`
	Order   int    `json:"order"` // its place among those of its kind, from zero
	Enabled bool   `json:"enabled"`
}

// Kind returns [KindAlert].
func (Alert) Kind() Kind { return KindAlert }

// Kind returns [KindNotification].
func (Notification) Kind() Kind { return KindNotification }

// Kind returns the kind that the server sent.
func (u Unknown) Kind() Kind { return u.kind }

func (u Unknown) check(string) error { return nil }

func (a Alert) check(string) error {
	err := check.Responders("responders", a.Responders...)
	if a.Message == "" {
		return errors.Join(&services.ArgumentError{Field: "message", Problem: "is required"}, err)
	}
	return err
}

func (n Notification) check(team string) (err error) {
	refuse := func(wrong bool, field, problem string) {
		if wrong {
			err = errors.Join(err, &services.ArgumentError{Field: field, Problem: problem})
		}
	}
	refuse(team == "", "teamId", "is required")
	if a := n.AutoRestart; a != nil {
		refuse(a.Duration.IsZero(), "autoRestartAction.duration", "is required")
		refuse(a.MaxRepeatCount < 0, "autoRestartAction.maxRepeatCount", "must not be negative")
		err = errors.Join(err, check.Duration("autoRestartAction.duration", a.Duration))
	}
	if a := n.AutoClose; a != nil {
		refuse(a.Duration.IsZero(), "autoCloseAction.duration", "is required")
		err = errors.Join(err, check.Duration("autoCloseAction.duration", a.Duration))
	}
	if a := n.Deduplicate; a != nil {
		refuse(a.By == "", "deduplicationAction.deduplicationActionType", "is required")
		refuse(a.Count < 0, "deduplicationAction.count", "must not be negative")
		err = errors.Join(err, check.Duration("deduplicationAction.duration", a.Duration))
	}
	if a := n.Delay; a != nil {
		refuse(a.Option == "", "delayAction.delayOption", "is required")
		refuse(a.UntilHour != nil && *a.UntilHour < 0, "delayAction.untilHour", "must not be negative")
		refuse(a.UntilMinute != nil && *a.UntilMinute < 0, "delayAction.untilMinute", "must not be negative")
		err = errors.Join(err, check.Duration("delayAction.duration", a.Duration))
	}
	return err
}

// base is what policies of all kinds have on the wire.
type base struct {
	ID               string                `json:"id,omitzero"`
	Type             Kind                  `json:"type"`
	Name             string                `json:"name,omitzero"`
	Description      string                `json:"policyDescription,omitzero"`
	TeamID           string                `json:"teamId,omitzero"`
	Enabled          bool                  `json:"enabled"`
	Filter           shape.Filter          `json:"filter,omitzero"`
	TimeRestrictions shape.TimeRestriction `json:"timeRestrictions,omitzero"`
}

// MarshalJSON writes a policy in the form of the API. One without an action is
// an error.
func (p Policy) MarshalJSON() ([]byte, error) {
	if p.Action == nil {
		return nil, errors.New("policy: write policy: it has no action")
	}
	b := base{p.ID, p.Action.Kind(), p.Name, p.Description, p.TeamID, p.Enabled, p.Filter, p.TimeRestrictions}
	switch a := p.Action.(type) {
	case Alert:
		return json.Marshal(struct {
			base
			Alert
		}{b, a})
	case Notification:
		return json.Marshal(struct {
			base
			Notification
		}{b, a})
	case Unknown:
		return []byte(a.raw), nil
	}
	return nil, fmt.Errorf("policy: write policy: %T is not an action: pass its value, not a pointer", p.Action)
}

// UnmarshalJSON reads a policy of any kind.
func (p *Policy) UnmarshalJSON(raw []byte) error {
	var b base
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("policy: read policy: %w", err)
	}
	*p = Policy{b.ID, b.Name, b.Description, b.TeamID, b.Enabled, b.Filter, b.TimeRestrictions, nil}
	var err error
	switch b.Type {
	case KindAlert:
		p.Action, err = read[Alert](raw)
	case KindNotification:
		p.Action, err = read[Notification](raw)
	default:
		p.Action = Unknown{kind: b.Type, raw: string(raw)}
	}
	return err
}

func read[A Action](raw []byte) (a A, err error) {
	if err = json.Unmarshal(raw, &a); err != nil {
		return a, fmt.Errorf("policy: read policy: %w", err)
	}
	return a, nil
}

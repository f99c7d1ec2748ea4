package escalation

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An Escalation is an escalation in a response.
type Escalation struct {
	services.Other

	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Rules       []Rule          `json:"rules"`
	Repeat      Repeat          `json:"repeat,omitzero"` // zero if the rules run once
}

// MarshalJSON writes the escalation with the members that [services.Other] keeps.
func (e Escalation) MarshalJSON() ([]byte, error) {
	type plain Escalation
	return services.MarshalObject(plain(e))
}

// UnmarshalJSON reads an escalation; members that it does not expect are kept.
func (e *Escalation) UnmarshalJSON(raw []byte) error {
	type plain Escalation
	return services.UnmarshalObject(raw, (*plain)(e))
}

// A Summary identifies an escalation that was created or changed.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// A Condition is the state of the alert in which a rule notifies. Values other than those
// listed here can occur in responses.
type Condition string

// The conditions.
const (
	IfNotAcked  Condition = "if-not-acked"  // the alert is not acknowledged
	IfNotClosed Condition = "if-not-closed" // the alert is not closed
)

// A NotifyType says which members of its recipient a rule notifies. Values other than those
// listed here can occur in responses.
type NotifyType string

// The types. NotifyRandom is documented only by the vendor's Go SDK.
const (
	NotifyDefault  NotifyType = "default"  // of a schedule, the users on call; of a team, according to its routing rules
	NotifyNext     NotifyType = "next"     // of a schedule, the next users on call
	NotifyPrevious NotifyType = "previous" // of a schedule, the previous users on call
	NotifyUsers    NotifyType = "users"    // of a team, its members with the role user
	NotifyAdmins   NotifyType = "admins"   // of a team, its admins
	NotifyAll      NotifyType = "all"      // of a team, all its members
	NotifyRandom   NotifyType = "random"
)

// A Rule notifies a recipient some time after the alert was created. In requests all members
// are required.
type Rule struct {
	services.Other

	Condition  Condition       `json:"condition"`
	NotifyType NotifyType      `json:"notifyType"`
	Delay      shape.Duration  `json:"delay,omitzero"` // since the alert was created; shape.For(0) means at once
	Recipient  shape.Recipient `json:"recipient,omitzero"`
}

// MarshalJSON writes the rule with the members that [services.Other] keeps.
func (r Rule) MarshalJSON() ([]byte, error) {
	type plain Rule
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a rule; members that it does not expect are kept.
func (r *Rule) UnmarshalJSON(raw []byte) error {
	type plain Rule
	return services.UnmarshalObject(raw, (*plain)(r))
}

// A Repeat says how an escalation starts again after its last rule: WaitInterval minutes later,
// and Count times. An interval of 0 means no repetition; if Count is absent, the server chooses
// it.
type Repeat struct {
	services.Other

	WaitInterval         int                     `json:"waitInterval"` // in minutes
	Count                services.Optional[int]  `json:"count,omitzero"`
	ResetRecipientStates services.Optional[bool] `json:"resetRecipientStates,omitzero"` // forgets who acknowledged or saw the alert
	CloseAlertAfterAll   services.Optional[bool] `json:"closeAlertAfterAll,omitzero"`   // closes the alert after the last repetition
}

// IsZero reports whether no repetition is given.
func (r Repeat) IsZero() bool { return reflect.ValueOf(r).IsZero() }

// MarshalJSON writes the repetition with the members that [services.Other] keeps.
func (r Repeat) MarshalJSON() ([]byte, error) {
	type plain Repeat
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a repetition; members that it does not expect are kept.
func (r *Repeat) UnmarshalJSON(raw []byte) error {
	type plain Repeat
	return services.UnmarshalObject(raw, (*plain)(r))
}

func (r Repeat) check() error {
	count, _ := r.Count.Get()
	return errors.Join(check.NotNegative("repeat.waitInterval", r.WaitInterval), check.NotNegative("repeat.count", count))
}

func (r Rule) check(at string) error {
	return errors.Join(
		check.Missing(at+".condition", r.Condition == "" && !check.Kept(r.Other, "condition")),
		check.Missing(at+".notifyType", r.NotifyType == "" && !check.Kept(r.Other, "notifyType")),
		check.Missing(at+".delay", r.Delay.IsZero() && !check.Kept(r.Other, "delay")),
		check.Duration(at+".delay", r.Delay),
		check.Missing(at+".recipient", r.Recipient.IsZero() && !check.Kept(r.Other, "recipient")),
	)
}

func checkRules(rules []Rule, repeat Repeat) error {
	faults := []error{repeat.check()}
	for i, r := range rules {
		faults = append(faults, r.check(fmt.Sprintf("rules[%d]", i)))
	}
	return errors.Join(faults...)
}

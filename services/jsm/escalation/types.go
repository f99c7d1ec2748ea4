package escalation

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// An Escalation is an escalation as the server returns it.
type Escalation struct {
	services.Other

	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Rules       []Rule `json:"rules"`
	Enabled     bool   `json:"enabled"`
	Repeat      Repeat `json:"repeat,omitzero"` // zero if the rules run once
}

// MarshalJSON writes the escalation, with the members that it keeps.
func (e Escalation) MarshalJSON() ([]byte, error) {
	type plain Escalation
	return services.MarshalObject(plain(e))
}

// UnmarshalJSON reads an escalation of any form.
func (e *Escalation) UnmarshalJSON(raw []byte) error {
	type plain Escalation
	return services.UnmarshalObject(raw, (*plain)(e))
}

// A Condition is the state of the alert in which a rule notifies. Values other than those listed
// here are kept and sent as they are.
type Condition string

// The conditions.
const (
	IfNotAcked  Condition = "if-not-acked"  // the alert is not acknowledged
	IfNotClosed Condition = "if-not-closed" // the alert is not closed
)

// A NotifyType says which members of its recipient a rule notifies. Values other than those
// listed here are kept and sent as they are.
type NotifyType string

// The types.
const (
	NotifyDefault  NotifyType = "default"  // of a schedule, the users on call; of a team, according to its routing rules
	NotifyNext     NotifyType = "next"     // of a schedule, the next users on call
	NotifyPrevious NotifyType = "previous" // of a schedule, the previous users on call
	NotifyUsers    NotifyType = "users"    // of a team, its members with the role user
	NotifyAdmins   NotifyType = "admins"   // of a team, its admins
	NotifyAll      NotifyType = "all"      // of a team, all its members
	NotifyRandom   NotifyType = "random"   // its meaning is not documented
)

// A Rule notifies a recipient some time after the alert was created. In requests all members
// are required.
type Rule struct {
	services.Other

	Condition  Condition       `json:"condition"`
	NotifyType NotifyType      `json:"notifyType"`
	Delay      int             `json:"delay"`              // in minutes since the alert was created; the API documents 1 as the least
	Recipient  shape.Responder `json:"recipient,omitzero"` // a user, a schedule or a team
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

// A Repeat says how an escalation starts again after its last rule: WaitInterval minutes later,
// and Count times. An interval of 0 means no repetition.
type Repeat struct {
	services.Other

	WaitInterval         int                     `json:"waitInterval"`                  // in minutes
	Count                services.Optional[int]  `json:"count,omitzero"`                // from 1 to 20; 1 if absent
	ResetRecipientStates services.Optional[bool] `json:"resetRecipientStates,omitzero"` // forgets who acknowledged or saw the alert
	CloseAlertAfterAll   services.Optional[bool] `json:"closeAlertAfterAll,omitzero"`   // closes the alert after the last repetition
}

// IsZero reports whether no repetition is given.
func (r Repeat) IsZero() bool { return reflect.ValueOf(r).IsZero() }

// MarshalJSON writes the repetition, with the members that it keeps.
func (r Repeat) MarshalJSON() ([]byte, error) {
	type plain Repeat
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a repetition of any form.
func (r *Repeat) UnmarshalJSON(raw []byte) error {
	type plain Repeat
	return services.UnmarshalObject(raw, (*plain)(r))
}

// check accepts a count of 0, which a repetition that was read may have.
func (r Repeat) check() error {
	count, _ := r.Count.Get()
	faults := []error{check.NotNegative("repeat.waitInterval", r.WaitInterval), check.NotNegative("repeat.count", count)}
	if count > maxCount {
		faults = append(faults, &services.ArgumentError{Field: "repeat.count", Problem: "must be at most 20"})
	}
	return errors.Join(faults...)
}

const maxCount = 20

// check accepts a delay of 0, which the API does not document but a rule that was read may have.
func (r Rule) check(at string) error {
	return errors.Join(
		check.Missing(at+".condition", r.Condition == "" && !check.Kept(r.Other, "condition")),
		check.Missing(at+".notifyType", r.NotifyType == "" && !check.Kept(r.Other, "notifyType")),
		check.NotNegative(at+".delay", r.Delay),
		r.checkRecipient(at+".recipient"),
	)
}

// checkRecipient accepts a recipient that was read without an id: some types of notification need
// none.
func (r Rule) checkRecipient(at string) error {
	switch {
	case r.Recipient.IsZero():
		return check.Missing(at, !check.Kept(r.Other, "recipient"))
	case r.Recipient.ID() == "" && r.Recipient.Kind() != shape.KindNone:
		return nil
	}
	return check.Responder(at, r.Recipient, shape.KindUser, shape.KindSchedule, shape.KindTeam)
}

func checkRules(rules []Rule, repeat Repeat) error {
	faults := []error{repeat.check()}
	for i, r := range rules {
		faults = append(faults, r.check(fmt.Sprintf("rules[%d]", i)))
	}
	return errors.Join(faults...)
}

package escalation

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// An Escalation is an escalation as the server shows it.
type Escalation struct {
	ID          string          `json:"id"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitzero"`
	OwnerTeam   shape.OwnerTeam `json:"ownerTeam,omitzero"`
	Rules       []Rule          `json:"rules"`
	Repeats     *Repeat         `json:"repeat,omitzero"` // nil if the server tells of none
}

// A Summary is what changes tell of an escalation.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name,omitzero"`
}

// A Condition says in which case a rule notifies. The set is open in answers.
type Condition string

// The conditions.
const (
	IfNotAcked  Condition = "if-not-acked"  // while nobody acknowledged the alert
	IfNotClosed Condition = "if-not-closed" // while the alert is open
)

// A NotifyType says whom of its recipient a rule notifies. The set is open in
// answers.
type NotifyType string

// The types. NotifyRandom is known from the vendor's Go SDK alone.
const (
	NotifyDefault  NotifyType = "default"  // of a schedule who is on call, of a team by its routing rules
	NotifyNext     NotifyType = "next"     // of a schedule who comes next
	NotifyPrevious NotifyType = "previous" // of a schedule who came before
	NotifyUsers    NotifyType = "users"    // of a team its members with the role user
	NotifyAdmins   NotifyType = "admins"   // of a team its admins
	NotifyAll      NotifyType = "all"      // of a team all members
	NotifyRandom   NotifyType = "random"
)

// A Rule notifies a recipient some time after the alert was created. One that is
// sent needs all four.
type Rule struct {
	Condition  Condition       `json:"condition"`
	NotifyType NotifyType      `json:"notifyType"`
	Delay      shape.Duration  `json:"delay,omitzero"` // from the beginning; at once is shape.For(0)
	Recipient  shape.Recipient `json:"recipient,omitzero"`
}

// A Repeat says how an escalation begins again after its last rule.
type Repeat struct {
	WaitInterval         time.Duration // from the last rule to the first, in whole minutes; zero is no repeat
	Count                int           // how many times; zero leaves it to the server
	ResetRecipientStates bool          // forgets who acknowledged and saw the alert
	CloseAlertAfterAll   bool          // closes the alert after the last time
}

// repeatWire is a repeat as the API has it: the interval in minutes.
type repeatWire struct {
	WaitInterval         int64 `json:"waitInterval"`
	Count                int   `json:"count,omitzero"`
	ResetRecipientStates bool  `json:"resetRecipientStates"`
	CloseAlertAfterAll   bool  `json:"closeAlertAfterAll"`
}

// UnmarshalJSON reads a repeat.
func (r *Repeat) UnmarshalJSON(raw []byte) error {
	var w repeatWire
	if err := json.Unmarshal(raw, &w); err != nil {
		return fmt.Errorf("escalation: read repeat: %w", err)
	}
	const most = int64(1<<63-1) / int64(time.Minute)
	*r = Repeat{
		WaitInterval: time.Duration(min(max(w.WaitInterval, 0), most)) * time.Minute,
		Count:        w.Count, ResetRecipientStates: w.ResetRecipientStates, CloseAlertAfterAll: w.CloseAlertAfterAll,
	}
	return nil
}

// MarshalJSON writes a repeat as the server does.
func (r Repeat) MarshalJSON() ([]byte, error) {
	return json.Marshal(repeatWire{int64(r.WaitInterval / time.Minute), r.Count, r.ResetRecipientStates, r.CloseAlertAfterAll})
}

func (r *Repeat) check() error {
	switch {
	case r == nil:
		return nil
	case r.WaitInterval < 0 || r.WaitInterval%time.Minute != 0:
		return &services.ArgumentError{Field: "repeat.waitInterval", Problem: "must be whole minutes, and not negative"}
	case r.Count < 0:
		return &services.ArgumentError{Field: "repeat.count", Problem: "must not be negative"}
	}
	return nil
}

func (r Rule) check(at string) error {
	faults := []error{check.Duration(at+".delay", r.Delay)}
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"condition", r.Condition == ""}, {"notifyType", r.NotifyType == ""},
		{"delay", r.Delay.IsZero()}, {"recipient", r.Recipient.IsZero()},
	} {
		if field.missing {
			faults = append(faults, &services.ArgumentError{Field: at + "." + field.name, Problem: "is required"})
		}
	}
	return errors.Join(faults...)
}

func checkRules(rules []Rule, repeat *Repeat) error {
	faults := []error{repeat.check()}
	for i, r := range rules {
		faults = append(faults, r.check(fmt.Sprintf("rules[%d]", i)))
	}
	return errors.Join(faults...)
}

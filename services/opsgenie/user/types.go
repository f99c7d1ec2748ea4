package user

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A User is a person as the server shows one.
type User struct {
	ID            string              `json:"id"`
	Username      string              `json:"username"` // an e-mail address
	FullName      string              `json:"fullName"`
	Role          Role                `json:"role"`
	SkypeUsername string              `json:"skypeUsername,omitzero"`
	TimeZone      string              `json:"timeZone,omitzero"` // such as "Europe/London"
	Locale        string              `json:"locale,omitzero"`   // such as "en_GB"
	Address       Address             `json:"userAddress,omitzero"`
	Tags          []string            `json:"tags,omitzero"`
	Details       map[string][]string `json:"details,omitzero"`
	Blocked       bool                `json:"blocked"`
	Verified      bool                `json:"verified"` // accepted the invitation
	CreatedAt     shape.Time          `json:"createdAt,omitzero"`
	MutedUntil    shape.Time          `json:"mutedUntil,omitzero"`   // zero for who is not muted
	Contacts      []Contact           `json:"userContacts,omitzero"` // from Get with ExpandContact alone
}

// A Role is what a user may do: owner, admin, user, or a custom role, which
// package userrole keeps. One that is sent needs an id or a name.
type Role struct {
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// An Address is where a user lives. One that is sent has all its parts.
type Address struct {
	Country string `json:"country"`
	State   string `json:"state"`
	City    string `json:"city"`
	Line    string `json:"line"` // street and number
	ZipCode string `json:"zipCode"`
}

// A Contact is a way to reach a user, as a user's own answer tells it; package
// contact changes them.
type Contact struct {
	ID             string `json:"id"`
	To             string `json:"to"`            // an address or a number
	Method         string `json:"contactMethod"` // such as "email"; the set is open
	Enabled        bool   `json:"enabled"`
	DisabledReason string `json:"disabledReason,omitzero"`
}

// A Summary is what lists and writes tell of a user or of a saved search.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name"` // of a user the full name
}

// A Team is a team that a user is a member of.
type Team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// A Schedule is a schedule that a user stands in.
type Schedule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// A ForwardingRule sends the notifications of one user to another for a while.
type ForwardingRule struct {
	ID        string     `json:"id"`
	Alias     string     `json:"alias,omitzero"`
	From      shape.User `json:"fromUser"`
	To        shape.User `json:"toUser"`
	StartDate shape.Time `json:"startDate,omitzero"`
	EndDate   shape.Time `json:"endDate,omitzero"`
}

// An Escalation is an escalation that a user stands in.
type Escalation struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	OwnerTeam   shape.OwnerTeam  `json:"ownerTeam,omitzero"`
	Rules       []EscalationRule `json:"rules"`
	Repeat      EscalationRepeat `json:"repeat,omitzero"`
}

// An EscalationRule says whom an escalation notifies when.
type EscalationRule struct {
	Condition  string          `json:"condition"`      // such as "if-not-acked"; the set is open
	NotifyType string          `json:"notifyType"`     // such as "default"; the set is open
	Delay      shape.Duration  `json:"delay,omitzero"` // after the alert was created
	Recipient  shape.Recipient `json:"recipient,omitzero"`
}

// An EscalationRepeat says whether an escalation begins again. It is zero for
// one that does not.
type EscalationRepeat struct {
	WaitInterval         time.Duration // from the last rule to the first, in whole minutes
	Count                int
	ResetRecipientStates bool
	CloseAlertAfterAll   bool
}

// repeatWire is a repeat as the server writes it: its wait in minutes, and null
// for what is not set.
type repeatWire struct {
	WaitInterval         int64 `json:"waitInterval"`
	Count                int   `json:"count"`
	ResetRecipientStates bool  `json:"resetRecipientStates"`
	CloseAlertAfterAll   bool  `json:"closeAlertAfterAll"`
}

// UnmarshalJSON reads a repeat.
func (r *EscalationRepeat) UnmarshalJSON(raw []byte) error {
	var w repeatWire
	if err := json.Unmarshal(raw, &w); err != nil {
		return fmt.Errorf("user: read repeat: %w", err)
	}
	const most = math.MaxInt64 / int64(time.Minute)
	wait := time.Duration(min(max(w.WaitInterval, 0), most)) * time.Minute
	*r = EscalationRepeat{
		WaitInterval: wait, Count: w.Count,
		ResetRecipientStates: w.ResetRecipientStates, CloseAlertAfterAll: w.CloseAlertAfterAll,
	}
	return nil
}

// MarshalJSON writes a repeat as the server does.
func (r EscalationRepeat) MarshalJSON() ([]byte, error) {
	return json.Marshal(repeatWire{int64(r.WaitInterval / time.Minute), r.Count, r.ResetRecipientStates, r.CloseAlertAfterAll})
}

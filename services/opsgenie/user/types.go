package user

import (
	"reflect"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A User is a user in a response.
type User struct {
	services.Other

	ID            string              `json:"id"`
	Username      string              `json:"username"` // an e-mail address
	FullName      string              `json:"fullName"`
	Role          Role                `json:"role"`
	SkypeUsername string              `json:"skypeUsername,omitzero"`
	TimeZone      string              `json:"timeZone,omitzero"` // such as "Europe/London"
	Locale        string              `json:"locale,omitzero"`   // such as "en_GB"
	Address       Address             `json:"userAddress"`
	Tags          []string            `json:"tags,omitzero"`
	Details       map[string][]string `json:"details,omitzero"`
	Blocked       bool                `json:"blocked"`
	Verified      bool                `json:"verified"` // whether the user accepted the invitation
	CreatedAt     shape.Time          `json:"createdAt,omitzero"`
	MutedUntil    shape.Time          `json:"mutedUntil,omitzero"`   // zero for a user who is not muted
	Contacts      []Contact           `json:"userContacts,omitzero"` // only from Get with [ExpandContact]
}

// MarshalJSON writes the user with the members that [services.Other] keeps.
func (u User) MarshalJSON() ([]byte, error) {
	type plain User
	return services.MarshalObject(plain(u))
}

// UnmarshalJSON reads a user; members that it does not expect are kept.
func (u *User) UnmarshalJSON(raw []byte) error {
	type plain User
	return services.UnmarshalObject(raw, (*plain)(u))
}

// A Role is the role of a user: owner, admin, user, or a custom role of package userrole. In
// requests it needs an id or a name.
type Role struct {
	services.Other

	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
}

// IsZero reports whether no role is given.
func (r Role) IsZero() bool { return reflect.ValueOf(r).IsZero() }

// MarshalJSON writes the role with the members that [services.Other] keeps.
func (r Role) MarshalJSON() ([]byte, error) {
	type plain Role
	return services.MarshalObject(plain(r))
}

// UnmarshalJSON reads a role; members that it does not expect are kept.
func (r *Role) UnmarshalJSON(raw []byte) error {
	type plain Role
	return services.UnmarshalObject(raw, (*plain)(r))
}

// An Address is the postal address of a user. It is always sent with all its parts.
type Address struct {
	services.Other

	Country string `json:"country"`
	State   string `json:"state"`
	City    string `json:"city"`
	Line    string `json:"line"` // street and number
	ZipCode string `json:"zipCode"`
}

// MarshalJSON writes the address with the members that [services.Other] keeps.
func (a Address) MarshalJSON() ([]byte, error) {
	type plain Address
	return services.MarshalObject(plain(a))
}

// UnmarshalJSON reads an address; members that it does not expect are kept.
func (a *Address) UnmarshalJSON(raw []byte) error {
	type plain Address
	return services.UnmarshalObject(raw, (*plain)(a))
}

// A Contact is a way to reach a user, as part of the user. Package contact changes it.
type Contact struct {
	ID             string              `json:"id"`
	To             string              `json:"to"` // an address or a number
	Method         shape.ContactMethod `json:"contactMethod"`
	Enabled        bool                `json:"enabled"`
	DisabledReason string              `json:"disabledReason,omitzero"`
}

// A Summary identifies a user, a team or a saved search.
type Summary struct {
	ID   string `json:"id"`
	Name string `json:"name"` // for a user, the full name
}

// A Schedule is a schedule that a user is part of.
type Schedule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// A ForwardingRule forwards the notifications of one user to another for some time. Package
// forwardingrule changes it.
type ForwardingRule struct {
	ID        string     `json:"id"`
	Alias     string     `json:"alias,omitzero"`
	From      shape.User `json:"fromUser"`
	To        shape.User `json:"toUser"`
	StartDate shape.Time `json:"startDate,omitzero"`
	EndDate   shape.Time `json:"endDate,omitzero"`
}

// An Escalation is an escalation that a user is part of. Package escalation changes it.
type Escalation struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Description string           `json:"description"`
	OwnerTeam   shape.OwnerTeam  `json:"ownerTeam,omitzero"`
	Rules       []EscalationRule `json:"rules"`
	Repeat      EscalationRepeat `json:"repeat,omitzero"` // zero if the rules run once
}

// An EscalationRule notifies a recipient some time after the alert was created.
type EscalationRule struct {
	Condition  string          `json:"condition"`      // such as "if-not-acked"
	NotifyType string          `json:"notifyType"`     // such as "default"
	Delay      shape.Duration  `json:"delay,omitzero"` // since the alert was created
	Recipient  shape.Recipient `json:"recipient,omitzero"`
}

// An EscalationRepeat says how an escalation starts again after its last rule.
type EscalationRepeat struct {
	WaitInterval         int  `json:"waitInterval"` // minutes from the last rule to the first; 0 means no repetition
	Count                int  `json:"count"`
	ResetRecipientStates bool `json:"resetRecipientStates"`
	CloseAlertAfterAll   bool `json:"closeAlertAfterAll"`
}

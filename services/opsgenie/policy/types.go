package policy

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A Kind is the type of a policy. Values other than those listed here are kept and sent as they
// are.
type Kind string

// The types of policies.
const (
	KindAlert        Kind = "alert"
	KindNotification Kind = "notification"
)

// A Policy changes the alerts that its filter matches, or the notifications about them.
type Policy struct {
	services.Other

	ID               string                                   `json:"id,omitzero"`                // set by the server
	Type             Kind                                     `json:"type"`                       // that of Action, where there is one
	Name             string                                   `json:"name"`                       // required; at most 100 characters
	Description      services.Optional[string]                `json:"policyDescription,omitzero"` // at most 200 characters
	TeamID           string                                   `json:"teamId,omitzero"`            // its owner; required for a Notification
	Enabled          services.Optional[bool]                  `json:"enabled,omitzero"`           // the server decides if absent
	Filter           services.Optional[shape.Filter]          `json:"filter,omitzero"`            // the server decides if absent
	TimeRestrictions services.Optional[shape.TimeRestriction] `json:"timeRestrictions,omitzero"`  // always in force if absent
	Action           Action                                   `json:"-"`                          // required; nil for an unknown Type
}

// An Action is what a policy does: an [Alert] or a [Notification].
type Action interface {
	kind() Kind
	check(p Policy) error
}

// A Summary is a policy as lists and writes return it.
type Summary struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    Kind   `json:"type"`
	Order   int    `json:"order"` // position among the policies of its type, from 0
	Enabled bool   `json:"enabled"`
}

// check refuses a policy without a required member. That of an unknown type passes.
func (p Policy) check() error {
	var action error
	unknown := false
	switch p.Action.(type) {
	case Alert, Notification:
		action = p.Action.check(p)
	case nil:
		unknown = p.Type != "" && p.Type != KindAlert && p.Type != KindNotification || check.Kept(p.Other, "type")
		action = check.Missing("action", !unknown)
	default:
		action = &services.ArgumentError{Field: "action", Problem: fmt.Sprintf("is of type %T: pass a value, not a pointer", p.Action)}
	}
	filter, _ := p.Filter.Get()
	times, _ := p.TimeRestrictions.Get()
	return errors.Join(
		action,
		check.Missing("name", p.Name == "" && !unknown && !check.Kept(p.Other, "name")),
		check.NotZero("filter", p.Filter),
		check.Filter("filter", filter),
		check.NotZero("timeRestrictions", p.TimeRestrictions),
		check.TimeRestriction("timeRestrictions", times),
	)
}

// MarshalJSON writes the policy and its action as one object, with the members that it keeps.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy
	switch a := p.Action.(type) {
	case nil:
		return services.MarshalObject(plain(p))
	case Alert:
		p.Type = a.kind()
		return services.MarshalObject(plain(p), a)
	case Notification:
		p.Type = a.kind()
		return services.MarshalObject(plain(p), a)
	default:
		return nil, fmt.Errorf("policy: write policy: action is a %T: pass a value, not a pointer", p.Action)
	}
}

// UnmarshalJSON reads a policy of any type.
func (p *Policy) UnmarshalJSON(raw []byte) error {
	type plain Policy
	p.Action = nil
	if err := services.UnmarshalObject(raw, (*plain)(p)); err != nil {
		return err
	}
	var err error
	switch p.Type { // the members of the action are of the same object
	case KindAlert:
		var a Alert
		err = services.UnmarshalObject(raw, (*plain)(p), &a)
		p.Action = a
	case KindNotification:
		var n Notification
		err = services.UnmarshalObject(raw, (*plain)(p), &n)
		p.Action = n
	}
	return err
}

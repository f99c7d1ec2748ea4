package policy

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/internal/enum"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Kind is the type of a policy. Values other than those listed here are kept and sent as they
// are.
type Kind string

// The types of policies.
const (
	KindAlert        Kind = "alert"
	KindNotification Kind = "notification"
)

// UnmarshalText reads a type. The server writes the types in upper case, too.
func (k *Kind) UnmarshalText(text []byte) error {
	*k = enum.Read(text, KindAlert, KindNotification)
	return nil
}

// A Policy changes the alerts that its filter matches, or the notifications about them.
type Policy struct {
	services.Other

	ID              string                             `json:"id,omitzero"` // set by the server
	Type            Kind                               `json:"type"`        // that of Action, where there is one
	Name            string                             `json:"name"`        // required
	Description     services.Optional[string]          `json:"description,omitzero"`
	TeamID          string                             `json:"teamId,omitzero"`          // its owner; empty for a global policy
	Enabled         services.Optional[bool]            `json:"enabled,omitzero"`         // required
	Order           float64                            `json:"order,omitzero"`           // its position, which may be a fraction
	Filter          services.Optional[shape.Filter]    `json:"filter,omitzero"`          // the server decides if absent
	TimeRestriction services.Optional[TimeRestriction] `json:"timeRestriction,omitzero"` // always in force if absent
	Action          Action                             `json:"-"`                        // required; nil for an unknown Type
}

// An Action is what a policy does: an [Alert] or a [Notification].
type Action interface {
	kind() Kind
	check(p Policy) error
}

// A Summary is a policy as lists return it.
type Summary struct {
	ID      string  `json:"id"`
	Type    Kind    `json:"type"`
	Name    string  `json:"name"`
	Enabled bool    `json:"enabled"`
	Order   float64 `json:"order"` // position among the policies, which may be a fraction
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
	_, decided := p.Enabled.Get()
	filter, _ := p.Filter.Get()
	times, _ := p.TimeRestriction.Get()
	return errors.Join(
		action,
		check.Missing("name", p.Name == "" && !unknown && !check.Kept(p.Other, "name")),
		check.Missing("enabled", !decided && !unknown && !check.Kept(p.Other, "enabled")),
		check.NotZero("filter", p.Filter),
		check.Filter("filter", filter),
		check.NotZero("timeRestriction", p.TimeRestriction),
		times.check("timeRestriction"),
	)
}

// checkGlobal refuses what only a team can have.
func (p Policy) checkGlobal() error {
	if _, ok := p.Action.(Notification); ok {
		return &services.ArgumentError{Field: "action", Problem: "is a Notification, which is for policies of teams: use TeamService"}
	}
	if p.TeamID != "" {
		return &services.ArgumentError{Field: "teamId", Problem: "is set, but the policy would be global: use TeamService"}
	}
	return nil
}

// complete returns the policy with the list of conditions that the API requires of every filter.
func (p Policy) complete() Policy {
	f, set := p.Filter.Get()
	if set && f.Kind == shape.FilterMatchAll && f.Conditions == nil && !check.Kept(f.Other, "conditions") {
		f.Conditions = []shape.Condition{}
		p.Filter = services.Set(f)
	}
	return p
}

// global returns the policy as requests for a global one have it: complete, without what the
// server sets, and without null, which the API documents in responses only.
func (p Policy) global() Policy {
	p = p.complete().without("id", "teamId", "order")
	p.TimeRestriction = given(p.TimeRestriction)
	if a, ok := p.Action.(Alert); ok {
		a.Priority = given(a.Priority)
		p.Action = a
	}
	return p
}

// given returns the field absent if it is null.
func given[T any](field services.Optional[T]) services.Optional[T] {
	if _, set := field.Get(); set {
		return field
	}
	return services.Optional[T]{}
}

// without returns the policy without its id or order, in whatever form they were read, and without
// other members that have another form than expected.
func (p Policy) without(names ...string) Policy {
	for _, name := range names {
		p.SetMember(name, nil)
		switch name {
		case "id":
			p.ID = ""
		case "order":
			p.Order = 0
		}
	}
	return p
}

// MarshalJSON writes the policy and its action as one object, with the members that it keeps.
// The type of a known action is written in lower case, as requests have it.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy
	switch a := p.Action.(type) {
	case nil:
		return services.MarshalObject(plain(p))
	case Alert:
		p.setKind(a.kind())
		return services.MarshalObject(plain(p), a)
	case Notification:
		p.setKind(a.kind())
		return services.MarshalObject(plain(p), a)
	default:
		return nil, fmt.Errorf("policy: write policy: action is a %T: pass a value, not a pointer", p.Action)
	}
}

func (p *Policy) setKind(k Kind) {
	p.Type = k
	p.SetMember("type", nil) // as it was read, which may be in upper case
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

package policyv1

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
	KindModify      Kind = "modify"
	KindAutoClose   Kind = "auto-close"
	KindDelay       Kind = "notification-delay"
	KindDeduplicate Kind = "notification-deduplication"
	KindSuppress    Kind = "notification-suppress"
	KindRenotify    Kind = "notification-renotify"
	KindAutoRestart Kind = "auto-restart-notifications"
)

// A Policy changes the alerts that its filter matches, or the notifications about them.
type Policy struct {
	services.Other

	ID               string                                   `json:"id,omitzero"`                // set by the server
	Type             Kind                                     `json:"type"`                       // that of Action, where there is one
	Name             string                                   `json:"name"`                       // required; at most 512 characters
	Description      services.Optional[string]                `json:"policyDescription,omitzero"` // at most 200 characters
	Enabled          services.Optional[bool]                  `json:"enabled,omitzero"`           // the server decides if absent
	Filter           services.Optional[shape.Filter]          `json:"filter,omitzero"`            // the server decides if absent
	TimeRestrictions services.Optional[shape.TimeRestriction] `json:"timeRestrictions,omitzero"`  // always in force if absent
	Action           Action                                   `json:"-"`                          // required; nil for an unknown Type
}

// An Action is what a policy does: a [Modify], [AutoClose], [Delay], [Deduplicate], [Suppress],
// [Renotify] or [AutoRestart].
type Action interface {
	kind() Kind
	check() error
}

// A Summary is a policy as lists and writes return it.
type Summary struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    Kind   `json:"type"`
	Order   int    `json:"order"` // position among the policies, from 0
	Enabled bool   `json:"enabled"`
}

// check refuses a policy without a required member. That of an unknown type passes.
func (p Policy) check() error {
	var action error
	unknown := false
	switch p.Action.(type) {
	case Modify, AutoClose, Delay, Deduplicate, Suppress, Renotify, AutoRestart:
		action = p.Action.check()
	case nil:
		unknown = p.Type != "" && reader(p.Type) == nil || check.Kept(p.Other, "type")
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
	switch p.Action.(type) {
	case nil:
		return services.MarshalObject(plain(p))
	case Modify, AutoClose, Delay, Deduplicate, Suppress, Renotify, AutoRestart:
		p.Type = p.Action.kind()
		return services.MarshalObject(plain(p), p.Action)
	default:
		return nil, fmt.Errorf("policyv1: write policy: action is a %T: pass a value, not a pointer", p.Action)
	}
}

// UnmarshalJSON reads a policy of any type.
func (p *Policy) UnmarshalJSON(raw []byte) error {
	type plain Policy
	p.Action = nil
	if err := services.UnmarshalObject(raw, (*plain)(p)); err != nil {
		return err
	}
	read := reader(p.Type)
	if read == nil {
		return nil
	}
	var err error
	p.Action = read(func(action any) { // the members of the action are of the same object
		err = services.UnmarshalObject(raw, (*plain)(p), action)
	})
	return err
}

// reader returns a function that has an action of a kind filled by its pointer, and returns the
// action; nil for an unknown kind.
func reader(kind Kind) func(fill func(action any)) Action {
	switch kind {
	case KindModify:
		return filled[Modify]
	case KindAutoClose:
		return filled[AutoClose]
	case KindDelay:
		return filled[Delay]
	case KindDeduplicate:
		return filled[Deduplicate]
	case KindSuppress:
		return filled[Suppress]
	case KindRenotify:
		return filled[Renotify]
	case KindAutoRestart:
		return filled[AutoRestart]
	}
	return nil
}

func filled[A Action](fill func(action any)) Action {
	var a A
	fill(&a)
	return a
}

package policyv1

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// CreateRequest asks for a policy.
type CreateRequest struct {
	Policy Policy `body:"json"` // its name, action and filter are what it needs
}

// Check refuses a policy that lacks what it must have.
func (r CreateRequest) Check() error { return r.Policy.check() }

// repeat says that a repeat might create a second policy.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one policy.
type GetRequest struct {
	ID string `path:"policyId"`
}

// UpdateRequest asks to replace one policy.
type UpdateRequest struct {
	ID     string `path:"policyId"`
	Policy Policy `body:"json"`
}

// Check refuses a policy that lacks what it must have.
func (r UpdateRequest) Check() error { return r.Policy.check() }

// check refuses a policy that lacks what it must have.
func (p Policy) check() error {
	var faults []error
	refuse := func(field, problem string) {
		faults = append(faults, &services.ArgumentError{Field: field, Problem: problem})
	}
	switch p.Action.(type) {
	case Unknown:
		return nil
	case Modify, AutoClose, Delay, Deduplicate, Suppress, Renotify, AutoRestart:
		faults = append(faults, p.Action.check())
	case nil:
		refuse("type", "is required: set Action")
	default:
		refuse("type", "is unknown: set Action to a value such as Modify, not to a pointer")
	}
	if p.Name == "" {
		refuse("name", "is required")
	}
	return errors.Join(append(faults, check.Filter("filter", p.Filter), check.TimeRestriction("timeRestrictions", p.TimeRestrictions))...)
}

// DeleteRequest asks to delete one policy.
type DeleteRequest struct {
	ID string `path:"policyId"`
}

// EnableRequest asks to enable one policy.
type EnableRequest struct {
	ID string `path:"policyId"`
}

// repeat says that a repeat is harmless.
func (r EnableRequest) repeat() services.Repeat { return services.SafeToRetry }

// DisableRequest asks to disable one policy.
type DisableRequest struct {
	ID string `path:"policyId"`
}

// repeat says that a repeat is harmless.
func (r DisableRequest) repeat() services.Repeat { return services.SafeToRetry }

// ChangeOrderRequest asks to move one policy.
type ChangeOrderRequest struct {
	ID          string `path:"policyId"`
	TargetIndex int    `json:"targetIndex" check:"min=0"` // its place, from zero; the last if larger than there are policies
}

// repeat says that a repeat is harmless.
func (r ChangeOrderRequest) repeat() services.Repeat { return services.SafeToRetry }

// ListRequest asks for the policies; there is nothing to choose.
type ListRequest struct{}

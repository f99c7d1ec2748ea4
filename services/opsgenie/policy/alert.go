package policy

import (
	"cmp"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
)

// CreateRequest asks for a policy.
type CreateRequest struct {
	TeamID string `query:"teamId"` // whose policy it is; the account's if empty; a [Notification] policy needs one
	Policy Policy `body:"json"`    // its name, action and filter are what it needs
}

// Check refuses a policy that lacks what it must have.
func (r CreateRequest) Check() error { return r.Policy.check(r.TeamID) }

// repeat says that a repeat might create a second policy.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one policy.
type GetRequest struct {
	ID     string `path:"policyId"`
	TeamID string `query:"teamId"` // of a team's policy
}

// UpdateRequest asks to replace one policy.
type UpdateRequest struct {
	ID     string `path:"policyId"`
	TeamID string `query:"teamId"` // of a team's policy
	Policy Policy `body:"json"`
}

// Check refuses a policy that lacks what it must have.
func (r UpdateRequest) Check() error { return r.Policy.check(r.TeamID) }

// check refuses a policy of a team, or none, that lacks what it must have.
func (p Policy) check(team string) error {
	var faults []error
	refuse := func(field, problem string) {
		faults = append(faults, &services.ArgumentError{Field: field, Problem: problem})
	}
	switch p.Action.(type) {
	case Unknown:
		return nil
	case Alert, Notification:
		faults = append(faults, p.Action.check(cmp.Or(team, p.TeamID)))
	case nil:
		refuse("type", "is required: set Action")
	default:
		refuse("type", "is unknown: set Action to an Alert or Notification, not to a pointer")
	}
	if p.Name == "" {
		refuse("name", "is required")
	}
	return errors.Join(append(faults, check.Filter("filter", p.Filter), check.TimeRestriction("timeRestrictions", p.TimeRestrictions))...)
}

// DeleteRequest asks to delete one policy.
type DeleteRequest struct {
	ID     string `path:"policyId"`
	TeamID string `query:"teamId"` // of a team's policy
}

// EnableRequest asks to enable one policy.
type EnableRequest struct {
	ID     string `path:"policyId"`
	TeamID string `query:"teamId"` // of a team's policy
}

// repeat says that a repeat is harmless.
func (r EnableRequest) repeat() services.Repeat { return services.SafeToRetry }

// DisableRequest asks to disable one policy.
type DisableRequest struct {
	ID     string `path:"policyId"`
	TeamID string `query:"teamId"` // of a team's policy
}

// repeat says that a repeat is harmless.
func (r DisableRequest) repeat() services.Repeat { return services.SafeToRetry }

// ChangeOrderRequest asks to move one policy.
type ChangeOrderRequest struct {
	ID          string `path:"policyId"`
	TeamID      string `query:"teamId"`                   // of a team's policy
	TargetIndex int    `json:"targetIndex" check:"min=0"` // its place, from zero; the last if larger than there are policies
}

// repeat says that a repeat is harmless.
func (r ChangeOrderRequest) repeat() services.Repeat { return services.SafeToRetry }

// ListAlertRequest asks for alert policies.
type ListAlertRequest struct {
	TeamID string `query:"teamId"` // the account's if empty
}

// ListNotificationRequest asks for notification policies.
type ListNotificationRequest struct {
	TeamID string `query:"teamId" check:"required"`
}

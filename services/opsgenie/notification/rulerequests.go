package notification

import (
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// CreateRequest asks for a rule of one user.
type CreateRequest struct {
	User             string                `path:"identifier"` // id or username
	Name             string                `json:"name" check:"required"`
	ActionType       Event                 `json:"actionType" check:"required"`
	Criteria         shape.Filter          `json:"criteria,omitzero"`         // which alerts
	NotificationTime []Lead                `json:"notificationTime,omitzero"` // of [ScheduleStart] and [ScheduleEnd], which need it
	TimeRestriction  shape.TimeRestriction `json:"timeRestriction,omitzero"`  // when the rule holds; always if not given
	Schedules        []shape.Responder     `json:"schedules,omitzero"`        // of [ScheduleStart] and [ScheduleEnd]: which
	Order            *int                  `json:"order,omitzero" check:"min=0"`
	Steps            []NewStep             `json:"steps,omitzero"`
	Repeats          *Repetition           `json:"repeat,omitzero"`
	Enabled          bool                  `json:"enabled"`
}

// Check refuses what is impossible in criteria, restriction, schedules and steps.
func (r CreateRequest) Check() error {
	return checkRule(r.Criteria, r.TimeRestriction, r.Schedules, r.Steps, r.Repeats)
}

func checkRule(f shape.Filter, t shape.TimeRestriction, schedules []shape.Responder, steps []NewStep, r *Repetition) error {
	faults := []error{
		check.Filter("criteria", f), check.TimeRestriction("timeRestriction", t),
		check.Responders("schedules", schedules...), check.Kind("schedules", shape.KindSchedule, schedules...),
	}
	for i, s := range steps {
		at := fmt.Sprintf("steps[%d]", i)
		faults = append(faults, s.Contact.check(at+".contact"), check.Duration(at+".sendAfter", s.SendAfter))
	}
	if r != nil && r.LoopAfter < 0 {
		faults = append(faults, &services.ArgumentError{Field: "repeat.loopAfter", Problem: "must not be negative"})
	}
	return errors.Join(faults...)
}

// check refuses a contact, sent as field, that cannot be reached.
func (c Contact) check(field string) error {
	var faults []error
	if c.Method == "" {
		faults = append(faults, &services.ArgumentError{Field: field + ".method", Problem: "is required"})
	}
	if c.To == "" {
		faults = append(faults, &services.ArgumentError{Field: field + ".to", Problem: "is required"})
	}
	return errors.Join(faults...)
}

// repeat says that a repeat might create a second rule.
func (r CreateRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetRequest asks for one rule.
type GetRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"ruleId"`
}

// ListRequest asks for the rules of one user.
type ListRequest struct {
	User string `path:"identifier"` // id or username
}

// UpdateRequest asks to change one rule. What is nil, zero or not given stays as
// it is; an empty list removes all.
type UpdateRequest struct {
	User             string                `path:"identifier"` // id or username
	ID               string                `path:"ruleId"`
	Name             string                `json:"name,omitzero"`
	Criteria         shape.Filter          `json:"criteria,omitzero"`
	NotificationTime []Lead                `json:"notificationTime,omitzero"`
	TimeRestriction  shape.TimeRestriction `json:"timeRestriction,omitzero"`
	Schedules        []shape.Responder     `json:"schedules,omitzero"`
	Steps            []NewStep             `json:"steps,omitzero"` // in the stead of those that it has
	Repeats          *Repetition           `json:"repeat,omitzero"`
	Order            *int                  `json:"order,omitzero" check:"min=0"`
	Enabled          *bool                 `json:"enabled,omitzero"`
}

// Check refuses what is impossible in criteria, restriction, schedules and steps.
func (r UpdateRequest) Check() error {
	return checkRule(r.Criteria, r.TimeRestriction, r.Schedules, r.Steps, r.Repeats)
}

// repeat says that a repeat is harmless.
func (r UpdateRequest) repeat() services.Repeat { return services.SafeToRetry }

// DeleteRequest asks to delete one rule.
type DeleteRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"ruleId"`
}

// EnableRequest asks to enable one rule.
type EnableRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"ruleId"`
}

// repeat says that a repeat is harmless.
func (r EnableRequest) repeat() services.Repeat { return services.SafeToRetry }

// DisableRequest asks to disable one rule.
type DisableRequest struct {
	User string `path:"identifier"` // id or username
	ID   string `path:"ruleId"`
}

// repeat says that a repeat is harmless.
func (r DisableRequest) repeat() services.Repeat { return services.SafeToRetry }

// ChangeOrderRequest asks to move one rule.
type ChangeOrderRequest struct {
	User  string `path:"identifier"` // id or username
	ID    string `path:"ruleId"`
	Order int    `json:"order" check:"min=0"` // its place among those with its action, from zero
}

// repeat says that a repeat is harmless.
func (r ChangeOrderRequest) repeat() services.Repeat { return services.SafeToRetry }

// A RuleType says which rules are copied. The set is open.
type RuleType string

// The rule types.
const (
	CopyAll               RuleType = "all"
	CopyNewAlert          RuleType = "new-alert"
	CopyAcknowledgedAlert RuleType = "acknowledged-alert"
	CopyRenotifiedAlert   RuleType = "renotified-alert"
	CopyClosedAlert       RuleType = "closed-alert"
	CopyAssignedAlert     RuleType = "assigned-alert"
	CopyAddNote           RuleType = "add-note"
	CopyScheduleStart     RuleType = "schedule-start"
)

// CopyToRequest asks to give rules of one user to others.
type CopyToRequest struct {
	User      string     `path:"identifier"`               // whose rules; id or username
	ToUsers   []string   `json:"toUsers" check:"required"` // usernames
	RuleTypes []RuleType `json:"ruleTypes" check:"required"`
}

// repeat says that it is not known what a repeat does.
func (r CopyToRequest) repeat() services.Repeat { return services.RetryIfRefused }

package notification

import (
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// CreateStepRequest asks for a step of one rule.
type CreateStepRequest struct {
	User      string         `path:"identifier"` // id or username
	RuleID    string         `path:"ruleId"`
	Contact   Contact        `json:"contact"`            // required
	SendAfter shape.Duration `json:"sendAfter,omitzero"` // whole minutes, from the event on; needed for CreateAlert and AssignedAlert
	Enabled   bool           `json:"enabled"`
}

// Check refuses a contact without method or address, and a negative time.
func (r CreateStepRequest) Check() error {
	return errors.Join(r.Contact.check("contact"), check.Duration("sendAfter", r.SendAfter))
}

// repeat says that a repeat might create a second step.
func (r CreateStepRequest) repeat() services.Repeat { return services.RetryIfRefused }

// GetStepRequest asks for one step.
type GetStepRequest struct {
	User   string `path:"identifier"` // id or username
	RuleID string `path:"ruleId"`
	ID     string `path:"id"`
}

// ListStepsRequest asks for the steps of one rule.
type ListStepsRequest struct {
	User   string `path:"identifier"` // id or username
	RuleID string `path:"ruleId"`
}

// UpdateStepRequest asks to change one step. What is nil or not given stays as it
// is.
type UpdateStepRequest struct {
	User      string         `path:"identifier"` // id or username
	RuleID    string         `path:"ruleId"`
	ID        string         `path:"id"`
	Contact   *Contact       `json:"contact,omitzero"`
	SendAfter shape.Duration `json:"sendAfter,omitzero"` // whole minutes, from the event on
	Enabled   *bool          `json:"enabled,omitzero"`
}

// Check refuses a contact without method or address, and a negative time.
func (r UpdateStepRequest) Check() error {
	err := check.Duration("sendAfter", r.SendAfter)
	if r.Contact != nil {
		err = errors.Join(r.Contact.check("contact"), err)
	}
	return err
}

// repeat says that a repeat is harmless.
func (r UpdateStepRequest) repeat() services.Repeat { return services.SafeToRetry }

// DeleteStepRequest asks to delete one step.
type DeleteStepRequest struct {
	User   string `path:"identifier"` // id or username
	RuleID string `path:"ruleId"`
	ID     string `path:"id"`
}

// EnableStepRequest asks to enable one step.
type EnableStepRequest struct {
	User   string `path:"identifier"` // id or username
	RuleID string `path:"ruleId"`
	ID     string `path:"id"`
}

// repeat says that a repeat is harmless.
func (r EnableStepRequest) repeat() services.Repeat { return services.SafeToRetry }

// DisableStepRequest asks to disable one step.
type DisableStepRequest struct {
	User   string `path:"identifier"` // id or username
	RuleID string `path:"ruleId"`
	ID     string `path:"id"`
}

// repeat says that a repeat is harmless.
func (r DisableStepRequest) repeat() services.Repeat { return services.SafeToRetry }

package notification

import (
	"context"
	"errors"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/internal/check"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A StepService reads and changes the steps of notification rules. It is safe for concurrent use.
// [NewSteps] returns one.
type StepService struct{ client *services.Client }

// NewSteps returns a service that uses client, whose codec must be Opsgenie's.
func NewSteps(client *services.Client) *StepService { return &StepService{client: client} }

// A CreateStepRequest describes a new step of one rule.
type CreateStepRequest struct {
	User      string                  `path:"identifier"` // id or username
	RuleID    string                  `path:"ruleId"`
	Contact   Contact                 `json:"contact"`            // required
	SendAfter shape.Duration          `json:"sendAfter,omitzero"` // minutes after the event; required for CreateAlert and AssignedAlert
	Enabled   services.Optional[bool] `json:"enabled,omitzero"`   // true if absent
}

// Check refuses a contact without a method or an address, and a negative time.
func (r CreateStepRequest) Check() error {
	return errors.Join(r.Contact.check("contact"), check.Duration("sendAfter", r.SendAfter))
}

// Create adds a step to a rule, which is enabled unless in.Enabled says otherwise, and returns its
// id. Only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#create-notification-rule-step
func (s *StepService) Create(ctx context.Context, in CreateStepRequest) (*services.Result[Reference], error) {
	in.Enabled = enabled(in.Enabled)
	return services.Do[Reference](ctx, s.client,
		"POST /v2/users/{identifier}/notification-rules/{ruleId}/steps", in, services.RetryIfRefused)
}

// Get returns one step.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#get-notification-rule-step
func (s *StepService) Get(ctx context.Context, user, ruleID, id string) (*services.Result[Step], error) {
	return services.Do[Step](ctx, s.client,
		"GET /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}", stepRef{user, ruleID, id}, services.ByMethod)
}

type stepRef struct {
	User   string `path:"identifier"`
	RuleID string `path:"ruleId"`
	ID     string `path:"id"`
}

// List returns all steps of a rule, on one page.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#list-notification-rule-step
func (s *StepService) List(ctx context.Context, user, ruleID string) (*services.Result[[]Step], error) {
	return services.Do[[]Step](ctx, s.client,
		"GET /v2/users/{identifier}/notification-rules/{ruleId}/steps", ruleRef{user, ruleID}, services.ByMethod)
}

// An UpdateStepRequest changes one step. A member that is left out is not changed.
// [Step.Request] returns one.
type UpdateStepRequest struct {
	services.Other

	User      string                            `path:"identifier"` // id or username
	RuleID    string                            `path:"ruleId"`
	ID        string                            `path:"id"`
	Contact   services.Optional[Contact]        `json:"contact,omitzero"`
	SendAfter services.Optional[shape.Duration] `json:"sendAfter,omitzero"` // whole minutes after the event
	Enabled   services.Optional[bool]           `json:"enabled,omitzero"`
}

// Check refuses a contact without a method or an address, and a negative time.
func (r UpdateStepRequest) Check() error {
	var contact error
	if c, set := r.Contact.Get(); set {
		contact = c.check("contact")
	}
	after, _ := r.SendAfter.Get()
	return errors.Join(contact, check.NotZero("sendAfter", r.SendAfter), check.Duration("sendAfter", after))
}

// Update changes a step. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#update-notification-rule-step-partial
func (s *StepService) Update(ctx context.Context, in UpdateStepRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"PATCH /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}", in, services.SafeToRetry)
}

// Delete deletes a step. Safe to retry; a retry after a lost response may return
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#delete-notification-rule-step
func (s *StepService) Delete(ctx context.Context, user, ruleID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"DELETE /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}", stepRef{user, ruleID, id}, services.ByMethod)
}

// Enable enables a step. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#enable-notification-rule-step
func (s *StepService) Enable(ctx context.Context, user, ruleID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"POST /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}/enable", stepRef{user, ruleID, id}, services.SafeToRetry)
}

// Disable disables a step. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#disable-notification-rule-step
func (s *StepService) Disable(ctx context.Context, user, ruleID, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client,
		"POST /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}/disable", stepRef{user, ruleID, id}, services.SafeToRetry)
}

// enabled returns true for a member that is left out: the API requires it.
func enabled(given services.Optional[bool]) services.Optional[bool] {
	if given.IsZero() {
		return services.Set(true)
	}
	return given
}

// enabledSteps returns copies of steps that are enabled unless they say otherwise.
func enabledSteps(steps []Step) []Step {
	if steps == nil {
		return nil
	}
	all := make([]Step, len(steps))
	for i, s := range steps {
		if all[i] = s; !check.Kept(s.Other, "enabled") {
			all[i].Enabled = enabled(s.Enabled)
		}
	}
	return all
}

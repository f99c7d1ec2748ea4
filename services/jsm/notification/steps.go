package notification

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A StepService reads and changes the steps of notification rules. It is safe for concurrent use.
// [NewSteps] returns one.
type StepService struct{ client *services.Client }

// NewSteps returns a service that sends its calls with client, whose codec must be that of JSM.
func NewSteps(client *services.Client) *StepService { return &StepService{client: client} }

// stepRef identifies a step.
type stepRef struct {
	RuleID string `path:"ruleId"`
	ID     string `path:"id"`
}

// CreateStepRequest is the request to add a step to a rule of the caller.
type CreateStepRequest struct {
	RuleID    string                  `path:"ruleId"`
	Contact   Contact                 `json:"contact"`            // required
	SendAfter services.Optional[int]  `json:"sendAfter,omitzero"` // minutes after the event
	Enabled   services.Optional[bool] `json:"enabled,omitzero"`   // true if absent
}

// Check refuses a contact without a method or an address, and a negative time.
func (r CreateStepRequest) Check() error {
	return errors.Join(r.Contact.check("contact"), check.Order("sendAfter", r.SendAfter))
}

// Create adds a step to a rule, which is enabled unless in.Enabled says otherwise, and returns it.
// Only 429 and 503 are retried, because a second copy might add a second step.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rule-steps (confirmed)
func (s *StepService) Create(ctx context.Context, in CreateStepRequest) (*services.Result[Step], error) {
	in.Enabled = enabled(in.Enabled)
	return services.Do[Step](ctx, s.client, "POST /v1/notification-rules/{ruleId}/steps", in, services.RetryIfRefused)
}

// Get returns one step. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rule-steps (confirmed)
func (s *StepService) Get(ctx context.Context, ruleID, id string) (*services.Result[Step], error) {
	return services.Do[Step](ctx, s.client, "GET /v1/notification-rules/{ruleId}/steps/{id}", stepRef{ruleID, id}, services.ByMethod)
}

// ListStepsRequest selects the steps of a rule.
type ListStepsRequest struct {
	shape.Page // at most 100 steps per page; a Limit of zero means 20 for List and 100 for All

	RuleID string `path:"ruleId"`
}

const stepsRoute = "GET /v1/notification-rules/{ruleId}/steps"

// List returns one page of the steps of a rule. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rule-steps (confirmed)
func (s *StepService) List(ctx context.Context, in ListStepsRequest) (*services.Result[[]Step], error) {
	return services.Do[[]Step](ctx, s.client, stepsRoute, in, services.ByMethod)
}

// All returns all steps of a rule, page after page: see [services.All].
func (s *StepService) All(ctx context.Context, in ListStepsRequest) iter.Seq2[Step, error] {
	in.Limit = cmp.Or(in.Limit, maxPage)
	return services.All[Step](ctx, s.client, stepsRoute, in)
}

// UpdateStepRequest is the request to change a step. The API documents that it takes the whole
// step, so change what [Step.Request] returns for a step that was read.
type UpdateStepRequest struct {
	services.Other

	RuleID    string                  `path:"ruleId"`
	ID        string                  `path:"id"`
	Contact   Contact                 `json:"contact"`            // required
	SendAfter services.Optional[int]  `json:"sendAfter,omitzero"` // minutes after the event
	Enabled   services.Optional[bool] `json:"enabled,omitzero"`   // required
}

// Check refuses a contact without a method or an address, a negative time, and a request that does
// not say whether the step is enabled.
func (r UpdateStepRequest) Check() error {
	faults := []error{check.Order("sendAfter", r.SendAfter), checkEnabled(r.Enabled, r.Other)}
	if !check.Kept(r.Other, "contact") {
		faults = append(faults, r.Contact.check("contact"))
	}
	return errors.Join(faults...)
}

// Update changes a step and returns it. It also enables and disables a step, for which the API has
// no other operations. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rule-steps (confirmed)
func (s *StepService) Update(ctx context.Context, in UpdateStepRequest) (*services.Result[Step], error) {
	return services.Do[Step](ctx, s.client, "PATCH /v1/notification-rules/{ruleId}/steps/{id}", in, services.SafeToRetry)
}

// Delete deletes a step. Safe to retry, but if the response to the first attempt was lost,
// errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-notification-rule-steps (one source)
func (s *StepService) Delete(ctx context.Context, ruleID, id string) (*services.Result[services.None], error) {
	in := stepRef{ruleID, id}
	return services.Do[services.None](ctx, s.client, "DELETE /v1/notification-rules/{ruleId}/steps/{id}", in, services.ByMethod)
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

package notification

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A StepService calls for the steps of notification rules. It is safe for
// concurrent use. [NewSteps] makes one.
type StepService struct{ client *services.Client }

// NewSteps returns a service that calls by client, whose codec must be Opsgenie's.
func NewSteps(client *services.Client) *StepService { return &StepService{client: client} }

// Create adds a step to a rule. A repeat after a lost answer might add it twice,
// so there is none.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#create-notification-rule-step
func (s *StepService) Create(ctx context.Context, in CreateStepRequest) (*services.Result[StepSummary], error) {
	return services.Do[StepSummary](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/{ruleId}/steps", in, in.repeat())
}

// Get reads one step.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#get-notification-rule-step
func (s *StepService) Get(ctx context.Context, in GetStepRequest) (*services.Result[Step], error) {
	return services.Do[Step](ctx, s.client, "GET /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}", in, services.ByMethod)
}

// List returns all steps of a rule.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#list-notification-rule-step
func (s *StepService) List(ctx context.Context, in ListStepsRequest) (*services.Result[[]Step], error) {
	return services.Do[[]Step](ctx, s.client, "GET /v2/users/{identifier}/notification-rules/{ruleId}/steps", in, services.ByMethod)
}

// Update changes a step. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#update-notification-rule-step-partial
func (s *StepService) Update(ctx context.Context, in UpdateStepRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PATCH /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}", in, in.repeat())
}

// Delete deletes a step. A repeat is harmless, but where an answer was lost it Is
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#delete-notification-rule-step
func (s *StepService) Delete(ctx context.Context, in DeleteStepRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}", in, services.ByMethod)
}

// Enable enables a step. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#enable-notification-rule-step
func (s *StepService) Enable(ctx context.Context, in EnableStepRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}/enable", in, in.repeat())
}

// Disable disables a step. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-step-api#disable-notification-rule-step
func (s *StepService) Disable(ctx context.Context, in DisableStepRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/{ruleId}/steps/{id}/disable", in, in.repeat())
}

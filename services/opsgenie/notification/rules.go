// Package notification is the Notification Rule API: how a user wants to hear of
// what happens. A [Service] calls for the rules of users, a [StepService] for the
// steps of one rule. All calls need a key that may configure the account, and
// count in the rate-limit domain configuration. A user is referred to by id or
// username.
package notification

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls for notification rules. It is safe for concurrent use. [New]
// makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Create creates a rule of a user. A repeat after a lost answer might create a
// second one, so there is none.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#create-notification-rule
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/users/{identifier}/notification-rules", in, in.repeat())
}

// Get reads one rule with its steps.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#get-notification-rule
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Rule], error) {
	return services.Do[Rule](ctx, s.client, "GET /v2/users/{identifier}/notification-rules/{ruleId}", in, services.ByMethod)
}

// List returns all rules of a user.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#list-notification-rule
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/users/{identifier}/notification-rules", in, services.ByMethod)
}

// Update changes a rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#update-notification-rule-partial
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "PATCH /v2/users/{identifier}/notification-rules/{ruleId}", in, in.repeat())
}

// Delete deletes a rule. A repeat is harmless, but where an answer was lost it Is
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#delete-notification-rule
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/users/{identifier}/notification-rules/{ruleId}", in, services.ByMethod)
}

// Enable enables a rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#enable-notification-rule
func (s *Service) Enable(ctx context.Context, in EnableRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/{ruleId}/enable", in, in.repeat())
}

// Disable disables a rule. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#disable-notification-rule
func (s *Service) Disable(ctx context.Context, in DisableRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/{ruleId}/disable", in, in.repeat())
}

// ChangeOrder moves a rule to a place among those with its action. A repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#change-order-of-notification-rule
func (s *Service) ChangeOrder(ctx context.Context, in ChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/{ruleId}/change-order", in, in.repeat())
}

// CopyTo gives rules of a user to other users. The method is unconfirmed: the
// vendor's Go SDK sends a POST, a page of theirs names PATCH, and the official
// description lacks the operation. What a repeat does is not documented, so
// there is none after a lost answer.
//
// API: https://docs.opsgenie.com/docs/notification-rule-api#copy-notification-rules
func (s *Service) CopyTo(ctx context.Context, in CopyToRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/users/{identifier}/notification-rules/copy-to", in, in.repeat())
}

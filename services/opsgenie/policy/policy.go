// Package policy is the Policy API: rules of an account or of a team that change
// alerts as they come in, or the notifications about them. All calls need a key
// that may configure the account, and count in the rate-limit domain
// configuration.
package policy

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Policy API. It is safe for concurrent use. [New] makes one.
type Service struct{ client *services.Client }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Create creates a policy. A repeat after a lost answer might create a second
// one, so there is none.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#create-policy
func (s *Service) Create(ctx context.Context, in CreateRequest) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/policies", in, in.repeat())
}

// Get reads one policy.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#get-policy
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "GET /v2/policies/{policyId}", in, services.ByMethod)
}

// Update replaces a policy: what is not given is not there any more, or has the
// server's default. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#update-policy
func (s *Service) Update(ctx context.Context, in UpdateRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "PUT /v2/policies/{policyId}", in, services.ByMethod)
}

// Delete deletes a policy. A repeat is harmless, but where an answer was lost it
// Is [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#delete-policy
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/policies/{policyId}", in, services.ByMethod)
}

// Enable enables a policy. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#enable-policy
func (s *Service) Enable(ctx context.Context, in EnableRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/policies/{policyId}/enable", in, in.repeat())
}

// Disable disables a policy. A repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#disable-policy
func (s *Service) Disable(ctx context.Context, in DisableRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/policies/{policyId}/disable", in, in.repeat())
}

// ChangeOrder moves a policy to a place among those of its kind. A repeat is
// harmless.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#change-policy-order
func (s *Service) ChangeOrder(ctx context.Context, in ChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/policies/{policyId}/change-order", in, in.repeat())
}

// ListAlert returns the alert policies of the account, or of a team.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#list-alert-policies
func (s *Service) ListAlert(ctx context.Context, in ListAlertRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/policies/alert", in, services.ByMethod)
}

// ListNotification returns the notification policies of a team.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#list-notification-policies
func (s *Service) ListNotification(ctx context.Context, in ListNotificationRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/policies/notification", in, services.ByMethod)
}

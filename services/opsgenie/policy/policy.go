// Package policy calls the Policy API. A policy of the account or of a team changes the alerts
// that its filter matches, or the notifications about them. For most uses write a [Policy] with
// an [Alert] or a [Notification] as its action, and pass it to [Service.Create].
//
// The API key needs the right to access the configuration. All calls count towards the rate-limit
// domain configuration.
package policy

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the Policy API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref refers to one policy.
type Ref struct {
	ID     string `path:"policyId"` // required
	TeamID string `query:"teamId"`  // the team that owns the policy; empty for a policy of the account
}

// Create creates a policy: of the team in.TeamID, or of the account if that is empty. Name and
// Action are required. Only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#create-policy
func (s *Service) Create(ctx context.Context, in Policy) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v2/policies", creation{in.TeamID, in}, services.RetryIfRefused)
}

type creation struct {
	TeamID string `query:"teamId"`
	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member.
func (c creation) Check() error { return c.Policy.check() }

// Get returns one policy.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#get-policy
func (s *Service) Get(ctx context.Context, ref Ref) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "GET /v2/policies/{policyId}", ref, services.ByMethod)
}

// Update replaces the policy with the id in.ID: of the team in.TeamID, or of the account if that
// is empty. A member that is left out is removed or gets the server's default: call
// [Service.Get], change what it returned, and pass that, with TeamID set for a team's policy. Safe
// to retry.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#update-policy
func (s *Service) Update(ctx context.Context, in Policy) (*services.Result[services.None], error) {
	request := replacement{Ref{in.ID, in.TeamID}, in}
	return services.Do[services.None](ctx, s.client, "PUT /v2/policies/{policyId}", request, services.ByMethod)
}

type replacement struct {
	Ref

	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member.
func (r replacement) Check() error { return r.Policy.check() }

// Delete deletes a policy. Safe to retry; a retry after a lost response may return
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#delete-policy
func (s *Service) Delete(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v2/policies/{policyId}", ref, services.ByMethod)
}

// Enable enables a policy. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#enable-policy
func (s *Service) Enable(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/policies/{policyId}/enable", ref, services.SafeToRetry)
}

// Disable disables a policy. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#disable-policy
func (s *Service) Disable(ctx context.Context, ref Ref) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/policies/{policyId}/disable", ref, services.SafeToRetry)
}

// A ChangeOrderRequest moves one policy.
type ChangeOrderRequest struct {
	Ref

	TargetIndex int `json:"targetIndex" check:"min=0"` // new position, from 0; the last one if it is larger than the number of policies
}

// ChangeOrder moves a policy to a position among the policies of its kind. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#change-policy-order
func (s *Service) ChangeOrder(ctx context.Context, in ChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v2/policies/{policyId}/change-order", in, services.SafeToRetry)
}

// ListAlert returns the alert policies of a team, or of the account if teamID is empty, all on
// one page.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#list-alert-policies
func (s *Service) ListAlert(ctx context.Context, teamID string) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/policies/alert", ofTeam{teamID}, services.ByMethod)
}

// ListNotification returns the notification policies of a team, all on one page.
//
// API: https://docs.opsgenie.com/docs/alert-and-notification-policy-api#list-notification-policies
func (s *Service) ListNotification(ctx context.Context, teamID string) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v2/policies/notification", ofOneTeam{teamID}, services.ByMethod)
}

type ofTeam struct {
	TeamID string `query:"teamId"`
}

type ofOneTeam struct {
	TeamID string `query:"teamId" check:"required"`
}

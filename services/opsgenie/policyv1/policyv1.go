// Package policyv1 calls the first version of the Policy API, which the vendor has deprecated.
// For most uses call package policy; this one reads and changes the policies of the account that
// were created by the first version.
//
// The API key needs the right to access the configuration. All calls count towards the
// rate-limit domain configuration.
package policyv1

import (
	"context"

	"github.com/tripware/tripware/services"
)

// A Service calls the first version of the Policy API. It is safe for concurrent use. [New]
// returns one.
type Service struct{ client *services.Client }

// New returns a service that uses client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service { return &Service{client: client} }

// Create creates a policy. Name and Action are required. Only 429 and 503 are retried.
//
// API: https://docs.opsgenie.com/docs/policy-api#create-policy
func (s *Service) Create(ctx context.Context, in Policy) (*services.Result[Summary], error) {
	return services.Do[Summary](ctx, s.client, "POST /v1/policies", creation{in}, services.RetryIfRefused)
}

type creation struct {
	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member.
func (c creation) Check() error { return c.Policy.check() }

// Get returns one policy.
//
// API: https://docs.opsgenie.com/docs/policy-api#get-policy
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "GET /v1/policies/{policyId}", byID{id}, services.ByMethod)
}

type byID struct {
	ID string `path:"policyId"`
}

// Update replaces the policy with the id in.ID. A member that is left out is removed or gets the
// server's default: call [Service.Get], change what it returned, and pass that. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/policy-api#update-policy
func (s *Service) Update(ctx context.Context, in Policy) (*services.Result[services.None], error) {
	request := replacement{byID{in.ID}, in}
	return services.Do[services.None](ctx, s.client, "PUT /v1/policies/{policyId}", request, services.ByMethod)
}

type replacement struct {
	byID

	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member.
func (r replacement) Check() error { return r.Policy.check() }

// Delete deletes a policy. Safe to retry; a retry after a lost response may return
// [services.ErrNotFound].
//
// API: https://docs.opsgenie.com/docs/policy-api#delete-policy
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/policies/{policyId}", byID{id}, services.ByMethod)
}

// Enable enables a policy. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/policy-api#enable-policy
func (s *Service) Enable(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/policies/{policyId}/enable", byID{id}, services.SafeToRetry)
}

// Disable disables a policy. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/policy-api#disable-policy
func (s *Service) Disable(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/policies/{policyId}/disable", byID{id}, services.SafeToRetry)
}

// A ChangeOrderRequest moves one policy.
type ChangeOrderRequest struct {
	ID          string `path:"policyId"`
	TargetIndex int    `json:"targetIndex" check:"min=0"` // new position, from 0; the last one if it is larger than the number of policies
}

// ChangeOrder moves a policy to a position among the policies of its kind. Safe to retry.
//
// API: https://docs.opsgenie.com/docs/policy-api#change-policy-order
func (s *Service) ChangeOrder(ctx context.Context, in ChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/policies/{policyId}/change-order", in, services.SafeToRetry)
}

// List returns all policies, on one page.
//
// API: https://docs.opsgenie.com/docs/policy-api#list-policies
func (s *Service) List(ctx context.Context) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, "GET /v1/policies", nil, services.ByMethod)
}

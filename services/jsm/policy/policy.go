// Package policy calls the policies API of JSM Operations. An alert policy changes the alerts
// that its filter matches; a notification policy changes the notifications about them. A
// [Service] calls the global policies, which are alert policies, and a [TeamService] those of
// teams, which are of both types. For most uses write a [Policy] with an [Alert] or a
// [Notification] as its action, and pass it to Create.
//
// Outside the Enterprise plan the server has refused alert policies with 403, for which
// errors.Is matches [services.ErrForbidden].
package policy

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/shape"
)

// A Service calls the API of global policies. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A ListRequest asks for one page of the global policies. Offset counts policies; the server's
// default for Limit is 20, and the most 100.
type ListRequest struct{ shape.Page }

const listRoute = "GET /v1/alerts/policies"

// List returns one page of the global policies, without filters and actions. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (confirmed)
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Summary], error) {
	return services.Do[[]Summary](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all global policies, page after page: see [services.All]. A page has 100 policies
// unless Limit is set.
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Summary, error] {
	in.Limit = cmp.Or(in.Limit, 100)
	return services.All[Summary](ctx, s.client, listRoute, in)
}

// Create creates a global policy and returns it. Its Action must be an [Alert]; its ID and Order
// are not sent. Only 429 and 503 are retried, because a second copy would create a
// second policy. The vendor's document declares a list as the response; a client that runs
// reads the policy.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (confirmed)
func (s *Service) Create(ctx context.Context, in Policy) (*services.Result[Policy], error) {
	request := creation{in.global()}
	return services.Do[Policy](ctx, s.client, "POST /v1/alerts/policies", request, services.RetryIfRefused)
}

// creation is the request to create a global policy.
type creation struct {
	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member, and one of a team.
func (c creation) Check() error { return errors.Join(c.Policy.check(), c.Policy.checkGlobal()) }

// byID identifies a global policy.
type byID struct {
	ID string `path:"policyId"`
}

// Get returns one global policy. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (confirmed)
func (s *Service) Get(ctx context.Context, id string) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "GET /v1/alerts/policies/{policyId}", byID{id}, services.ByMethod)
}

// Update replaces the global policy with the id in.ID and returns it. A member that is left out
// is removed or gets the server's default: call [Service.Get], change what it returned, and pass
// that. Order is not sent: see [Service.ChangeOrder]. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (confirmed)
func (s *Service) Update(ctx context.Context, in Policy) (*services.Result[Policy], error) {
	request := replacement{byID{in.ID}, in.global()}
	return services.Do[Policy](ctx, s.client, "PUT /v1/alerts/policies/{policyId}", request, services.ByMethod)
}

// replacement is the request to replace a global policy.
type replacement struct {
	byID

	Policy Policy `body:"json"`
}

// Check refuses a policy without a required member, and one of a team.
func (r replacement) Check() error { return errors.Join(r.Policy.check(), r.Policy.checkGlobal()) }

// Delete deletes a global policy. Safe to retry, but if the response to the first attempt was
// lost, errors.Is matches [services.ErrNotFound].
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (confirmed)
func (s *Service) Delete(ctx context.Context, id string) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "DELETE /v1/alerts/policies/{policyId}", byID{id}, services.ByMethod)
}

// A ChangeOrderRequest moves one global policy.
type ChangeOrderRequest struct {
	ID    string `path:"policyId"`
	Order int    `json:"order" check:"min=0"` // new position, from 0
}

// ChangeOrder moves a global policy to another position. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (one source)
func (s *Service) ChangeOrder(ctx context.Context, in ChangeOrderRequest) (*services.Result[services.None], error) {
	return services.Do[services.None](ctx, s.client, "POST /v1/alerts/policies/{policyId}/change-order", in, services.SafeToRetry)
}

// Enable enables a global policy and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (one source)
func (s *Service) Enable(ctx context.Context, id string) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "POST /v1/alerts/policies/{policyId}/enable", byID{id}, services.SafeToRetry)
}

// Disable disables a global policy and returns it. Safe to retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-policies (one source)
func (s *Service) Disable(ctx context.Context, id string) (*services.Result[Policy], error) {
	return services.Do[Policy](ctx, s.client, "POST /v1/alerts/policies/{policyId}/disable", byID{id}, services.SafeToRetry)
}

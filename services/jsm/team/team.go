// Package team calls the teams API of JSM Operations: the teams of a site, their roles, and the
// routing rules that decide who is notified of a team's alerts. Each has a service: [Service],
// [RoleService] and [RoutingRuleService].
//
// A team is created, changed and deleted by Atlassian's Teams API, which this package does not
// call; [Service.EnableOps] makes it a team of operations. Teams are identified by their ids. For
// a team that the caller cannot see, lists are empty.
package team

import (
	"context"
	"errors"
	"fmt"

	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/jsm/internal/check"
)

// A Service calls the teams API. It is safe for concurrent use. [New] returns one.
type Service struct{ client *services.Client }

// New returns a service that sends its calls with client, whose codec must be that of JSM.
func New(client *services.Client) *Service { return &Service{client: client} }

// A Ref identifies a team by its id: [ByID] returns one. The zero value is refused.
type Ref struct {
	id string `path:"teamId"`
}

// ByID returns a reference to the team with an id, a UUID.
func ByID(id string) Ref { return Ref{id} }

// List returns the teams of operations that the caller can see; the API has no pages here. Safe
// to retry. The vendor's document shows an object with the teams, and a program in use reads a
// list; both are accepted.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team (confirmed)
func (s *Service) List(ctx context.Context) (*services.Result[[]Team], error) {
	return services.Do[[]Team](ctx, s.client, "GET /v1/teams", nil, services.ByMethod)
}

// EnableOpsRequest is the request to make a team one of operations.
type EnableOpsRequest struct {
	Ref

	AdminAccountIDs []string `json:"adminAccountIds,omitzero"` // the Atlassian account ids of its administrators
	InviteUsernames []string `json:"inviteUsernames,omitzero"` // known only from the vendor's Terraform provider
}

// Check refuses administrators who are not given by an account id.
func (r EnableOpsRequest) Check() error {
	var faults []error
	for i, id := range r.AdminAccountIDs {
		field := fmt.Sprintf("adminAccountIds[%d]", i)
		faults = append(faults, check.Missing(field, id == ""), check.AccountID(field, id))
	}
	return errors.Join(faults...)
}

// EnableOps makes a team one of operations, asynchronously. Safe to retry, as far as is known. The
// API documents only the scope for reading; the scope for writing may be needed as well.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team (confirmed)
func (s *Service) EnableOps(ctx context.Context, in EnableOpsRequest) (*Pending, error) {
	return s.changes(in.Ref).Accept(ctx, "POST /v1/teams/{teamId}/enable-ops", in, services.SafeToRetry)
}

// Resume returns the request of a team that was accepted under a request id, perhaps by another
// process. It sends nothing. Waiting for an empty id is refused.
func (s *Service) Resume(ref Ref, requestID string) *Pending {
	return s.changes(ref).Resume(requestID)
}

// GetRequestStatus asks once for the outcome of an asynchronous request of a team; a [Pending]
// polls for it. If the server does not know the request, or not yet, errors.Is matches
// [services.ErrNotProcessed]. A request that failed is not an error here: see Status. Safe to
// retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-team (one source)
func (s *Service) GetRequestStatus(ctx context.Context, ref Ref, requestID string) (*services.Result[RequestStatus], error) {
	return s.changes(ref).Status(ctx, requestID)
}

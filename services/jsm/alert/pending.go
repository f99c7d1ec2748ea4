package alert

import (
	"context"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
)

// A Pending is a change that the server has accepted and processes later. Wait polls for its
// outcome, once for all callers that wait; ID returns the id of the alert; RequestID resumes the
// wait in another process. If the change failed for good, errors.Is matches
// [services.ErrFailed], and the cause is a [shape.ActionError]. The server does not distinguish
// a request that has not been processed from one that does not exist, so a wait for an unknown
// id ends with [poll.ErrUnsettled]. A Pending is safe for concurrent use.
//
// [shape.ActionError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/shape#ActionError
type Pending struct {
	*services.Pending[RequestStatus, Alert]
}

// Alert returns the alert that the change was about, as it is now. It waits as Wait does if the
// change was not processed yet. After a deletion, errors.Is matches [services.ErrNotFound].
func (p *Pending) Alert(ctx context.Context, opts ...poll.Option) (*services.Result[Alert], error) {
	return p.Entity(ctx, opts...)
}

// Resume returns the change that was accepted under a request id, perhaps by another process. It
// sends nothing. Waiting for an empty id is refused.
func (s *Service) Resume(requestID string) *Pending { return s.changes.Resume(requestID) }

// GetRequestStatus asks once for the outcome of an asynchronous request; a [Pending] polls for
// it. If the request was not processed yet, or does not exist, errors.Is matches
// [services.ErrNotProcessed]. A request that failed is not an error here: see IsSuccess. Safe to
// retry.
//
// API: https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-alerts (confirmed)
func (s *Service) GetRequestStatus(ctx context.Context, requestID string) (*services.Result[RequestStatus], error) {
	return s.changes.Status(ctx, requestID)
}

func (s *Service) accept(ctx context.Context, route string, in any, repeat services.Repeat) (*Pending, error) {
	return s.changes.Accept(ctx, route, in, repeat)
}

// tracker follows the changes of a service.
func (s *Service) tracker() *services.Tracker[RequestStatus, Alert, Pending] {
	return services.NewTracker(s.client, "GET /v1/alerts/requests/{requestId}",
		func(p *services.Pending[RequestStatus, Alert]) *Pending { return &Pending{p} },
		func(ctx context.Context, id string) (*services.Result[Alert], error) { return s.Get(ctx, ByID(id)) })
}

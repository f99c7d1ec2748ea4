package team

import (
	"context"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
)

// A Pending is a request that the server has accepted and processes later. Wait polls for its
// outcome; RequestID, with the team, resumes the wait in another process. A Pending is safe for
// concurrent use.
type Pending struct {
	RequestID string
	Meta      services.Metadata // of the call that was accepted; zero when resumed

	pending *services.Pending[RequestStatus, services.None]
}

// Wait polls until the request was processed and returns its status, as [services.Pending.Wait]
// does. If the request failed for good, errors.Is matches [services.ErrFailed], and the cause is
// a [shape.ActionError], for which the API has no reason. The server does not distinguish a
// request that it does not know yet from one that does not exist, so a wait for an unknown id ends
// with [poll.ErrUnsettled]; so does one whose status stays a state without a constant.
//
// [shape.ActionError]: https://pkg.go.dev/github.com/tripware/tripware/services/jsm/shape#ActionError
func (p *Pending) Wait(ctx context.Context, opts ...poll.Option) (*services.Result[RequestStatus], error) {
	return p.pending.Wait(ctx, opts...)
}

// statusOf is the request for the status of a request of a team.
type statusOf struct {
	Ref

	RequestID string `path:"requestId"`
}

// changes follows the requests of a team. They have no entity with an id.
func (s *Service) changes(ref Ref) *services.Tracker[RequestStatus, services.None, Pending] {
	return services.NewTracker(s.client, "GET /v1/teams/{teamId}/requests/{requestId}",
		func(p *services.Pending[RequestStatus, services.None]) *Pending {
			return &Pending{RequestID: p.RequestID, Meta: p.Meta, pending: p}
		}, nil).
		WithStatusRequest(func(requestID string) any { return statusOf{ref, requestID} })
}

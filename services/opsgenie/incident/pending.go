package incident

import (
	"context"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
	"github.com/tripware/tripware/services/opsgenie/shape"
)

// A RequestStatus is the outcome of an asynchronous request.
type RequestStatus struct {
	shape.RequestStatus

	IncidentID string `json:"incidentId"` // empty if the request failed
}

// EntityID returns the id of the incident that the request was about.
func (s RequestStatus) EntityID() string { return s.IncidentID }

// GetRequestStatus asks once for the outcome of an asynchronous request; a [Pending] polls for
// it. While the request is not processed, errors.Is matches [services.ErrNotProcessed]. A
// request that failed is not an error here: see IsSuccess.
//
// API: https://docs.opsgenie.com/docs/incident-api#get-request-status
func (s *Service) GetRequestStatus(ctx context.Context, requestID string) (*services.Result[RequestStatus], error) {
	return s.changes.Status(ctx, requestID)
}

// A Pending is a change that the server has accepted and processes later. Wait polls for the
// outcome, once for all callers, ID returns the incident's id, and RequestID resumes the wait
// in another process. If the change failed for good, errors.Is matches [services.ErrFailed],
// and errors.As finds a [shape.ActionError]. It is safe for concurrent use.
type Pending struct {
	*services.Pending[RequestStatus, Incident]
}

// Incident returns the current state of the incident that the change was about. It waits as
// Wait does if the change is not processed yet. After a deletion, errors.Is matches
// [services.ErrNotFound].
func (p *Pending) Incident(ctx context.Context, opts ...poll.Option) (*services.Result[Incident], error) {
	return p.Entity(ctx, opts...)
}

// Resume returns the change that was accepted under a request id, perhaps by another process.
// It sends nothing; an empty id is refused by the first wait.
func (s *Service) Resume(requestID string) *Pending { return s.changes.Resume(requestID) }

func (s *Service) accept(ctx context.Context, route string, in any, repeat services.Repeat) (*Pending, error) {
	return s.changes.Accept(ctx, route, in, repeat)
}

// tracker returns the tracker that follows changes.
func (s *Service) tracker() *services.Tracker[RequestStatus, Incident, Pending] {
	return services.NewTracker(s.client, "GET /v1/incidents/requests/{requestId}",
		func(p *services.Pending[RequestStatus, Incident]) *Pending { return &Pending{p} },
		func(ctx context.Context, id string) (*services.Result[Incident], error) { return s.Get(ctx, ByID(id)) })
}

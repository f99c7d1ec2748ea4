// Package incident is the Incident API: to open incidents, act on them, and read
// them with their notes, logs and alerts. The Standard and Enterprise plans have
// incidents; under others the errors Is [services.ErrPlan].
//
// Writes are asynchronous: they return a [Pending]. All calls count in the
// rate-limit domain incident.
package incident

import (
	"context"
	"iter"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
)

// A Service calls the Incident API. It is safe for concurrent use. [New] makes one.
type Service struct {
	client  *services.Client
	changes *services.Tracker[RequestStatus, Incident, Pending]
}

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service {
	s := &Service{client: client}
	s.changes = s.tracker()
	return s
}

const listRoute = "GET /v1/incidents"

// Create opens an incident; of the request only the message is required. The
// server does not de-duplicate: a repeat is a second incident, so only answers
// of 429 and 503 are retried. Asynchronous.
//
// API: https://docs.opsgenie.com/docs/incident-api#create-incident
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v1/incidents/create", in, in.repeat())
}

// Get reads one incident.
//
// API: https://docs.opsgenie.com/docs/incident-api#get-incident
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Incident], error) {
	return services.Do[Incident](ctx, s.client, "GET /v1/incidents/{identifier}", in, services.ByMethod)
}

// List returns one page of the incidents that match.
//
// API: https://docs.opsgenie.com/docs/incident-api#list-incidents
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Incident], error) {
	return services.Do[[]Incident](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all incidents that match, page after page; see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Incident, error] {
	return services.All[Incident](ctx, s.client, listRoute, in)
}

// Delete deletes an incident. Asynchronous; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/incident-api#delete-incident
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v1/incidents/{identifier}", in, services.ByMethod)
}

// GetRequestStatus asks what became of an asynchronous request: once, where a
// [Pending] polls. While the request waits, the error Is
// [services.ErrNotProcessed]. A request that failed is no error here: see
// IsSuccess.
//
// API: https://docs.opsgenie.com/docs/incident-api#get-request-status
func (s *Service) GetRequestStatus(ctx context.Context, requestID string) (*services.Result[RequestStatus], error) {
	return s.changes.Status(ctx, requestID)
}

// A Pending is a change that the server accepted and works on later: Wait polls
// for its outcome, once for all who ask, ID returns the incident's id, and
// RequestID resumes the wait in another process. A change that failed for good
// is a [shape.ActionError]. It is safe for concurrent use.
type Pending struct {
	*services.Pending[RequestStatus, Incident]
}

// Incident reads the incident that the change was about, as it is now, after
// waiting as Wait does if need be. After a deletion the error Is
// [services.ErrNotFound].
func (p *Pending) Incident(ctx context.Context, opts ...poll.Option) (*services.Result[Incident], error) {
	return p.Entity(ctx, opts...)
}

// Resume returns the change that was accepted under a request id, perhaps by
// another process. It sends nothing; an empty id is refused by the first wait.
func (s *Service) Resume(requestID string) *Pending { return s.changes.Resume(requestID) }

func (s *Service) accept(ctx context.Context, route string, in any, repeat services.Repeat) (*Pending, error) {
	return s.changes.Accept(ctx, route, in, repeat)
}

// tracker says how changes are followed.
func (s *Service) tracker() *services.Tracker[RequestStatus, Incident, Pending] {
	return services.NewTracker(s.client, "GET /v1/incidents/requests/{requestId}",
		func(p *services.Pending[RequestStatus, Incident]) *Pending { return &Pending{p} },
		func(ctx context.Context, id string) (*services.Result[Incident], error) {
			return s.Get(ctx, GetRequest{Ref: ByID(id)})
		})
}

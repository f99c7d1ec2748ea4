// Package deployment is the Deployment API: which release went where, so that
// incidents can be laid beside it.
//
// Writes are asynchronous: they return a [Pending]. The documentation names no
// rate-limit domain for these calls: they count in the domain other.
package deployment

import (
	"context"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
)

// A Service calls the Deployment API. It is safe for concurrent use. [New] makes
// one.
type Service struct {
	client  *services.Client
	changes *services.Tracker[RequestStatus, Deployment, Pending]
}

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client) *Service {
	s := &Service{client: client}
	s.changes = s.tracker()
	return s
}

// Create reports a deployment. Whether the server tells copies with the same
// external id from each other is not documented, so that after a lost answer
// there is no repeat. Asynchronous.
//
// API: https://docs.opsgenie.com/docs/deployment-api#create-deployment
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	return s.accept(ctx, "POST /v2/deployments", in, in.repeat())
}

// Get reads one deployment.
//
// API: https://docs.opsgenie.com/docs/deployment-api#get-deployment
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Deployment], error) {
	in.Ref = in.Ref.forGet()
	return services.Do[Deployment](ctx, s.client, "GET /v2/deployments/{identifier}", in, services.ByMethod)
}

// UpdateState says how far a deployment came. Asynchronous; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/deployment-api#update-deployment-state
func (s *Service) UpdateState(ctx context.Context, in UpdateStateRequest) (*Pending, error) {
	return s.accept(ctx, "PUT /v2/deployments/{identifier}/updateState", in, services.ByMethod)
}

// GetRequestStatus asks what became of an asynchronous request: once, where a
// [Pending] polls. While the request waits, the error Is
// [services.ErrNotProcessed]. A request that failed is no error here: see
// IsSuccess.
//
// API: https://docs.opsgenie.com/docs/deployment-api#get-request-status
func (s *Service) GetRequestStatus(ctx context.Context, requestID string) (*services.Result[RequestStatus], error) {
	return s.changes.Status(ctx, requestID)
}

// A Pending is a change that the server accepted and works on later: Wait polls
// for its outcome, once for all who ask, ID returns the deployment's id, and
// RequestID resumes the wait in another process. A change that failed for good
// is a [shape.ActionError]. It is safe for concurrent use.
type Pending struct {
	*services.Pending[RequestStatus, Deployment]
}

// Deployment reads the deployment that the change was about, as it is now, after
// waiting as Wait does if need be.
func (p *Pending) Deployment(ctx context.Context, opts ...poll.Option) (*services.Result[Deployment], error) {
	return p.Entity(ctx, opts...)
}

// Resume returns the change that was accepted under a request id, perhaps by
// another process. It sends nothing; an empty id is refused by the first wait.
func (s *Service) Resume(requestID string) *Pending { return s.changes.Resume(requestID) }

func (s *Service) accept(ctx context.Context, route string, in any, repeat services.Repeat) (*Pending, error) {
	return s.changes.Accept(ctx, route, in, repeat)
}

// tracker says how changes are followed.
func (s *Service) tracker() *services.Tracker[RequestStatus, Deployment, Pending] {
	return services.NewTracker(s.client, "GET /v2/deployments/requests/{requestId}",
		func(p *services.Pending[RequestStatus, Deployment]) *Pending { return &Pending{p} },
		func(ctx context.Context, id string) (*services.Result[Deployment], error) {
			return s.Get(ctx, GetRequest{Ref: ByID(id)})
		})
}

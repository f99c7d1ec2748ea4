// Package alert is the Alert API: to create alerts, act on them, and read them
// with their notes, logs, recipients and attachments. The saved searches for
// alerts are in package savedsearch.
//
// Writes are asynchronous, but for attachments: they return a [Pending].
package alert

import (
	"context"
	"iter"

	"github.com/google/uuid"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/services"
)

// A Service calls the Alert API. It is safe for concurrent use. [New] makes one.
type Service struct {
	client    *services.Client
	changes   *services.Tracker[RequestStatus, Alert, Pending]
	autoAlias bool
}

// An Option sets what [New] makes.
type Option func(*Service)

// WithAutoAlias gives an alert that is created without an alias a random one (a
// UUID), so that its creation can be repeated without a second alert.
func WithAutoAlias() Option { return func(s *Service) { s.autoAlias = true } }

// New returns a service that calls by client, whose codec must be Opsgenie's.
func New(client *services.Client, opts ...Option) *Service {
	s := &Service{client: client}
	s.changes = s.tracker()
	for _, opt := range opts {
		if opt != nil {
			opt(s)
		}
	}
	return s
}

const listRoute = "GET /v2/alerts"

// Create creates an alert; of the request only the message is required. While an
// alert with the same alias is open, none is created: its count rises by one.
// Asynchronous; domain alert. With an alias a repeat is harmless; without one it
// would be a second alert, so only answers of 429 and 503 are retried: see
// [WithAutoAlias].
//
// API: https://docs.opsgenie.com/docs/alert-api#create-alert
func (s *Service) Create(ctx context.Context, in CreateRequest) (*Pending, error) {
	if s.autoAlias && in.Alias == "" {
		in.Alias = uuid.NewString()
	}
	return s.accept(ctx, "POST /v2/alerts", in, in.repeat())
}

// Get reads one alert. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api#get-alert
func (s *Service) Get(ctx context.Context, in GetRequest) (*services.Result[Alert], error) {
	return services.Do[Alert](ctx, s.client, "GET /v2/alerts/{identifier}", in, services.ByMethod)
}

// List returns one page of the alerts that match, without the fields that only
// Get has. Domain search.
//
// API: https://docs.opsgenie.com/docs/alert-api#list-alerts
func (s *Service) List(ctx context.Context, in ListRequest) (*services.Result[[]Alert], error) {
	return services.Do[[]Alert](ctx, s.client, listRoute, in, services.ByMethod)
}

// All returns all alerts that match, page after page; see [services.All].
func (s *Service) All(ctx context.Context, in ListRequest) iter.Seq2[Alert, error] {
	return services.All[Alert](ctx, s.client, listRoute, in)
}

// Count returns how many alerts match. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api#count-alerts
func (s *Service) Count(ctx context.Context, in CountRequest) (*services.Result[int], error) {
	got, err := services.Do[struct {
		Count int `json:"count"`
	}](ctx, s.client, "GET /v2/alerts/count", in, services.ByMethod)
	if err != nil {
		return nil, err
	}
	return &services.Result[int]{Value: got.Value.Count, Meta: got.Meta}, nil
}

// Delete deletes an alert. Asynchronous; domain alert; a repeat is harmless.
//
// API: https://docs.opsgenie.com/docs/alert-api#delete-alert
func (s *Service) Delete(ctx context.Context, in DeleteRequest) (*Pending, error) {
	return s.accept(ctx, "DELETE /v2/alerts/{identifier}", in, services.ByMethod)
}

// GetRequestStatus asks what became of an asynchronous request: once, where a
// [Pending] polls. While the request waits, the error Is
// [services.ErrNotProcessed]. A request that failed is no error here: see
// IsSuccess. Domain alert.
//
// API: https://docs.opsgenie.com/docs/alert-api#get-request-status
func (s *Service) GetRequestStatus(ctx context.Context, requestID string) (*services.Result[RequestStatus], error) {
	return s.changes.Status(ctx, requestID)
}

// A Pending is a change that the server accepted and works on later: Wait polls
// for its outcome, once for all who ask, ID returns the alert's id, and
// RequestID resumes the wait in another process. A change that failed for good
// is a [shape.ActionError]. It is safe for concurrent use.
type Pending struct {
	*services.Pending[RequestStatus, Alert]
}

// Alert reads the alert that the change was about, as it is now, after waiting
// as Wait does if need be. After a deletion the error Is [services.ErrNotFound].
func (p *Pending) Alert(ctx context.Context, opts ...poll.Option) (*services.Result[Alert], error) {
	return p.Entity(ctx, opts...)
}

// Resume returns the change that was accepted under a request id, perhaps by
// another process. It sends nothing; an empty id is refused by the first wait.
func (s *Service) Resume(requestID string) *Pending { return s.changes.Resume(requestID) }

func (s *Service) accept(ctx context.Context, route string, in any, repeat services.Repeat) (*Pending, error) {
	return s.changes.Accept(ctx, route, in, repeat)
}

// tracker says how changes are followed.
func (s *Service) tracker() *services.Tracker[RequestStatus, Alert, Pending] {
	return services.NewTracker(s.client, "GET /v2/alerts/requests/{requestId}",
		func(p *services.Pending[RequestStatus, Alert]) *Pending { return &Pending{p} },
		func(ctx context.Context, id string) (*services.Result[Alert], error) {
			return s.Get(ctx, GetRequest{Ref: ByID(id)})
		})
}

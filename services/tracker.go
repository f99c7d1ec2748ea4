package services

import "context"

// A Status is what the status endpoint of an asynchronous request returns once the request
// was processed. If the endpoint returns it earlier too, it also has a method Processed() bool,
// and a wait goes on while that returns false.
type Status interface {
	EntityID() string // id of the entity that the request was about; empty if the request failed
	Failure() error   // why the request failed for good; nil if it succeeded
}

// A Tracker sends a service's asynchronous requests, and follows those that were accepted. S
// is the response of the status endpoint, E the entity that a request is about, and P the
// service's form of a [Pending]. [NewTracker] returns one. It is safe for concurrent use. Most
// programs do not need it: services return pending requests.
type Tracker[S Status, E, P any] struct {
	follower[S, E]

	own func(*Pending[S, E]) *P
}

// A follower polls for the outcome of requests.
type follower[S Status, E any] struct {
	client *Client
	route  string // of the status endpoint
	fetch  func(ctx context.Context, id string) (*Result[E], error)
	ask    func(requestID string) any // makes the request for the status
}

// NewTracker returns a tracker. The route is that of the status endpoint, a GET with the
// parameter {requestId}; while a request waits, its error matches [ErrNotProcessed]. Own makes
// the service's form of a pending request, and fetch gets the entity with an id. Each wait
// begins with the client's polling options: see [WithPolling].
func NewTracker[S Status, E, P any](c *Client, route string, own func(*Pending[S, E]) *P,
	fetch func(ctx context.Context, id string) (*Result[E], error),
) *Tracker[S, E, P] {
	ask := func(requestID string) any { return statusRequest{requestID} }
	return &Tracker[S, E, P]{follower[S, E]{client: c, route: route, fetch: fetch, ask: ask}, own}
}

// WithStatusRequest returns a tracker like t that makes the request for the status of a
// request by ask, whose result is an argument of [Do]. Use it if the route of the status
// endpoint has more parameters than {requestId}.
func (t *Tracker[S, E, P]) WithStatusRequest(ask func(requestID string) any) *Tracker[S, E, P] {
	other := *t
	other.ask = ask
	return &other
}

// Accept sends an operation that the server accepts and works on later. Its arguments and
// errors are those of [Do]. If the response has no request id, errors.Is matches [ErrResponse].
func (t *Tracker[S, E, P]) Accept(ctx context.Context, route string, in any, repeat Repeat) (*P, error) {
	got, err := Do[None](ctx, t.client, route, in, repeat)
	if err != nil {
		return nil, err
	}
	if got.Meta.RequestID == "" {
		return nil, failure(got.Meta, ErrResponse, errNoRequestID)
	}
	return t.own(&Pending[S, E]{RequestID: got.Meta.RequestID, Meta: got.Meta, follower: &t.follower}), nil
}

// Resume returns the request that was accepted under an id, perhaps by another process. It
// sends nothing; an empty id is refused by the first wait.
func (t *Tracker[S, E, P]) Resume(requestID string) *P {
	return t.own(&Pending[S, E]{RequestID: requestID, follower: &t.follower})
}

// Status requests the status of an asynchronous request once. While it waits, errors.Is matches
// [ErrNotProcessed]. A request that failed is not an error here.
func (f *follower[S, E]) Status(ctx context.Context, requestID string) (*Result[S], error) {
	return Do[S](ctx, f.client, f.route, f.ask(requestID), ByMethod)
}

type statusRequest struct {
	RequestID string `path:"requestId"`
}

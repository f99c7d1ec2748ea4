package services

import "context"

// A Tracker is what a service with asynchronous requests stands on: it sends
// them, and makes of each that was accepted a pending one. S and E are those of
// [Tracking]; P is the service's own form of a [Pending], which calls the entity
// by its name. All fields must be set, but for Poll; then it is safe for
// concurrent use.
type Tracker[S, E, P any] struct {
	Client *Client
	Tracking[S, E]
	// Own makes the service's own of a pending request.
	Own func(p *Pending[S, E]) *P
}

// Accept sends an operation that the server accepts and works on later. Its
// arguments and errors are those of [Do].
func (t *Tracker[S, E, P]) Accept(ctx context.Context, route string, in any) (*P, error) {
	got, err := Do[None](ctx, t.Client, route, in)
	if err != nil {
		return nil, err
	}
	return t.Own(NewPending(got.Meta.RequestID, got.Meta, t.Tracking)), nil
}

// Resume returns the request that was accepted under an id, perhaps by another
// process. It sends nothing; an empty id is refused by the first wait.
func (t *Tracker[S, E, P]) Resume(requestID string) *P {
	return t.Own(NewPending(requestID, Metadata{}, t.Tracking))
}

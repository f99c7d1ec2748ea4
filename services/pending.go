package services

import (
	"context"
	"errors"
	"sync"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/transport/layer"
)

// Tracking says how a vendor's asynchronous request is followed: S is what its
// status endpoint answers, E the entity that the request was about.
type Tracking[S, E any] struct {
	// Status asks once. While the request waits, its error Is [ErrNotProcessed];
	// any other error ends the wait, but not for good.
	Status func(ctx context.Context, requestID string) (*Result[S], error)
	// Verdict returns the final failure that the status of a request tells of, or nil.
	Verdict func(requestID string, status *Result[S]) error
	// ID returns the id of the entity.
	ID func(status S) string
	// Fetch gets the entity.
	Fetch func(ctx context.Context, id string) (*Result[E], error)
	// Poll are the options that each wait begins with.
	Poll []poll.Option
}

// A Pending is a request that the server accepted and works on later. It polls
// for the outcome when it is asked, once for all who ask, and remembers it. It is
// safe for concurrent use.
type Pending[S, E any] struct {
	RequestID string   // resumes the wait in another process
	Meta      Metadata // of the call that was accepted; zero when resumed

	tracking Tracking[S, E]

	mu    sync.Mutex
	round *round[S] // the polling that runs or that settled; nil if neither
}

// A round is one polling that several callers may wait for.
type round[S any] struct {
	done    chan struct{} // closed when the fields below are set
	status  *Result[S]
	err     error
	dropped bool // the caller who polled left; another must go on
}

// NewPending returns the request with this id. All functions of tracking must be
// set; an empty requestID is refused by the first wait.
func NewPending[S, E any](requestID string, meta Metadata, tracking Tracking[S, E]) *Pending[S, E] {
	return &Pending[S, E]{RequestID: requestID, Meta: meta, tracking: tracking}
}

// Wait polls until the request was processed and returns its status, or the
// final failure that the vendor's Verdict makes of it. Both are remembered:
// later calls return them at once. Callers that wait at the same time share one
// polling, with the options of the one that began it; each leaves when its own
// ctx ends. When the retries are used up the error Is [poll.ErrUnsettled]; that
// and errors of the network are not remembered, so Wait may be called again.
func (p *Pending[S, E]) Wait(ctx context.Context, opts ...poll.Option) (*Result[S], error) {
	if p.RequestID == "" {
		return nil, &ArgumentError{Field: "requestId", Problem: "is required"}
	}
	ctx = layer.Detach(ctx) // each probe is a call of its own
	for {
		r, first := p.join()
		if first {
			p.poll(ctx, r, opts)
			return r.status, r.err
		}
		select {
		case <-r.done:
			if !r.dropped {
				return r.status, r.err
			}
		case <-ctx.Done():
			return nil, ended(ctx, errors.New("services: wait for request: another caller polls"))
		}
	}
}

// join returns the round that runs or settled, or a new one that the caller has
// to run.
func (p *Pending[S, E]) join() (r *round[S], first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.round == nil {
		p.round = &round[S]{done: make(chan struct{}), dropped: true}
		return p.round, true
	}
	return p.round, false
}

// poll runs a round. It ends the round even if a probe panics, as dropped then.
func (p *Pending[S, E]) poll(ctx context.Context, r *round[S], opts []poll.Option) {
	settled := false
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if !settled {
			p.round = nil
		}
		close(r.done)
	}()
	opts = append(append([]poll.Option(nil), p.tracking.Poll...), opts...)
	r.status, r.err = poll.Until(ctx, func(ctx context.Context) (*Result[S], bool, error) {
		status, err := p.tracking.Status(ctx, p.RequestID)
		return status, !errors.Is(err, ErrNotProcessed), err
	}, opts...)
	r.dropped = false
	if r.err != nil {
		unsettled, ok := errors.AsType[*poll.UnsettledError](r.err)
		r.dropped = ctx.Err() != nil || ok && unsettled.Cause != nil // this caller's time is up, not the others'
		r.status = nil
		return
	}
	settled = true
	if r.err = p.tracking.Verdict(p.RequestID, r.status); r.err != nil {
		r.status = nil
	}
}

// ID returns the id of the entity that the request was about. It waits as
// [Pending.Wait] does if need be.
func (p *Pending[S, E]) ID(ctx context.Context, opts ...poll.Option) (string, error) {
	status, err := p.Wait(ctx, opts...)
	if err != nil {
		return "", err
	}
	return p.tracking.ID(status.Value), nil
}

// Entity gets the entity that the request was about, as it is now. It waits as
// [Pending.Wait] does if need be.
func (p *Pending[S, E]) Entity(ctx context.Context, opts ...poll.Option) (*Result[E], error) {
	id, err := p.ID(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return p.tracking.Fetch(ctx, id)
}

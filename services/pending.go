package services

import (
	"context"
	"errors"
	"sync"

	"github.com/tripware/tripware/poll"
	"github.com/tripware/tripware/transport/layer"
)

// A Pending is a request that the server accepted and works on later. Its methods poll for the
// outcome, once for all callers, and remember it. It is safe for concurrent use.
type Pending[S Status, E any] struct {
	RequestID string   // resumes the wait in another process
	Meta      Metadata // of the call that was accepted; zero when resumed

	follower *follower[S, E]

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

// Wait polls until the request was processed and returns its status. If the request failed for
// good, errors.Is matches [ErrFailed]. Either outcome is remembered: later calls return it at
// once. Callers that wait at the same time share one polling, with the options of the one that
// began it; each leaves when its own ctx ends. When the retries are used up, errors.Is matches
// [poll.ErrUnsettled]; that and errors of the network are not remembered, so Wait may be called
// again.
func (p *Pending[S, E]) Wait(ctx context.Context, opts ...poll.Option) (*Result[S], error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	ctx = layer.Detach(ctx) // each probe is a separate call
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

// check refuses a request that cannot be followed: one without an id, and the zero value.
func (p *Pending[S, E]) check() error {
	var f faults
	switch {
	case p == nil || p.follower == nil:
		f.add("pending", "is the zero value: use the one that the service returned")
		return &Error{Route: "pending request", Kind: ErrArgument, Err: f}
	case p.RequestID == "":
		f.add("requestId", "is required")
		return &Error{Route: p.follower.route, Kind: ErrArgument, Err: f}
	}
	return nil
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
	opts = append(append([]poll.Option(nil), p.follower.client.polling...), opts...)
	r.status, r.err = poll.Until(ctx, func(ctx context.Context) (*Result[S], bool, error) {
		status, err := p.follower.Status(ctx, p.RequestID)
		return status, !errors.Is(err, ErrNotProcessed) && (err != nil || processed(status.Value)), err
	}, opts...)
	r.dropped = false
	if r.err != nil {
		unsettled, ok := errors.AsType[*poll.UnsettledError](r.err)
		r.dropped = ctx.Err() != nil || ok && unsettled.Cause != nil // this caller's time is up, not the others'
		r.status = nil
		return
	}
	settled = true
	if r.err = failed(r.status.Meta, p.RequestID, r.status.Value.Failure()); r.err != nil {
		r.status = nil
	}
}

// processed reports whether a status is the final one.
func processed(status any) bool {
	s, says := status.(interface{ Processed() bool })
	return !says || s.Processed()
}

// ID returns the id of the entity that the request was about. It waits as [Pending.Wait] does
// if need be. If the request succeeded without naming an entity, errors.Is matches
// [ErrResponse].
func (p *Pending[S, E]) ID(ctx context.Context, opts ...poll.Option) (string, error) {
	status, err := p.Wait(ctx, opts...)
	if err != nil {
		return "", err
	}
	if id := status.Value.EntityID(); id != "" {
		return id, nil
	}
	return "", failure(status.Meta, ErrResponse, errNoEntityID)
}

// Entity gets the entity that the request was about, as it is now. It waits as [Pending.Wait]
// does if need be.
func (p *Pending[S, E]) Entity(ctx context.Context, opts ...poll.Option) (*Result[E], error) {
	id, err := p.ID(ctx, opts...)
	if err != nil {
		return nil, err
	}
	return p.follower.fetch(ctx, id)
}

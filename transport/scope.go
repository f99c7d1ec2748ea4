package transport

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// nodeOf returns the nearest node of ctx (see [record.Key]): a *begun, a *scope, an
// *outside, a *detached, or one of package record.
func nodeOf(ctx context.Context) any {
	switch ctx.(type) { // usually ctx is the node itself
	case *scope, *begun, *outside, *detached:
		return ctx
	}
	return ctx.Value(record.Key{})
}

// begun is the context that [Begin] returns.
type begun struct {
	context.Context

	call *Call
}

func (b *begun) Value(key any) any {
	if key == (record.Key{}) {
		return b
	}
	return b.Context.Value(key)
}

// A scope is the context of one round trip through a chain, or through a retry loop without
// a chain. It holds the original request, the record, and the state of the retry loop.
// Several round trips may share a record.
type scope struct {
	parent

	call  *Call
	chain *chain       // the chain that opened it; nil for a loop without a chain
	req   http.Request // the original request, with this context
	sent  http.Request // the first request that is sent: see nextSent
	loop  loop
}

// A parent is the context of the request that a round trip was given. It is one word long;
// a context would be two.
type parent struct{ given *http.Request }

func (p parent) context() context.Context             { return p.given.Context() }
func (p parent) Deadline() (at time.Time, bound bool) { return p.context().Deadline() }
func (p parent) Done() <-chan struct{}                { return p.context().Done() }
func (p parent) Err() error                           { return p.context().Err() }

func (s *scope) Value(key any) any {
	switch key {
	case record.Key{}:
		return s
	case legKey{}: // a leg belongs to one round trip
		return nil
	case transactionKey{}: // for a new request that a layer makes
		if s.call.open() {
			return s.call.TransactionID()
		}
	}
	return s.context().Value(key)
}

// outside is the result of layer.Detach for a scope: its context without the record.
type outside scope

func (o *outside) Value(key any) any {
	switch key {
	case record.Key{}:
		return o
	case transactionKey{}:
		return o.call.TransactionID()
	}
	return o.context().Value(key)
}

// detached is the result of layer.Detach for a context made from a scope.
type detached struct {
	context.Context

	call *Call // for the transaction id
}

func (d *detached) Value(key any) any {
	switch key {
	case record.Key{}:
		return d
	case transactionKey{}:
		return d.call.TransactionID()
	}
	return d.Context.Value(key)
}

// unbegun is the result of layer.Detach for a context made from a begun one.
type unbegun struct{ context.Context }

func (u *unbegun) Value(key any) any {
	if key == (record.Key{}) {
		return record.Boundary(u.Context)
	}
	return u.Context.Value(key)
}

// Begin opens a record and returns a context with it. All round trips made with this
// context, in sequence (such as redirects) or in parallel, are written to the record until
// [Call.End] is called. Most programs do not need Begin: without it, the outermost [Chain]
// opens a record for each round trip.
func Begin(ctx context.Context) (context.Context, *Call) {
	b := &begunCall{epoch: time.Now()}
	b.ctx = begun{ctx, &b.call}
	b.call.rest, b.rest.facts, b.rest.vendor = &b.rest, b.room[:0], &b.vendor
	b.call.begin(ctx, &b.epoch)
	return &b.ctx, &b.call
}

// CallFrom returns the call record of ctx, or nil if there is none.
func CallFrom(ctx context.Context) *Call {
	switch node := nodeOf(ctx).(type) {
	case *scope:
		return node.call
	case *begun:
		return node.call
	}
	return nil
}

func scopeFrom(ctx context.Context) *scope {
	s, _ := nodeOf(ctx).(*scope)
	return s
}

// begunFor returns the open record from Begin that a round trip below node belongs to, or
// nil. The node may be another round trip with that record, which has ended.
func begunFor(node any) *Call {
	var call *Call
	switch node := node.(type) {
	case *begun:
		call = node.call
	case *scope:
		if node.over() && !node.call.opened {
			call = node.call
		}
	}
	if call.open() {
		return call
	}
	return nil
}

// end ends the round trip, and seals the record if it was opened for this round trip.
func (s *scope) end() {
	if s.call.opened {
		s.loop.state.Store(loopOver)
		s.call.End()
		return
	}
	s.leave()
	s.call.write(func() {
		if r := s.call.rarities(); r != nil && len(r.changed) > 0 {
			r.changed = slices.DeleteFunc(r.changed, func(to changed) bool { return to.scope == s })
		}
	})
}

func (s *scope) over() bool { return s.loop.state.Load() == loopOver }

// carries reports whether req is the request of the running round trip s, or a copy of it:
// one with the same method and URL. Any other request with its context is a new one that a
// layer makes.
func (s *scope) carries(req *http.Request) bool {
	return !s.over() && (sameTarget(&s.req, req) || s.changed(req))
}

// sendsFor records the request that a loop was given, if layers above the loop have changed
// its method or URL.
func (s *scope) sendsFor(req *http.Request) {
	if req.URL == s.req.URL && req.Method == s.req.Method {
		return
	}
	s.call.write(func() {
		r := s.call.rarely()
		r.changed = append(r.changed, changed{s, req})
	})
}

// changed is a request with another method or URL that belongs to the round trip of scope.
type changed struct {
	scope *scope
	req   *http.Request
}

func (s *scope) changed(req *http.Request) bool {
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rarities()
	return r != nil && slices.ContainsFunc(r.changed, func(to changed) bool {
		return to.scope == s && sameTarget(to.req, req)
	})
}

func sameTarget(a, b *http.Request) bool {
	if cmp.Or(a.Method, http.MethodGet) != cmp.Or(b.Method, http.MethodGet) {
		return false
	}
	return a.URL == b.URL || a.URL != nil && b.URL != nil && a.URL.String() == b.URL.String()
}

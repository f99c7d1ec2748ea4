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
	switch ctx.(type) { // as it mostly is: nothing to search
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

// A scope is the context of one round trip through a chain, or through a loop
// without one: the request as it was given, the record that it belongs to, and
// the state of its retry loop. Several round trips may share a record.
type scope struct {
	parent

	call  *Call
	chain *chain       // that opened it; nil: a loop did
	req   http.Request // as it was given, with this context
	sent  http.Request // the first that is sent: see nextSent
	loop  loop
}

// A parent is the context of the request that a round trip was given. It takes a word
// where the context would take two.
type parent struct{ given *http.Request }

func (p parent) context() context.Context             { return p.given.Context() }
func (p parent) Deadline() (at time.Time, bound bool) { return p.context().Deadline() }
func (p parent) Done() <-chan struct{}                { return p.context().Done() }
func (p parent) Err() error                           { return p.context().Err() }

func (s *scope) Value(key any) any {
	switch key {
	case record.Key{}:
		return s
	case transactionKey{}: // of a request that a layer makes anew
		if s.call.open() {
			return s.call.TransactionID()
		}
	}
	return s.context().Value(key)
}

// outside is what layer.Detach makes of a scope: the same context without the record.
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

// detached is what layer.Detach makes of a context that lies below a scope.
type detached struct {
	context.Context

	call *Call // whose transaction id goes on
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

// unbegun is what layer.Detach makes of a context that lies below a begun one.
type unbegun struct{ context.Context }

func (u *unbegun) Value(key any) any {
	if key == (record.Key{}) {
		return record.Boundary(u.Context)
	}
	return u.Context.Value(key)
}

// Begin opens the record of a call and returns a context that carries it: all
// round trips made with that context belong to the call, one after the other
// (redirects) or at the same time, until [Call.End]. It is optional: else the
// outermost [Chain] opens a record per round trip.
func Begin(ctx context.Context) (context.Context, *Call) {
	b := &struct {
		call  Call
		ctx   begun
		epoch time.Time
	}{epoch: time.Now()}
	b.ctx = begun{ctx, &b.call}
	b.call.begin(ctx, &b.epoch)
	return &b.ctx, &b.call
}

// CallFrom returns the record that ctx carries, or nil.
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

// begunFor returns the record that a round trip below node belongs to: one that was
// begun and is open. The node may be that of another round trip, once that is over.
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

// end says that the round trip is over, and seals a record that is its own.
func (s *scope) end() {
	s.loop.state.Store(loopOver)
	if s.call.opened {
		s.call.End()
		return
	}
	s.call.write(func() {
		if r := s.call.rest; r != nil && len(r.changed) > 0 {
			r.changed = slices.DeleteFunc(r.changed, func(to changed) bool { return to.scope == s })
		}
	})
}

func (s *scope) over() bool { return s.loop.state.Load() == loopOver }

// carries reports whether req is what the round trip of s, which is not over,
// hands down: the same method and URL, whatever copies were made. Another
// request with its context is one that a layer makes anew.
func (s *scope) carries(req *http.Request) bool {
	return !s.over() && (sameTarget(&s.req, req) || s.changed(req))
}

// sendsFor notes the request that a loop was given, where layers above the loop
// have changed its method or URL.
func (s *scope) sendsFor(req *http.Request) {
	if req.URL == s.req.URL && req.Method == s.req.Method {
		return
	}
	s.call.write(func() {
		r := s.call.others()
		r.changed = append(r.changed, changed{s, req})
	})
}

// changed is the request that the loop of a scope was given.
type changed struct {
	scope *scope
	req   *http.Request
}

func (s *scope) changed(req *http.Request) bool {
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rest != nil && slices.ContainsFunc(c.rest.changed, func(to changed) bool {
		return to.scope == s && sameTarget(to.req, req)
	})
}

func sameTarget(a, b *http.Request) bool {
	if cmp.Or(a.Method, http.MethodGet) != cmp.Or(b.Method, http.MethodGet) {
		return false
	}
	return a.URL == b.URL || a.URL != nil && b.URL != nil && a.URL.String() == b.URL.String()
}

// Package transport is the ground that every decorator stands on: the
// [Middleware] shape and the [Chain] that stacks it, the record of one call
// ([Call]), and the identity that all attempts of a call share. Package layer has
// more for authors of decorators, and package network builds the base.
//
// It imports no other package of this module but layer, redact and internal ones,
// so a decorator of your own needs nothing else.
package transport

import (
	"cmp"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tripware/tripware/internal/mistake"
	"github.com/tripware/tripware/transport/layer"
)

// A Middleware wraps a RoundTripper in another that adds one behaviour.
type Middleware func(next http.RoundTripper) http.RoundTripper

// RoundTripperFunc makes a function an [http.RoundTripper].
type RoundTripperFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTripperFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Chain stacks middlewares on base. They are listed in the order in which a
// request meets them: the first is outermost, the last stands next to base.
// A nil base means [http.DefaultTransport]; nil middlewares are skipped.
//
// The outermost chain opens the record of a call, unless [Begin] did, and its
// errors carry it (see [CallOfError]). A chain prints as its order. It is safe
// for concurrent use if its layers are.
//
// A middleware that returns no RoundTripper, or a nil pointer, makes the chain
// refuse every call with an error that has its number, counted from 1 among all
// that were given; [Check] reports it. So does a base that is a nil pointer.
func Chain(base http.RoundTripper, middlewares ...Middleware) http.RoundTripper {
	base = cmp.Or[http.RoundTripper](base, http.DefaultTransport)
	if mistake.NilInside(base) {
		fault := fmt.Errorf("transport: build chain: the base is a nil %T", base)
		base = refuse(RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, fault }), fault)
	}
	c := &chain{base: layer.Link{Next: base}, epoch: time.Now()}
	top := base
	counts := chainBelow(base) == nil // else the chain below counts the attempts
	c.nests = !counts
	if counts {
		top = &sender{Link: layer.NewLink("send", layer.Anywhere, base), chain: c}
	}
	for i, mw := range slices.Backward(middlewares) {
		if mw == nil {
			continue
		}
		next := top
		rt := mw(next)
		if mistake.NilInside(rt) {
			rt = refuse(next, fmt.Errorf("transport: build chain: middleware %d of %d returned no round tripper", i+1, len(middlewares)))
		}
		if top = identified(rt); top == next {
			continue // it put up no layer
		}
		c.layers = append(c.layers, top)
	}
	slices.Reverse(c.layers)
	c.top = layer.Link{Next: top}
	c.placed = !c.nests && !slices.ContainsFunc(c.layers, foreignTo)
	if i, ok := top.(*identity); ok && c.placed && i.Fault() == nil {
		c.late = i
	}
	return c
}

// foreignTo reports whether a layer has no place in the standing order. It may look
// at the headers that [Identity] adds, and take time before it forwards a request.
func foreignTo(rt http.RoundTripper) bool { return placeOf(rt) == layer.Anywhere }

// identified returns rt, or what stands for it where Go cannot compare it: a function, say.
func identified(rt http.RoundTripper) http.RoundTripper {
	if reflect.ValueOf(rt).Comparable() {
		return rt
	}
	return &foreign{rt}
}

type foreign struct{ http.RoundTripper }

func (f *foreign) Layer() string { return layerName(f.RoundTripper) }

func (f *foreign) Unwrap() http.RoundTripper { return Unwrap(f.RoundTripper) }

func (f *foreign) CloseIdleConnections() {
	below := layer.Link{Next: f.RoundTripper}
	below.CloseIdleConnections()
}

type chain struct {
	top    layer.Link          // leads to the outermost layer
	base   layer.Link          // leads to the base
	late   *identity           // the top layer, where its headers may be added next to the base: see outgoing
	layers []http.RoundTripper // outermost first, without base; foreign ones too
	epoch  time.Time           // what the records that it opens count from
	nests  bool                // its base is another chain
	placed bool                // all layers have a place in the standing order
}

func (c *chain) isPlaced() bool { return c != nil && c.placed }

// RoundTrip sends req down the stack and keeps the record of the call.
func (c *chain) RoundTrip(req *http.Request) (*http.Response, error) {
	node := nodeOf(req.Context())
	if s, ok := node.(*scope); ok && s.carries(req) { // there is a chain above
		resp, err := c.top.Send(req)
		return resp, s.call.attach(err)
	}
	s := newScope(req, node, c, &c.epoch)
	defer s.end()
	below := &c.top
	if c.late != nil {
		c.late.identify(s.call, req)
		below = &c.late.Link
	}
	resp, err := below.Send(&s.req)
	return layer.Restore(resp, &s.req), s.call.attach(err) // the response leads to the record
}

// Unwrap returns the outermost layer.
func (c *chain) Unwrap() http.RoundTripper { return c.top.Next }

// CloseIdleConnections closes the idle connections of the base itself, since a
// foreign layer between may not forward the call, and tells the foreign layers,
// which may have connections of their own.
func (c *chain) CloseIdleConnections() {
	for _, rt := range c.layers {
		if i, ok := rt.(interface{ CloseIdleConnections() }); ok && placeOf(rt) == layer.Anywhere {
			i.CloseIdleConnections()
		}
	}
	c.base.CloseIdleConnections()
}

// String lists the layers in the order in which a request meets them.
func (c *chain) String() string {
	var b strings.Builder
	for _, rt := range c.layers {
		b.WriteString(layerName(rt))
		b.WriteString(" > ")
	}
	b.WriteString(layerName(c.base.Next))
	return b.String()
}

// sender is the last layer above the base: what passes it is an attempt.
type sender struct {
	layer.Link

	chain *chain
}

func (s *sender) RoundTrip(req *http.Request) (*http.Response, error) {
	of := scopeFrom(req.Context())
	if of == nil {
		resp, err := s.Send(req)
		if err != nil {
			err = namedProxy(s.Next, req, err)
		}
		return resp, err
	}
	n, claim := of.beginAttempt(s.chain)
	resp, err := s.Send(of.Outgoing(req))
	if err != nil {
		err = namedProxy(s.Next, req, err)
	}
	of.endAttempt(n, claim, resp, err)
	return layer.Restore(resp, req), err
}

// refusal stands in for a layer that could not be built.
type refusal struct{ layer.Link }

func refuse(next http.RoundTripper, fault error) *refusal {
	return &refusal{Link: layer.NewLink("nothing", layer.Anywhere, next, fault)}
}

func (r *refusal) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, layer.Refuse(req, r.Fault())
}

// Unwrap returns the layer that rt decorates, or nil when rt is a base or a
// decorator that does not say.
func Unwrap(rt http.RoundTripper) http.RoundTripper {
	if u, ok := rt.(interface{ Unwrap() http.RoundTripper }); ok {
		return u.Unwrap()
	}
	return nil
}

// Layers returns rt and all that it decorates, outermost first. Inside a chain
// it sees past foreign layers that have no Unwrap method.
func Layers(rt http.RoundTripper) []http.RoundTripper {
	var found []http.RoundTripper
	for depth := 0; rt != nil && depth < maxLayers; depth++ {
		if c, ok := rt.(*chain); ok {
			found = append(found, c.layers...)
			rt = c.base.Next
			continue
		}
		found = append(found, rt)
		rt = Unwrap(rt)
	}
	return found
}

// maxLayers ends the walk through decorators that unwrap to themselves.
const maxLayers = 1 << 10

func chainBelow(rt http.RoundTripper) *chain {
	for depth := 0; rt != nil && depth < maxLayers; depth++ {
		if c, ok := rt.(*chain); ok {
			return c
		}
		rt = Unwrap(rt)
	}
	return nil
}

func layerName(rt http.RoundTripper) string {
	switch l := rt.(type) {
	case interface{ Layer() string }:
		return l.Layer()
	case *chain:
		return l.String()
	default:
		return fmt.Sprintf("%T", rt)
	}
}

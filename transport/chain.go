// Package transport combines decorators of [http.RoundTripper] and keeps a record of each
// call.
//
// For most uses call [Chain] with the middlewares that you need, such as retry.New, and
// set the result as the Transport of an [http.Client]. After a call, [CallOf] returns its
// record from the response, and [CallOfError] from the error: the attempts, the waits and
// the transaction id. To use one record for all hops of a redirect, or for several
// requests, call [Begin].
//
// [Identity] sends a transaction id and default headers. [Check] finds invalid settings
// before the first call. [ParseRateLimit] and [RetryAfter] read response headers.
//
// Package layer helps to write decorators, and package network creates the base. Of this
// module, transport imports only layer, redact and internal packages.
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

// A Middleware returns a RoundTripper that adds one behavior to next.
type Middleware func(next http.RoundTripper) http.RoundTripper

// A RoundTripperFunc is a function that implements [http.RoundTripper].
type RoundTripperFunc func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f RoundTripperFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Chain returns a RoundTripper that sends requests through middlewares to base. The first
// middleware is the outermost, and the last is next to base. A nil base means
// [http.DefaultTransport]; nil middlewares are skipped.
//
// The outermost chain opens a record for each call, unless [Begin] did, and adds it to
// the errors that it returns (see [CallOfError]). A chain prints as the list of its
// layers. It is safe for concurrent use if its layers are.
//
// If a middleware returns nil or a nil pointer, the chain refuses every call with an error
// that has the middleware's number, counted from 1 among all that were given. If base is a
// nil pointer, the chain also refuses every call. [Check] reports both.
func Chain(base http.RoundTripper, middlewares ...Middleware) http.RoundTripper {
	base = cmp.Or[http.RoundTripper](base, http.DefaultTransport)
	if mistake.NilInside(base) {
		fault := fmt.Errorf("transport: build chain: the base is a nil %T", base)
		base = refuse(RoundTripperFunc(func(*http.Request) (*http.Response, error) { return nil, fault }), fault)
	}
	c := &chain{base: layer.Link{Next: base}, epoch: time.Now()}
	top := base
	counts := chainBelow(base) == nil // otherwise the chain below counts the attempts
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
			rt = refuse(next, fmt.Errorf("transport: build chain: middleware %d of %d returned nil", i+1, len(middlewares)))
		}
		if top = identified(rt); top == next {
			continue // it added no layer
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

// foreignTo reports whether a layer has no place in the order of layers. Such a layer may
// read the headers that [Identity] adds, and take time before it forwards a request.
func foreignTo(rt http.RoundTripper) bool { return placeOf(rt) == layer.Anywhere }

// identified returns rt, or a pointer that wraps it if Go cannot compare it, such as a
// function.
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
	top    layer.Link          // to the outermost layer
	base   layer.Link          // to the base
	late   *identity           // the top layer, if its headers may be added next to the base: see scope.pending
	layers []http.RoundTripper // outermost first, without base; foreign ones too
	epoch  time.Time           // from which the records that it opens measure time
	nests  bool                // there is another chain below
	placed bool                // all layers have a place in the order of layers
}

func (c *chain) isPlaced() bool { return c != nil && c.placed }

// RoundTrip sends req through the layers and keeps the record of the call.
func (c *chain) RoundTrip(req *http.Request) (*http.Response, error) {
	node := nodeOf(req.Context())
	if s, ok := node.(*scope); ok && s.carries(req) { // there is a chain above
		resp, err := c.top.Send(req)
		return resp, s.attach(err)
	}
	s := newScope(req, node, c, &c.epoch)
	defer s.end()
	below := &c.top
	if c.late != nil {
		c.late.identify(s.call, req)
		below = &c.late.Link
	}
	resp, err := below.Send(&s.req)
	return layer.Restore(resp, &s.req), s.attach(err) // resp.Request has the record: see CallOf
}

// Unwrap returns the outermost layer.
func (c *chain) Unwrap() http.RoundTripper { return c.top.Next }

// CloseIdleConnections calls the base directly, since a foreign layer above it may not
// forward the call. It also calls the foreign layers, which may have other connections.
func (c *chain) CloseIdleConnections() {
	for _, rt := range c.layers {
		if i, ok := rt.(interface{ CloseIdleConnections() }); ok && placeOf(rt) == layer.Anywhere {
			i.CloseIdleConnections()
		}
	}
	c.base.CloseIdleConnections()
}

// String returns the names of the layers and the base, outermost first.
func (c *chain) String() string {
	var b strings.Builder
	for _, rt := range c.layers {
		b.WriteString(layerName(rt))
		b.WriteString(" > ")
	}
	b.WriteString(layerName(c.base.Next))
	return b.String()
}

// A sender is the layer above the base. Each request that reaches it is an attempt.
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
	n, claim := of.beginAttempt(req.Context(), s.chain)
	resp, err := s.Send(of.Outgoing(req))
	if err != nil {
		err = namedProxy(s.Next, req, err)
	}
	of.endAttempt(n, claim, req, resp, err)
	return layer.Restore(resp, req), err
}

// A refusal replaces a layer that could not be built.
type refusal struct{ layer.Link }

func refuse(next http.RoundTripper, fault error) *refusal {
	return &refusal{Link: layer.NewLink("nothing", layer.Anywhere, next, fault)}
}

func (r *refusal) RoundTrip(req *http.Request) (*http.Response, error) {
	return nil, layer.Refuse(req, r.Fault())
}

// Unwrap returns the layer below rt, or nil if rt has no Unwrap method. A base has none.
func Unwrap(rt http.RoundTripper) http.RoundTripper {
	if u, ok := rt.(interface{ Unwrap() http.RoundTripper }); ok {
		return u.Unwrap()
	}
	return nil
}

// Layers returns rt and all layers below it, outermost first. It stops at a layer without
// an Unwrap method, unless the layer belongs to a chain.
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

// maxLayers bounds the walk, since a decorator may unwrap to itself.
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

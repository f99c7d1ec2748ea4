package transport

import (
	"context"

	"github.com/tripware/tripware/internal/record"
)

// A Route is the fact that names the operation of a call, such as
// "POST /v2/alerts/{identifier}/close". A typed call stores its own; [WithRoute]
// sets that of other calls.
type Route string

// WithRoute returns a context whose calls have this route, unless they are typed
// calls, which have their own. Logs, metrics and the record ([Call.String] aside)
// show it as the route of a typed call. It should come from a finite set, as it is a
// label of metrics, and must hold no secret: write "GET /users/{id}", not the path of
// one user. The text is taken as it is; an empty route is none, also inside a context
// that has one.
//
// Several round trips on one record (see [Begin]) have the route of the first. A
// request that a layer makes anew inside an attempt of the call does not have it.
func WithRoute(ctx context.Context, route string) context.Context {
	return record.WithSetting(ctx, Route(route))
}

// name stores the route that was set for the calls of ctx, if the call has none.
func (c *Call) name(ctx context.Context) {
	route, _ := record.SettingAt[Route](ctx)
	if route == "" {
		return
	}
	if _, typed := factOf[Route](c); !typed {
		r := c.others()
		r.facts = append(r.facts, record.Fact[Route]{Value: route})
	}
}

// Lookup returns the fact of type T on the record that ctx carries: what a layer
// stored there by layer.Put.
func Lookup[T any](ctx context.Context) (T, bool) { return Fact[T](CallFrom(ctx)) }

// Fact returns the fact of type T on c, which may be nil: see [Lookup].
func Fact[T any](c *Call) (T, bool) {
	if c == nil {
		var none T
		return none, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return factOf[T](c)
}

func factOf[T any](c *Call) (T, bool) {
	var none T
	if c.rest == nil {
		return none, false
	}
	for _, fact := range c.rest.facts {
		if e, ok := fact.(record.Fact[T]); ok {
			return e.Value, true
		}
	}
	return none, false
}

package transport

import (
	"context"
	"net/http"

	"github.com/tripware/tripware/internal/record"
)

// A Route names the operation of a call, such as "POST /v2/alerts/{identifier}/close".
// Typed calls set it; for other calls use [WithRoute]. [Fact] returns it from a record.
type Route string

// WithRoute returns a context that sets the route of calls made with it. Logs, metrics and
// the record show the route, except for [Call.String]. Typed calls keep their own.
//
// The route is a label of metrics, so it should come from a finite set and must not
// contain a secret: use "GET /users/{id}", not the path of one user. It is not checked. An
// empty route means none, also if ctx already has one.
//
// If several round trips share a record (see [Begin]), the route of the first applies. The
// route does not apply to new requests that a layer makes inside an attempt.
func WithRoute(ctx context.Context, route string) context.Context {
	return record.WithSetting(ctx, Route(route))
}

// name stores the route of ctx, unless the call has one.
func (c *Call) name(ctx context.Context) {
	route, _ := record.SettingAt[Route](ctx)
	if route == "" {
		return
	}
	if _, typed := factOf[Route](c); !typed {
		c.store(record.Fact[Route]{Value: route})
	}
}

// Lookup returns the value of type T that a layer stored by layer.Put in the call record
// of ctx, and reports whether there is one.
func Lookup[T any](ctx context.Context) (T, bool) { return Fact[T](CallFrom(ctx)) }

// Fact returns the value of type T that a layer stored by layer.Put in c, and reports
// whether there is one. c may be nil.
func Fact[T any](c *Call) (T, bool) {
	if c == nil {
		var none T
		return none, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return factOf[T](c)
}

// Expects reports whether resp is an expected response of the call although its status is
// an error (400 or above): the call asks for the state of an operation, and resp says that
// the operation has not completed. Observers should not report such a response as a
// failure. Only typed calls expect responses. If c or resp is nil, the result is false.
func (c *Call) Expects(resp *http.Response) bool {
	if resp == nil || resp.StatusCode < http.StatusBadRequest {
		return false
	}
	vendor, _ := Fact[*record.Vendor](c)
	return vendor != nil && vendor.Pending != nil && vendor.Pending(resp)
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

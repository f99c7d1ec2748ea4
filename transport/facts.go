package transport

import (
	"context"

	"github.com/tripware/tripware/internal/record"
)

// Route is the fact under which a typed call lays its route on the record, such
// as "POST /v2/alerts/{identifier}/close": a label of which there are finitely many.
type Route string

// Lookup returns the fact of type T on the record that ctx carries: what a layer
// stored there by layer.Put.
func Lookup[T any](ctx context.Context) (T, bool) { return Fact[T](CallFrom(ctx)) }

// Fact returns the fact of type T on c, which may be nil: see [Lookup].
func Fact[T any](c *Call) (T, bool) {
	var none T
	if c == nil {
		return none, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
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

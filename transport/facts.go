package transport

import (
	"context"
	"reflect"
)

// Route is the fact under which a typed call lays its route on the record, such
// as "POST /v2/alerts/{identifier}/close": a label of which there are finitely many.
type Route string

// Put lays v on the record that ctx carries, under its type T, which should
// belong to the package that learns the fact. A second value of T replaces the
// first. It reports whether there was an open record to take it.
func Put[T any](ctx context.Context, v T) bool {
	c := CallFrom(ctx)
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sealed {
		return false
	}
	r := c.others()
	for i, fact := range r.facts {
		if reflect.TypeOf(fact) == reflect.TypeFor[entry[T]]() {
			r.facts[i] = entry[T]{v}
			return true
		}
	}
	if r.facts == nil {
		r.facts = make([]any, 0, 4) // as many as a typed call has
	}
	r.facts = append(r.facts, entry[T]{v})
	return true
}

// Lookup returns the fact of type T on the record that ctx carries.
func Lookup[T any](ctx context.Context) (T, bool) { return Fact[T](CallFrom(ctx)) }

// Fact returns the fact of type T on c, which may be nil.
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
		if e, ok := fact.(entry[T]); ok {
			return e.value, true
		}
	}
	return none, false
}

// entry keeps a fact under its static type, which may be an interface.
type entry[T any] struct{ value T }

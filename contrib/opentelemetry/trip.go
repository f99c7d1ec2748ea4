package opentelemetry

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/tripware/tripware/transport"
)

// A trip is one round trip through the layer for calls. It is the context of its request.
type trip struct {
	context.Context // with the span
	target

	call  *transport.Call
	span  trace.Span
	opts  [2]trace.SpanStartOption
	begun time.Time
	ended bool // it has returned
	root  root // of its trace, if it is the first in it

	mu   sync.Mutex // of last: a hedge makes several attempts at the same time
	last ending     // of the attempt that returned last; zero if none did
}

type tripKey struct{}

// Value returns the trip itself for its key.
func (t *trip) Value(key any) any {
	if key == (tripKey{}) {
		return t
	}
	return t.Context.Value(key)
}

// Format prints the context as others print.
func (t *trip) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, t.Context, ".WithCall") }

// tripOf returns the trip of ctx, or nil if there is none. The trip of another call, which
// made a request with ctx while it ran, is none.
func tripOf(ctx context.Context) *trip {
	if t, ok := ctx.Value(tripKey{}).(*trip); ok && t.call == transport.CallFrom(ctx) {
		return t
	}
	return nil
}

// An ending says how a request ended: with a status, or with an error of a class.
type ending struct {
	status int
	class  transport.ErrorClass
}

// errorType returns the value of error.type, if the ending is an error.
func (e ending) errorType() string {
	if e.class != "" {
		return string(e.class)
	}
	return strconv.Itoa(e.status)
}

// lastAttempt returns how the last attempt ended, or zero if none has ended.
func (t *trip) lastAttempt() ending {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// attempted tells the trip how an attempt ended.
func (t *trip) attempted(e ending) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = e
}

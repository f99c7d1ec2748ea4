package transport

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/redact"
)

// A Wait is time that a call spent between attempts on purpose.
type Wait struct {
	For    time.Duration // how long the wait is meant to last; once it is over, how long it lasted
	Before int           // the attempt that follows, counted from 1; zero without a record
	Cause  WaitCause
	Reason string // in a few words: "status 429", "connection refused", "paused by 429"
}

// WaitCause says which layer waited.
type WaitCause string

// The layers that wait.
const (
	WaitBackoff WaitCause = "backoff" // the retry loop
	WaitLimit   WaitCause = "limit"   // the limiter
)

// Waits returns the waits so far, in the order in which they began.
func (c *Call) Waits() []Wait {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest == nil {
		return nil
	}
	return slices.Clone(c.rest.waits)
}

// Waited returns the sum of all waits so far. A wait that has yet to end counts
// for as long as it is meant to last.
func (c *Call) Waited() time.Duration {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waited()
}

func (c *Call) waited() (sum time.Duration) {
	if c.rest != nil {
		for i := range c.rest.waits {
			sum += c.rest.waits[i].For
		}
	}
	return sum
}

// A Waiting is a wait that has begun: see [AddWait].
type Waiting struct {
	call *Call
	n    int // its place among the waits, counted from 1
}

// AddWait adds a wait to the record that ctx carries, if there is an open one,
// and tells those that watch the waits of ctx's call ([WatchWaits]), whether there
// is a record or not. A middleware calls it before it waits; the number of the
// attempt that follows is filled in. If the wait lasts for another time than was
// meant, the middleware calls [Waiting.End] afterwards.
func AddWait(ctx context.Context, w Wait) Waiting {
	added := Waiting{call: CallFrom(ctx)}
	added.call.write(func() {
		w.Before = added.call.count() + 1
		r := added.call.others()
		if r.waits == nil {
			r.makeRoom()
		}
		r.waits = append(r.waits, w)
		added.n = len(r.waits)
	})
	for watch := watchFrom(ctx); watch != nil; watch = watch.outer {
		watch.tell(ctx, w)
	}
	return added
}

// End replaces how long the wait was meant to last by how long it lasted. It does
// nothing if the wait is on no record, or its record was sealed meanwhile.
func (w Waiting) End(lasted time.Duration) {
	if w.n == 0 {
		return
	}
	w.call.write(func() { w.call.rest.waits[w.n-1].For = lasted })
}

// WatchWaits returns a context whose call tells f of each wait at the moment that
// it begins: those of the retry loop, of a limiter, and of any layer that calls
// [AddWait] with this context or one made from it. Requests that a layer makes
// anew inside an attempt are not watched; with a context from [Detach] they can be.
//
// Each of several watches on one context is told. F runs in the goroutine that is
// about to wait, so that it must be quick, and must be safe for concurrent use
// where requests with the context run at the same time. A panic in it is
// contained; the first is logged by [slog.Default].
func WatchWaits(ctx context.Context, f func(Wait)) context.Context {
	return context.WithValue(ctx, watchKey{}, &waitWatch{f: f, outer: watchFrom(ctx), within: record.Boundary(ctx)})
}

type watchKey struct{}

type waitWatch struct {
	f        func(Wait)
	outer    *waitWatch
	within   record.Node // the boundary inside which it was set
	panicked sync.Once
}

// watchFrom returns the watch of the round trip that ctx belongs to: one set inside
// it, or around it for a round trip that was to follow.
func watchFrom(ctx context.Context) *waitWatch {
	watch, _ := ctx.Value(watchKey{}).(*waitWatch)
	if watch == nil {
		return nil
	}
	here := record.Boundary(ctx)
	if watch.within == here {
		return watch
	}
	if _, anew := watch.within.(*scope); anew {
		return nil
	}
	if s, inside := here.(*scope); inside && record.Boundary(s.Context) == watch.within {
		return watch
	}
	return nil
}

func (w *waitWatch) tell(ctx context.Context, wait Wait) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked.Do(func() {
				slog.Default().ErrorContext(Detach(ctx), "transport: a function that watches waits panicked",
					slog.String("panic", redact.Text(fmt.Sprint(p))))
			})
		}
	}()
	w.f(wait)
}

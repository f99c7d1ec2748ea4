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
	Cause  string        // the layer that waits, such as [WaitLimit]
	Reason string        // in a few words: "status 429", "connection refused", "paused by 429"
}

// The layers that wait.
const (
	WaitBackoff = "backoff" // the retry loop
	WaitLimit   = "limit"   // the limiter
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

// WatchWaits returns a context whose call tells f of each wait at the moment that
// it begins: those of the retry loop, of a limiter, and of any layer that calls
// layer.AddWait with this context or one made from it. Requests that a layer makes
// anew inside an attempt are not watched; with a context from layer.Detach they can be.
//
// Each of several watches on one context is told. F runs in the goroutine that is
// about to wait, so that it must be quick, and must be safe for concurrent use
// where requests with the context run at the same time. A panic in it is
// contained; the first is logged by [slog.Default].
func WatchWaits(ctx context.Context, f func(Wait)) context.Context {
	return context.WithValue(ctx, record.WatchKey{}, &waitWatch{f: f, outer: watchFrom(ctx), within: record.Boundary(ctx)})
}

type waitWatch struct {
	f        func(Wait)
	outer    *waitWatch
	within   record.Node // the boundary inside which it was set
	panicked sync.Once
}

// watchFrom returns the watch of the round trip that ctx belongs to: one set inside
// it, or around it for a round trip that was to follow.
func watchFrom(ctx context.Context) *waitWatch {
	watch, _ := ctx.Value(record.WatchKey{}).(*waitWatch)
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
	if s, inside := here.(*scope); inside && record.Boundary(s.context()) == watch.within {
		return watch
	}
	return nil
}

// Tell tells the watches of ctx's call of a wait, the innermost first.
func (w *waitWatch) Tell(ctx context.Context, wait record.Wait) {
	for watch := watchFrom(ctx); watch != nil; watch = watch.outer {
		watch.tell(ctx, Wait(wait))
	}
}

func (w *waitWatch) tell(ctx context.Context, wait Wait) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked.Do(func() {
				slog.Default().ErrorContext(record.Detach(ctx), "transport: a function that watches waits panicked",
					slog.String("panic", redact.Text(fmt.Sprint(p))))
			})
		}
	}()
	w.f(wait)
}

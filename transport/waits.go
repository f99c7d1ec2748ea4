package transport

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport/redact"
)

// A Wait is a deliberate wait before an attempt.
type Wait struct {
	For    time.Duration // the planned duration, or zero if it is unknown; after the wait, the actual one
	Before int           // the attempt that follows, counted from 1; zero without a record
	Cause  string        // the kind of layer that waits, such as [WaitLimit]
	Reason string        // in a few words: "status 429", "broken connection", "paused by 429"
}

// A WaitTotal sums the waits of one cause.
type WaitTotal struct {
	Cause string // see [Wait]
	Count int
	Total time.Duration
}

// A wait is a [Wait] of a round trip, or of none.
type wait struct {
	Wait

	trip *scope
}

// The layers of this module that wait.
const (
	WaitBackoff    = "backoff"    // the retry loop
	WaitLimit      = "limit"      // the limiter
	WaitBulkhead   = "bulkhead"   // the bulkhead
	WaitCredential = "credential" // auth, while a token is fetched
)

// Waits returns the waits so far, in the order in which they began.
func (c *Call) Waits() []Wait {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.rarities()
	if r == nil {
		return nil
	}
	var list []Wait
	for i := range r.waits {
		list = append(list, r.waits[i].Wait)
	}
	return list
}

// Waited returns the total duration of all waits so far. A wait that has not ended counts
// with its planned duration.
func (c *Call) Waited() time.Duration {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.waited()
}

func (c *Call) waited() (sum time.Duration) {
	if r := c.rarities(); r != nil {
		for i := range r.waits {
			sum += r.waits[i].For
		}
	}
	return sum
}

// WatchWaits returns a context that calls f when a wait of its calls begins: a wait of the
// retry loop, of a limiter, for a token, or of any layer that calls layer.AddWait. If WatchWaits is
// called several times, each function is called.
//
// f runs in the goroutine that is about to wait, so it must return quickly. It must be safe
// for concurrent use if requests with the context run concurrently. A panic in f does not
// affect the call; the first one is logged by [slog.Default].
//
// Waits of new requests that a layer makes inside an attempt are not included. To watch
// them, use a context from layer.Detach.
func WatchWaits(ctx context.Context, f func(Wait)) context.Context {
	return context.WithValue(ctx, record.WatchKey{}, &waitWatch{f: f, outer: watchFrom(ctx), within: record.Boundary(ctx)})
}

type waitWatch struct {
	f        func(Wait)
	outer    *waitWatch
	within   record.Node // the boundary where it was set
	panicked sync.Once
}

// watchFrom returns the watch of the round trip that ctx belongs to, or nil. It was set
// either inside the round trip or just around it.
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

// Tell calls the functions that watch ctx's call, the innermost first.
func (w *waitWatch) Tell(ctx context.Context, wait record.Wait) {
	for watch := watchFrom(ctx); watch != nil; watch = watch.outer {
		watch.tell(ctx, Wait(wait))
	}
}

func (w *waitWatch) tell(ctx context.Context, wait Wait) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked.Do(func() {
				slog.Default().ErrorContext(record.Detach(ctx), "transport: the function of WatchWaits panicked",
					slog.String("panic", redact.Text(fmt.Sprint(p))))
			})
		}
	}()
	w.f(wait)
}

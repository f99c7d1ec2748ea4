package main

import (
	"context"
	"time"

	"github.com/tripware/tripware/middleware/ratelimit"
)

// watched is a store that records for how long attempts waited for it.
type watched struct {
	ratelimit.Store

	worker *worker
}

// pushing is a store that also reports pauses.
type pushing struct {
	*watched

	by interface {
		Push(f func(key string, pause ratelimit.Lease) bool)
	}
}

func (p pushing) Push(f func(key string, pause ratelimit.Lease) bool) { p.by.Push(f) }

// Lease asks the store. If attempts wait and have no turn, they wait for the store until it
// answers or the limiter gives it up.
func (w *watched) Lease(ctx context.Context, key string, ask ratelimit.Ask) (ratelimit.Lease, error) {
	begun := time.Now()
	state, known := w.worker.limiter.Snapshot(key)
	waiting := known && state.Waiting > 0 && state.Held == 0 && state.StoreDown.IsZero() && state.PausedUntil.IsZero()
	if !waiting {
		return w.Store.Lease(ctx, key, ask)
	}
	stop := context.AfterFunc(ctx, func() {
		for state.StoreDown.IsZero() && time.Since(begun) < timeout {
			wait(context.WithoutCancel(ctx), time.Millisecond)
			state, _ = w.worker.limiter.Snapshot(key)
		}
		w.held(time.Since(begun))
	})
	lease, err := w.Store.Lease(ctx, key, ask)
	if stop() {
		w.held(time.Since(begun))
	}
	return lease, err
}

func (w *watched) held(d time.Duration) {
	w.worker.mu.Lock()
	defer w.worker.mu.Unlock()
	w.worker.got.Held = max(w.worker.got.Held, d)
}

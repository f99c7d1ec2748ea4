package archive

import (
	"context"
	"sync"
)

// A Pool bounds how many things are done at once. It is safe for concurrent use.
type Pool struct{ slots chan struct{} }

// NewPool returns a pool in which n things are done at once.
func NewPool(n int) Pool { return Pool{make(chan struct{}, max(n, 1))} }

// enter waits for a slot.
func (p Pool) enter(ctx context.Context) error {
	if ctx.Err() == nil { // if both were ready, select would choose at random
		select {
		case p.slots <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

func (p Pool) leave() { <-p.slots }

// Each calls a function for each item, as many at once as the pool allows. The first
// error cancels the context of the running calls, and is returned when they have
// ended. Calls of Each must not be nested.
func Each[T any](ctx context.Context, p Pool, items []T, do func(context.Context, T) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, item := range items {
		if p.enter(ctx) != nil {
			break
		}
		wg.Go(func() {
			defer p.leave()
			if err := do(ctx, item); err != nil {
				stop(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

package archive

import (
	"context"
	"sync"
)

// A Pool bounds how much is done at once. It is safe for concurrent use.
type Pool struct{ slots chan struct{} }

// NewPool returns a pool in which n things are done at once.
func NewPool(n int) Pool { return Pool{make(chan struct{}, max(n, 1))} }

// enter waits for a slot.
func (p Pool) enter(ctx context.Context) error {
	if ctx.Err() == nil { // select draws lots when there is a slot too
		select {
		case p.slots <- struct{}{}:
			return nil
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

func (p Pool) leave() { <-p.slots }

// Each does something with each item, as much of it at once as the pool has room
// for. The first error stops it: what has begun sees the end of its context, and
// the error is returned when all of it has ended. Calls of Each cannot be nested.
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

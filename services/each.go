package services

import (
	"context"
	"fmt"
	"iter"
	"sync"
)

// Acted is the result of [Each]. K identifies an item.
type Acted[K comparable] struct {
	Tried    int          // number of items that were acted on, those that failed included
	Failures []Failure[K] // in the order in which they failed
}

// A Failure is an item that could not be acted on.
type Failure[K comparable] struct {
	Key K
	Err error
}

// Err returns nil if no item failed, and otherwise an error that says how many failed and why
// the first did; errors.Is and errors.As look into all of them.
func (a Acted[K]) Err() error {
	if len(a.Failures) == 0 {
		return nil
	}
	return &actedError[K]{a}
}

type actedError[K comparable] struct{ Acted[K] }

func (e *actedError[K]) Error() string {
	first := e.Failures[0]
	return fmt.Sprintf("services: act on items: %d of %d failed, the first: %v: %s",
		len(e.Failures), e.Tried, first.Key, oneLine(first.Err.Error()))
}

func (e *actedError[K]) Unwrap() []error {
	all := make([]error, len(e.Failures))
	for i, f := range e.Failures {
		all[i] = f.Err
	}
	return all
}

// An EachOption sets how [Each] works.
type EachOption func(*eachConfig)

type eachConfig struct{ parallel int }

// WithParallel sets how many items are acted on at the same time. The default is 1; a smaller
// number is refused by [Each].
func WithParallel(n int) EachOption { return func(c *eachConfig) { c.parallel = n } }

// Each calls act once for each item of a list, such as all alerts that match a query, also if
// act takes items out of the list, as closing alerts does for a query for open ones. It reads
// the whole list before it acts, so that pages do not move under it, and then reads it again,
// until a reading has no item that was not tried. So items that were passed over while
// the list changed are found, and items that were added meanwhile are acted on too; limit the
// query by time if they must not be. It needs memory for the items of one reading and for the
// keys of all.
//
// Items is read several times, as the sequences that All methods return can be. Key identifies
// an item. An error of act does not end the work: it is among the failures that the result
// holds, and the item is not tried again.
//
// The error says why the list could not be read further, or that ctx ended. What a reading had
// found before it failed, such as at the greatest offset that the server allows, is acted on
// first, and the list is read again as long as that finds new items.
func Each[T any, K comparable](ctx context.Context, items iter.Seq2[T, error], key func(T) K,
	act func(context.Context, T) error, opts ...EachOption,
) (Acted[K], error) {
	cfg := eachConfig{parallel: 1}
	for _, opt := range opts {
		if opt != nil {
			opt(&cfg)
		}
	}
	if cfg.parallel < 1 {
		return Acted[K]{}, &ArgumentError{Field: "parallel", Problem: "must be at least 1"}
	}
	e := &each[T, K]{key: key, act: act, parallel: cfg.parallel, tried: map[K]bool{}}
	for {
		found, err := e.read(items)
		if len(found) == 0 {
			return e.acted, err
		}
		if e.run(ctx, found); ctx.Err() != nil {
			return e.acted, ended(ctx, fmt.Errorf("services: act on items: stopped after %d", e.acted.Tried))
		}
	}
}

// each is one run of [Each].
type each[T any, K comparable] struct {
	key      func(T) K
	act      func(context.Context, T) error
	parallel int
	tried    map[K]bool

	mu    sync.Mutex
	acted Acted[K]
}

// read returns the items that were not tried yet, and why the list ended early.
func (e *each[T, K]) read(items iter.Seq2[T, error]) (found []T, err error) {
	for item, err := range items {
		if err != nil {
			return found, err
		}
		if k := e.key(item); !e.tried[k] {
			e.tried[k] = true
			found = append(found, item)
		}
	}
	return found, nil
}

// run acts on the items, until ctx ends.
func (e *each[T, K]) run(ctx context.Context, items []T) {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, e.parallel)
	for _, item := range items {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if ctx.Err() != nil {
			return
		}
		running.Go(func() {
			defer func() { <-free }()
			e.try(ctx, item)
		})
	}
}

func (e *each[T, K]) try(ctx context.Context, item T) {
	err := e.act(ctx, item)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.acted.Tried++
	if err != nil {
		e.acted.Failures = append(e.acted.Failures, Failure[K]{e.key(item), err})
	}
}

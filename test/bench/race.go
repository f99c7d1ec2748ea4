package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A runner makes n calls. Every call must succeed.
type runner struct {
	name string
	run  func(ctx context.Context, n int) error
}

// A clock returns an increasing time.
type clock func() time.Duration

// processor counts the processor time of this process.
func processor() clock { return spent }

// wall counts the time that passes.
func wall() clock {
	begin := time.Now()
	return func() time.Duration { return time.Since(begin) }
}

// A pace is how a race is run: in rounds of chunks of so many calls. After five
// rounds it also ends with the round in which its time is over, so that a busy
// machine measures less and not for ever.
type pace struct {
	clock         clock
	rounds, calls int
	within        time.Duration
}

// An outcome holds the time of each runner relative to the reference, by name, and
// the nanoseconds of one call of the reference.
type outcome struct {
	ratios    map[string]value
	reference value
}

// race measures all runners in turn: in each round, one chunk of each runner, and
// before and after it one chunk of the reference. A chunk counts as its time
// divided by the mean of the two beside it, so that a machine that slows down for a
// moment slows both. Each round draws the order of the runners anew.
func race(ctx context.Context, p pace, reference runner, runners []runner) (outcome, error) {
	const enough = 5
	samples := map[string][]float64{}
	var perCall []float64
	order := slices.Clone(runners)
	begin := time.Now()
	before, err := p.chunk(ctx, reference)
	for round := 0; err == nil && round < p.rounds && (round < enough || time.Since(begin) < p.within); round++ {
		rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, r := range order {
			took, errRunner := p.chunk(ctx, r)
			after, errReference := p.chunk(ctx, reference)
			if err = firstOf(errRunner, errReference); err != nil {
				break
			}
			samples[r.name] = append(samples[r.name], 2*took/(before+after))
			perCall = append(perCall, after)
			before = after
		}
	}
	found := outcome{ratios: map[string]value{}, reference: spread(perCall)}
	for _, r := range runners {
		found.ratios[r.name] = spread(samples[r.name])
	}
	return found, err
}

// chunk returns the nanoseconds of a call. Before it measures, it collects the
// garbage of the last chunk and makes a tenth of the calls, so that each runner
// finds caches and connections as its own calls leave them.
func (p pace) chunk(ctx context.Context, r runner) (float64, error) {
	runtime.GC()
	if err := r.run(ctx, p.calls/10+1); err != nil {
		return 0, fmt.Errorf("%s: %w", r.name, err)
	}
	begin := p.clock()
	if err := r.run(ctx, p.calls); err != nil {
		return 0, fmt.Errorf("%s: %w", r.name, err)
	}
	return float64(max(p.clock()-begin, 1)) / float64(p.calls), nil
}

// A cost is what one call allocates.
type cost struct{ allocs, bytes float64 }

func (c cost) minus(o cost) cost { return cost{c.allocs - o.allocs, c.bytes - o.bytes} }

// count returns what a call allocates: the difference of the runtime's counters
// over n calls on one processor, without a collection between them, which would
// empty pools. The smallest of five passes counts, because whatever else runs in
// the process can only add. Allocations are rounded down, as testing.AllocsPerRun
// does.
func count(ctx context.Context, n int, r runner) (cost, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	least := cost{math.Inf(1), math.Inf(1)}
	for range 5 {
		c, err := countOnce(ctx, n, r)
		if err != nil {
			return cost{}, fmt.Errorf("%s: %w", r.name, err)
		}
		least = cost{min(least.allocs, c.allocs), min(least.bytes, c.bytes)}
	}
	return cost{math.Floor(least.allocs), math.Round(least.bytes)}, nil
}

func countOnce(ctx context.Context, n int, r runner) (cost, error) {
	const warm = 10
	runtime.GC()
	if err := r.run(ctx, warm); err != nil {
		return cost{}, err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := r.run(ctx, n)
	runtime.ReadMemStats(&after)
	calls := float64(n)
	return cost{float64(after.Mallocs-before.Mallocs) / calls, float64(after.TotalAlloc-before.TotalAlloc) / calls}, err
}

// heap returns the bytes of the heap in use, garbage included.
func heap() float64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}

// live returns the bytes in use after a collection.
func live() float64 {
	runtime.GC()
	runtime.GC() // a pool keeps its contents for one more collection
	return heap()
}

// repeat returns a runner that makes one call after the other.
func repeat(name string, call func(ctx context.Context) error) runner {
	return runner{name, func(ctx context.Context, n int) error {
		for range n {
			if err := call(ctx); err != nil {
				return err
			}
		}
		return nil
	}}
}

// together returns a runner whose calls are made by several goroutines. It returns
// the first error.
func together(name string, goroutines int, call func(ctx context.Context) error) runner {
	return runner{name, func(ctx context.Context, n int) error {
		var left atomic.Int64
		left.Store(int64(n))
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		var group sync.WaitGroup
		for range goroutines {
			group.Go(func() {
				// Calls with one context would contend for its lock.
				own, end := context.WithCancel(ctx)
				defer end()
				for left.Add(-1) >= 0 && ctx.Err() == nil {
					if err := call(own); err != nil {
						cancel(err)
					}
				}
			})
		}
		group.Wait()
		return context.Cause(ctx)
	}}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

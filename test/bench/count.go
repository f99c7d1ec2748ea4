package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// A Cost is what one call allocates.
type Cost struct{ Allocs, Bytes float64 }

// minus returns what c costs beyond o.
func (c Cost) minus(o Cost) Cost { return Cost{c.Allocs - o.Allocs, c.Bytes - o.Bytes} }

// Count returns what a call of r allocates: the difference of the runtime's own
// counters over n calls, on one processor and without a collection between them,
// which would empty pools. Of several passes the smallest counts: what else runs
// in the process can only add. Allocations are rounded down as by
// testing.AllocsPerRun.
func Count(ctx context.Context, n int, r Runner) (Cost, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	least := Cost{math.Inf(1), math.Inf(1)}
	for range 5 {
		cost, err := pass(ctx, n, r, 10)
		if err != nil {
			return Cost{}, fmt.Errorf("bench: %s: %w", r.Name, err)
		}
		least = Cost{min(least.Allocs, cost.Allocs), min(least.Bytes, cost.Bytes)}
	}
	return Cost{math.Floor(least.Allocs), math.Round(least.Bytes)}, nil
}

// pass counts n calls, after some that fill the pools which a collection emptied.
func pass(ctx context.Context, n int, r Runner, warm int) (Cost, error) {
	runtime.GC()
	if err := r.Run(ctx, warm); err != nil {
		return Cost{}, err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := r.Run(ctx, n)
	runtime.ReadMemStats(&after)
	return Cost{
		Allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, err
}

// heap returns the bytes of the heap in use, garbage included.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// live returns the bytes in use after a collection.
func live() uint64 {
	runtime.GC()
	runtime.GC() // what has a finalizer, and what sync.Pool keeps for one round more
	return heap()
}

// A peak is the most that the heap grew since it was made.
type peak struct {
	from uint64
	most atomic.Uint64
}

func newPeak() *peak { return &peak{from: live()} }

// look notes how large the heap is now.
func (p *peak) look() {
	now := heap()
	for {
		most := p.most.Load()
		if now <= most || p.most.CompareAndSwap(most, now) {
			return
		}
	}
}

func (p *peak) grown() uint64 { return max(p.most.Load(), p.from) - p.from }

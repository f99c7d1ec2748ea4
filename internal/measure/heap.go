// Package measure tells tests what the process did with its memory, and whether
// that can be measured at all. Tests of this module alone use it.
package measure

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// A Heap is what the whole process did with its heap while a function ran.
type Heap struct {
	Total int64 // bytes allocated: the most that the heap can have grown by, whenever the collector ran
	Peak  int64 // the largest growth that samples taken each millisecond saw
}

// HeapOf runs f and measures the heap meanwhile. Whatever else runs at the same
// time is counted too, so a test that calls it is not parallel.
func HeapOf(f func()) Heap {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan int64)
	go func() { peak <- peakUntil(stop) }()
	f()
	runtime.ReadMemStats(&after)
	close(stop)
	return Heap{
		Total: int64(after.TotalAlloc - before.TotalAlloc),
		Peak:  max(0, <-peak-int64(before.HeapAlloc)),
	}
}

// peakUntil samples the size of the heap until stop is closed and returns the largest.
func peakUntil(stop <-chan struct{}) (peak int64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		metrics.Read(sample)
		peak = max(peak, int64(sample[0].Value.Uint64()))
		select {
		case <-tick.C:
		case <-stop:
			return peak
		}
	}
}

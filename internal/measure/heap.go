// Package measure measures memory for tests, and reports whether that is possible. Only
// tests of this module use it.
package measure

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// A Heap is what the whole process did with its heap while a function ran.
type Heap struct {
	Total int64 // bytes allocated: the most that the heap can have grown by, whenever the collector ran
	Live  int64 // the most that the collector found in use, beyond what was before: a busy machine does not add to it
}

// HeapOf runs f and measures the heap meanwhile. Whatever else runs at the same
// time is counted too, so a test that calls it is not parallel.
func HeapOf(f func()) Heap {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	alive := live()
	stop, most := make(chan struct{}), make(chan int64)
	go func() { most <- mostUntil(stop) }()
	f()
	runtime.ReadMemStats(&after)
	close(stop)
	return Heap{
		Total: int64(after.TotalAlloc - before.TotalAlloc),
		Live:  max(0, <-most-alive),
	}
}

// mostUntil samples what is in use each millisecond and returns the most.
func mostUntil(stop <-chan struct{}) (most int64) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			most = max(most, live())
		case <-stop:
			return max(most, live())
		}
	}
}

// live returns what the last collection found in use.
func live() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}

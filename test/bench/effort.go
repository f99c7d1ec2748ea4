package bench

import "time"

// An Effort is how long the subjects are measured.
type Effort struct {
	Memory, Loop      Pace // of races from memory, and over loopback
	Counted           int  // calls over which allocations are counted
	Calls             int  // cold and warm calls that connections are counted over
	Upload            int64
	Throttled, Seeds  int           // calls against the bucket, and how often
	Spent             time.Duration // on one point of a growth table, about
	Layers, Headers   []int
	Goroutines        []int
	KeySteps, PageSet []int
}

// Thorough is the effort of the report: some minutes on two cores.
func Thorough() Effort {
	return Effort{
		Memory:  Pace{Rounds: 21, Chunk: 10_000, Within: 100 * time.Second},
		Loop:    Pace{Rounds: 31, Chunk: 3000, Within: 70 * time.Second},
		Counted: 1000,
		Calls:   1000, Upload: 64 << 20,
		Throttled: 1000, Seeds: 20,
		Spent:      300 * time.Millisecond,
		Layers:     []int{0, 1, 2, 3, 4, 6, 8, 10, 12},
		Headers:    []int{0, 1, 2, 4, 8, 16, 32, 48, 64},
		Goroutines: []int{1, 4, 16, 64, 256, 1024},
		KeySteps:   []int{1, 10, 100, 1000, 10_000, 100_000},
		PageSet:    []int{1, 10, 100, 1000, 3000, 10_000},
	}
}

// Glance is an effort that shows only that everything runs.
func Glance() Effort {
	return Effort{
		Memory:  Pace{Rounds: 1, Chunk: 5},
		Loop:    Pace{Rounds: 1, Chunk: workers},
		Counted: 5,
		Calls:   2 * workers, Upload: 1 << 20,
		Throttled: 100, Seeds: 1,
		Spent:      time.Millisecond,
		Layers:     []int{0, 2},
		Headers:    []int{0, 2},
		Goroutines: []int{1, 8},
		KeySteps:   []int{1, 20},
		PageSet:    []int{1, 5},
	}
}

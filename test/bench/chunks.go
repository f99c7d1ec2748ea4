package bench

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A Runner makes n calls.
type Runner struct {
	Name string
	Run  func(ctx context.Context, n int) error
}

// A Pace is how long a race is: at most so many rounds of chunks of so many
// calls. It ends with the round in which its time is over, but not before the
// fifth, so that a busy machine measures less and not for ever.
type Pace struct {
	Rounds, Chunk int
	Within        time.Duration
}

// by returns a pace whose chunks have a part of the calls, for calls that take longer.
func (p Pace) by(part int) Pace {
	p.Chunk = p.Chunk/part + 1
	return p
}

// A Clock is what a race is measured by.
type Clock func() time.Duration

// share returns the pace of one of n.
func (p Pace) share(n int) Pace {
	p.Within /= time.Duration(max(n, 1))
	return p
}

// Processor is the clock of races from memory: it counts what the process works,
// so that it matters little what else runs on the machine.
func Processor() Clock { return spent }

// Wall is the clock of races in which calls wait for each other.
func Wall() Clock {
	begun := time.Now()
	return func() time.Duration { return time.Since(begun) }
}

// A Ratio is how a runner's time relates to that of the reference: the median of
// its rounds, and its quartiles.
type Ratio struct{ Low, Median, High float64 }

// Race lets each runner run against the reference by turns: a chunk of the
// reference, one of the runner, one of the reference. A chunk is compared with the
// mean of the two of the reference beside it, so that a machine that slows down
// for a while slows both. The runners come one after the other, lest one pays for
// what another leaves behind: garbage, timers, goroutines. A chunk must be so long
// that several collections fall into it, or their number decides. It returns the
// ratios, and the reference's time per call, by name.
func Race(ctx context.Context, clock Clock, pace Pace, reference Runner, runners []Runner) (map[string]Ratio, time.Duration, error) {
	ratios := map[string]Ratio{}
	var perCall []float64
	for _, r := range runners {
		runtime.GC()
		shares, took, err := duel(ctx, clock, pace.share(len(runners)), reference, r)
		if err != nil {
			return nil, 0, err
		}
		perCall = append(perCall, took...)
		ratios[r.Name] = Ratio{quantile(shares, 0.25), quantile(shares, 0.5), quantile(shares, 0.75)}
	}
	return ratios, time.Duration(quantile(perCall, 0.5)), nil
}

// duel returns how a runner's chunks relate to those of the reference beside
// them, and what a call of the reference took.
func duel(ctx context.Context, clock Clock, pace Pace, reference, r Runner) (shares, perCall []float64, err error) {
	const least = 5
	n, begun := pace.Chunk, time.Now()
	before, err := warmLap(ctx, clock, reference, n)
	for round := 0; err == nil && round < pace.Rounds; round++ {
		if round >= least && time.Since(begun) > pace.Within {
			break
		}
		took, errLap := warmLap(ctx, clock, r, n)
		after, errRef := warmLap(ctx, clock, reference, n)
		err = firstOf(errLap, errRef)
		shares = append(shares, 2*took.Seconds()/(before+after).Seconds())
		perCall = append(perCall, float64(after)/float64(n))
		before = after
	}
	return shares, perCall, err
}

// warmLap measures one chunk after a tenth of it, so that each finds caches and
// connections as its own calls leave them.
func warmLap(ctx context.Context, clock Clock, r Runner, n int) (time.Duration, error) {
	if _, err := lap(ctx, clock, r, n/10+1); err != nil {
		return 0, err
	}
	return lap(ctx, clock, r, n)
}

// lap measures one chunk.
func lap(ctx context.Context, clock Clock, r Runner, n int) (time.Duration, error) {
	begun := clock()
	if err := r.Run(ctx, n); err != nil {
		return 0, fmt.Errorf("bench: %s: %w", r.Name, err)
	}
	return max(clock()-begun, 1), nil
}

// gets returns a runner that makes calls from memory, one after the other.
func gets(name string, c Client) Runner {
	return Runner{Name: name, Run: func(ctx context.Context, n int) error {
		for range n {
			if err := ok(c.Get(ctx, memoryURL)); err != nil {
				return err
			}
		}
		return nil
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

// quantile returns a value below which a share q of the others lies; of none, 0.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low+1 == len(sorted) {
		return sorted[low]
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low])
}

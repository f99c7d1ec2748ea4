package bench

import (
	"context"
	"fmt"
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

// Race runs chunks of calls of the reference and of each runner by turns:
// reference, a runner, reference, the next. A chunk is compared with the mean of
// the two of the reference beside it, so that a machine that slows down for a
// while slows both. The order changes from round to round, lest one runner always
// pays for the garbage of the same other; a chunk must be so long that several
// collections fall into it, or their number decides. It returns the ratios, and the
// reference's time per call, by name.
func Race(ctx context.Context, clock Clock, pace Pace, reference Runner, runners []Runner) (map[string]Ratio, time.Duration, error) {
	const least = 5
	n, begun := pace.Chunk, time.Now()
	shares := map[string][]float64{}
	var perCall []float64
	for round := range pace.Rounds {
		if round >= least && time.Since(begun) > pace.Within {
			break
		}
		before, err := warmLap(ctx, clock, reference, n)
		if err != nil {
			return nil, 0, err
		}
		for i := range runners {
			r := runners[(i+round)%len(runners)]
			took, errLap := warmLap(ctx, clock, r, n)
			after, errRef := warmLap(ctx, clock, reference, n)
			if err := firstOf(errLap, errRef); err != nil {
				return nil, 0, err
			}
			shares[r.Name] = append(shares[r.Name], 2*took.Seconds()/(before+after).Seconds())
			perCall = append(perCall, float64(after)/float64(n))
			before = after
		}
	}
	ratios := map[string]Ratio{}
	for name, all := range shares {
		ratios[name] = Ratio{quantile(all, 0.25), quantile(all, 0.5), quantile(all, 0.75)}
	}
	return ratios, time.Duration(quantile(perCall, 0.5)), nil
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

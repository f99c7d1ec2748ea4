package bench

import (
	"cmp"
	"context"
	"fmt"
	"time"
)

// A Curve is how the cost of a call grows with something.
type Curve struct {
	Title   string // what grows
	Unit    string // what a point costs a piece: "call", "item"
	Columns []string
	Points  []Point
	Note    string
}

// A Point is one size, the time of a piece there, and a value for each column.
type Point struct {
	Size   int
	Took   time.Duration
	Values []float64
}

// MeasureGrowth measures the growth of all that may grow.
func MeasureGrowth(ctx context.Context, e Effort, bubble Bubble) ([]Curve, error) {
	var curves []Curve
	for _, measure := range []func(context.Context, Effort, Bubble) (Curve, error){
		growLayers, growHeaders, growConcurrency, growKeys, growPages,
	} {
		curve, err := measure(ctx, e, bubble)
		if err != nil {
			return nil, fmt.Errorf("bench: growth: %s: %w", curve.Title, err)
		}
		curves = append(curves, curve)
	}
	return curves, nil
}

// timed returns the time of a call: the least of five chunks of at least so many
// calls, each a fifth of the time to spend, because what else runs can only add.
func timed(ctx context.Context, clock Clock, e Effort, r Runner, trial int) (time.Duration, error) {
	const chunks = 5
	first, err := lap(ctx, clock, r, trial)
	if err != nil {
		return 0, err
	}
	n := max(trial, int(e.Spent/chunks/max(1, first/time.Duration(trial))))
	least := time.Duration(0)
	for range chunks {
		took, err := lap(ctx, clock, r, n)
		if err != nil {
			return 0, err
		}
		least = min(cmp.Or(least, took), took)
	}
	return least / time.Duration(n), nil
}

// trial is how many calls tell about how long one takes.
const trial = 100

// point measures time and allocations of one size.
func point(ctx context.Context, e Effort, size int, r Runner) (Point, error) {
	took, err1 := timed(ctx, Processor(), e, r, trial)
	cost, err2 := Count(ctx, e.Counted, r)
	return Point{Size: size, Took: took, Values: []float64{cost.Allocs, cost.Bytes}}, firstOf(err1, err2)
}

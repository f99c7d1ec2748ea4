package cost_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/transport/cost"
	"github.com/tripware/tripware/transport/layer"
)

func TestSumsAndProductsDoNotOverflow(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 6*time.Second, cost.Sum(time.Second, 0, 5*time.Second))
	assert.Equal(t, cost.Forever, cost.Sum(cost.Forever, time.Nanosecond))
	assert.Equal(t, cost.Forever, cost.Sum(time.Nanosecond, cost.Forever-1))
	assert.Equal(t, cost.Forever, cost.Sum(cost.Forever, cost.Forever))
	assert.Equal(t, math.MaxInt, cost.Sum(math.MaxInt, 1))
	assert.Equal(t, 6*time.Second, cost.Times(2*time.Second, 3))
	assert.Zero(t, cost.Times(cost.Forever, 0))
	assert.Zero(t, cost.Times(0, math.MaxInt))
	assert.Equal(t, cost.Forever, cost.Times(cost.Forever/2, 3))
	assert.Equal(t, math.MaxInt, cost.Times(math.MaxInt/2, 3))
}

// A call pays once for the budget of the outermost of the layers that share it, and for another
// one as often as the layer above it sends a request.
func TestBudgetsOfARequest(t *testing.T) {
	t.Parallel()
	shared, own := layer.DefaultBudget(), layer.DefaultBudget()
	for _, row := range []struct {
		name       string
		repeat     func(w *cost.WorstCase)
		requests   int
		multiplied int
		draws      []cost.Draw
	}{
		{"none", func(w *cost.WorstCase) { w.Repeat(1, shared) }, 1, 1, nil},
		{"one", func(w *cost.WorstCase) { w.Repeat(3, shared) }, 3, 1, []cost.Draw{{Budget: shared, Pays: 1}}},
		{"no budget", func(w *cost.WorstCase) { w.Repeat(2, own); w.Repeat(3, nil) }, 6, 3, []cost.Draw{{Budget: own, Pays: 3}}},
		{"the same", func(w *cost.WorstCase) { w.Repeat(2, shared); w.Repeat(3, shared) }, 6, 1, []cost.Draw{{Budget: shared, Pays: 1}}},
		{
			"two", func(w *cost.WorstCase) { w.Repeat(2, own); w.Repeat(3, shared) },
			6, 1, []cost.Draw{{Budget: own, Pays: 3}, {Budget: shared, Pays: 1}},
		},
		{
			"that of the loop", func(w *cost.WorstCase) { w.RepeatPending(2, own); w.Settle(shared); w.Repeat(3, shared); w.SettleOwn() },
			6, 1, []cost.Draw{{Budget: shared, Pays: 1}},
		},
		{
			"a loop without one", func(w *cost.WorstCase) { w.RepeatPending(2, own); w.Settle(nil); w.Repeat(3, nil) },
			6, 6, nil,
		},
		{"no loop", func(w *cost.WorstCase) { w.RepeatPending(2, own); w.SettleOwn() }, 2, 1, []cost.Draw{{Budget: own, Pays: 1}}},
	} {
		w := cost.WorstCase{Requests: 1, Multiplied: 1}
		row.repeat(&w)
		assert.Equal(t, row.requests, w.Requests, row.name)
		assert.Equal(t, row.multiplied, w.Multiplied, row.name)
		assert.Len(t, w.Draws, len(row.draws), row.name)
		for i, d := range row.draws {
			assert.Same(t, d.Budget, w.Draws[i].Budget, row.name)
			assert.Equal(t, d.Pays, w.Draws[i].Pays, row.name)
		}
	}
}

func TestSettingsPrintBriefly(t *testing.T) {
	t.Parallel()
	var w cost.WorstCase
	for _, value := range []any{time.Hour, 90 * time.Minute, time.Minute, 61 * time.Second, 10 * time.Second, time.Duration(0), cost.Forever, 3, (*layer.Budget)(nil)} {
		w.Set("x", value)
	}
	var got []string
	for _, s := range w.Settings {
		got = append(got, s.Value)
	}
	assert.Equal(t, []string{"1h", "1h30m", "1m", "1m1s", "10s", "0s", "no limit", "3", "none"}, got)
}

package backoff_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tripware/tripware/internal/backoff"
)

// Sources that draw the ends of every span.
func lowest(time.Duration) time.Duration          { return 0 }
func highest(ceiling time.Duration) time.Duration { return max(0, ceiling) }

// Promise R2: equal jitter is drawn from the upper half of what lies below the ceiling.
func TestEqualJitterKeepsHalfTheCeiling(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ ceiling, least, most time.Duration }{
		{0, 0, 0},
		{1, 0, 1},
		{7, 3, 7},
		{time.Second, time.Second / 2, time.Second},
		{math.MaxInt64, math.MaxInt64 / 2, math.MaxInt64},
	} {
		assert.Equal(t, row.least, backoff.Equal(lowest, row.ceiling), row.ceiling)
		assert.Equal(t, row.most, backoff.Equal(highest, row.ceiling), row.ceiling)
	}
}

// Promise R2: a decorrelated wait is drawn from the base delay to three times the
// last wait, never above the longest, without overflow.
func TestDecorrelatedJitterGrowsWithTheLastWait(t *testing.T) {
	t.Parallel()
	const huge = time.Duration(math.MaxInt64)
	for _, row := range []struct {
		name                           string
		base, limit, last, least, most time.Duration
	}{
		{"first", 5, 2000, 0, 5, 15},
		{"after a short wait", 5, 2000, 4, 5, 15},
		{"after a longer one", 5, 2000, 100, 5, 300},
		{"three times the last is the longest", 5, 300, 100, 5, 300},
		{"three times the last is above the longest", 5, 2000, 1500, 5, 2000},
		{"after the longest", 5, 2000, 2000, 5, 2000},
		{"base above the longest", 50, 20, 0, 20, 20},
		{"last beyond all bounds", 5, 2000, huge, 5, 2000},
		{"all as long as can be", huge, huge, huge, huge, huge},
		{"no base, no last", 0, 2000, 0, 0, 0},
		{"no longest", 5, 0, 100, 0, 0},
	} {
		assert.Equal(t, row.least, backoff.Decorrelated(lowest, row.base, row.limit, row.last), row.name)
		assert.Equal(t, row.most, backoff.Decorrelated(highest, row.base, row.limit, row.last), row.name)
	}
	middle := func(ceiling time.Duration) time.Duration { return ceiling / 2 }
	assert.EqualValues(t, 2000, backoff.Decorrelated(middle, 5, 2000, 1500), "a draw above the longest is cut, not drawn again")
}

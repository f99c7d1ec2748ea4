package retry

import (
	"io"
	"time"

	"github.com/tripware/tripware/transport/layer"
)

// One timer for all drains
//
// The calls of a layer share the timer that limits their drains. A timer for each drain
// costs about a tenth of a call that gets 503, 503, 200 (BenchmarkRatio). Invariants:
//
//   - A body is never closed late, and early by one tick of 10 ms at most, unless the
//     machine runs the timer late: see layer.Drainer.
//   - Only calls with the clock of the process share a timer. A bubble of testing/synctest
//     has another clock, which begins in the year 2000, and its timers end with it. There
//     each drain has a separate timer.
//   - A drain with little time, because the next attempt must begin soon, also has a
//     separate timer.
//   - The timer stops within 10 ms of the last drain.

// drain drains and closes the body of a response that is not returned.
func (c *call) drain(body io.ReadCloser, within time.Duration) {
	if c.sharesClock() {
		c.drainer.Drain(body, c.policy.drainBytes, within)
	} else {
		layer.Drain(body, c.policy.drainBytes, within)
	}
}

// inBubble reports whether now was read in a bubble of testing/synctest.
func inBubble(now time.Time) bool { return now.Year() < 2020 }

// sharesClock reports whether the call and its layer both use the clock of the process. In
// a bubble, whose clock begins earlier, the age of the layer is negative.
func (c *call) sharesClock() bool {
	age := c.began
	if c.loop != nil {
		age = time.Since(c.born)
	}
	return !c.bornInBubble && age >= 0
}

package transport

import (
	"math"
	"sync/atomic"
	"time"
)

// A loop is whether a retry loop of the call runs, and the state of the one
// attempt outside the limits that it may have. It is read alone, so it needs no lock.
type loop struct{ state atomic.Int32 }

const (
	loopNone  int32 = iota // no loop runs
	loopBound              // the body cannot be sent again
	loopFree
	loopAsked
	loopSpent
)

func (l *loop) runs() bool { return l.state.Load() != loopNone }
func (l *loop) leave()     { l.state.Store(loopNone) }
func (l *loop) turn(from, to int32) bool {
	return l.state.Load() == from && l.state.CompareAndSwap(from, to)
}

// EnterRetry registers a retry loop with its limits; a maxElapsed of zero is
// none. It reports false when a loop above runs already: that one does the
// retries, within the stricter limits of both, and the caller has to pass through.
func (c *Call) EnterRetry(maxRetries int, maxElapsed time.Duration) (entered bool) {
	if c == nil {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	retries := int32(min(maxRetries, math.MaxInt32)) // half the room on the record, and no call makes more
	switch {
	case c.sealed:
		return true
	case !c.loop.runs():
		c.maxRetries, c.maxElapsed = retries, maxElapsed
		c.loop.state.Store(loopBound)
		if !c.opened { // the call may be older than the round trip: redirects, a caller's own work
			c.others().looping = c.age()
		}
		return true
	}
	c.maxRetries = min(c.maxRetries, retries)
	if maxElapsed > 0 && (c.maxElapsed == 0 || maxElapsed < c.maxElapsed) {
		c.maxElapsed = maxElapsed
	}
	return false
}

// LeaveRetry takes the call's retry loop off the record. Only the loop that
// entered may call it.
func (c *Call) LeaveRetry() {
	if c != nil {
		c.loop.leave()
	}
}

// Looping reports whether a retry loop of the call runs.
func (c *Call) Looping() bool { return c != nil && c.loop.runs() }

// RetryElapsed returns how long the call's retry loop has run: since the call
// began if the chain opened it, else since the loop was entered. It is zero
// without a loop.
func (c *Call) RetryElapsed() (d time.Duration) {
	c.write(func() {
		if d = c.age(); !c.loop.runs() {
			d = 0
		} else if !c.opened {
			d -= c.rest.looping
		}
	})
	return d
}

// RetryLimits returns the limits of the call's retry loop as they stand by now;
// ok is false without one.
func (c *Call) RetryLimits() (maxRetries int, maxElapsed time.Duration, ok bool) {
	c.write(func() { maxRetries, maxElapsed, ok = int(c.maxRetries), c.maxElapsed, c.loop.runs() })
	return maxRetries, maxElapsed, ok
}

// AllowAgain says that the call's retry loop can send the body again, so that
// [Call.Again] will be granted.
func (c *Call) AllowAgain() {
	if c != nil {
		c.loop.turn(loopBound, loopFree)
	}
}

// Again asks the retry loop of the call for one immediate attempt more, outside
// its limits, and reports whether it comes. A loop grants it once; without a
// loop, or with a body that cannot be sent again, it does not come.
func (c *Call) Again() (granted bool) { return c != nil && c.loop.turn(loopFree, loopAsked) }

// TakeAgain reports to the loop, once, that a layer below was granted the
// attempt more.
func (c *Call) TakeAgain() (asked bool) { return c != nil && c.loop.turn(loopAsked, loopSpent) }

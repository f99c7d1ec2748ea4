package transport

import (
	"math"
	"time"
)

// extra is the state of the one attempt outside the limits that a call may have.
type extra int8

const (
	extraBarred extra = iota // the body cannot be sent again
	extraFree
	extraAsked
	extraSpent
)

// EnterRetry registers a retry loop with its limits; a maxElapsed of zero is
// none. It reports false when a loop above runs already: that one does the
// retries, within the stricter limits of both, and the caller has to pass through.
func (c *Call) EnterRetry(maxRetries int, maxElapsed time.Duration) (entered bool) {
	entered = true
	retries := int32(min(maxRetries, math.MaxInt32)) // half the room on the record, and no call makes more
	c.write(func() {
		if entered = !c.looping; entered {
			c.maxRetries, c.maxElapsed, c.extra, c.looping = retries, maxElapsed, extraBarred, true
			return
		}
		c.maxRetries = min(c.maxRetries, retries)
		if maxElapsed > 0 && (c.maxElapsed == 0 || maxElapsed < c.maxElapsed) {
			c.maxElapsed = maxElapsed
		}
	})
	return entered
}

// LeaveRetry takes the call's retry loop off the record. Only the loop that
// entered may call it.
func (c *Call) LeaveRetry() { c.write(func() { c.looping = false }) }

// RetryLimits returns the limits of the call's retry loop as they stand by now;
// ok is false without one.
func (c *Call) RetryLimits() (maxRetries int, maxElapsed time.Duration, ok bool) {
	c.write(func() { maxRetries, maxElapsed, ok = int(c.maxRetries), c.maxElapsed, c.looping })
	return maxRetries, maxElapsed, ok
}

// AllowAgain says that the call's retry loop can send the body again, so that
// [Call.Again] will be granted.
func (c *Call) AllowAgain() { c.write(func() { c.extra = extraFree }) }

// Again asks the retry loop of the call for one immediate attempt more, outside
// its limits, and reports whether it comes. A loop grants it once; without a
// loop, or with a body that cannot be sent again, it does not come.
func (c *Call) Again() (granted bool) {
	c.write(func() {
		if granted = c.looping && c.extra == extraFree; granted {
			c.extra = extraAsked
		}
	})
	return granted
}

// TakeAgain reports to the loop, once, that a layer below was granted the
// attempt more.
func (c *Call) TakeAgain() (asked bool) {
	c.write(func() {
		if asked = c.looping && c.extra == extraAsked; asked {
			c.extra = extraSpent
		}
	})
	return asked
}

package retry

import (
	"cmp"
	"fmt"
	"reflect"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/transport/cost"
)

// countedWaits is the number of waits that are computed one by one; those that follow have the
// length of the last.
const countedWaits = 1000

// Explain says what the loop makes of a request: see [cost.Explainer].
func (r *retrier) Explain(w *cost.WorstCase) {
	c := &r.config
	if w.Does = "retries nothing: it is switched off"; c.off {
		return
	}
	w.Does = fmt.Sprintf("makes up to %d retries of a call", c.maxRetries)
	c.list(w)
	attempts := cost.Sum(c.maxRetries, 1)
	renewals := min(w.Renewals, 1) // the loop makes one for a call
	n := cost.Sum(attempts, renewals)

	send := cost.Sum(w.Send, w.Pauses)
	if c.attemptTimeout > 0 {
		send = min(send, c.attemptTimeout)
	}
	last := min(cost.Sum(w.Held, send), w.Within)
	pause, pauses := c.longestWaits(w)
	before, gap := cost.Sum(pauses, cost.Times(w.Turn, n)), cost.Sum(pause, w.Turn)
	if c.maxElapsed > 0 {
		before, gap = min(before, c.maxElapsed), min(gap, c.maxElapsed)
		w.Within = cost.Sum(c.maxElapsed, last)
	} else {
		w.Within = cost.Forever
	}
	if c.callTimeout > 0 {
		w.Within, w.Body = min(w.Within, c.callTimeout), min(w.Body, c.callTimeout)
	}
	w.Pauses = min(cost.Sum(before, cost.Times(w.Held, n)), w.Within)
	w.Pause = min(cost.Sum(gap, w.Held), w.Within)
	w.Send = cost.Sum(cost.Times(send, n), cost.Times(c.longestDrain(), n-1))
	w.Turn, w.Held, w.Refused = 0, 0, 0
	w.Renewed, w.Renewals = cost.Sum(cost.Times(w.Renewed, n), cost.Times(w.Requests, renewals)), 0
	w.Settle(c.spends())
	w.Repeat(attempts, c.spends())
	w.PerCall = c.withinCall
}

// longestDrain returns how long a response can be drained before the next attempt.
func (c *config) longestDrain() time.Duration {
	if c.drainBytes == 0 {
		return 0
	}
	return c.drainTime
}

// longestWaits returns the longest wait of the loop, and the longest total: what the policy
// waits if the server asks for as long as it is followed and everything drawn is as long as
// can be.
func (c *config) longestWaits(w *cost.WorstCase) (longest, total time.Duration) {
	hint, window := min(w.Hint, c.longestHint()), time.Duration(0)
	if w.Hint == cost.Forever { // then the window in which it counts is not known either
		window = cost.Forever
	}
	if c.clampHint {
		hint, window = min(hint, *c.maxHint), min(window, *c.maxHint)
	}
	step := Step{Base: c.baseDelay, Max: c.longestDelay(), draw: func(ceiling time.Duration) time.Duration { return ceiling }}
	for step.Retry = 1; step.Retry <= min(c.maxRetries, countedWaits); step.Retry++ {
		step.Ceiling = max(backoff.Ceiling(c.baseDelay, step.Max, step.Retry), min(window, step.Max), hint/10, w.Refused/10)
		step.Last = saturatingAdd(max(hint, w.Refused), max(0, c.backoff(step)))
		longest, total = max(longest, step.Last), cost.Sum(total, step.Last)
	}
	return longest, cost.Sum(total, cost.Times(step.Last, max(0, c.maxRetries-countedWaits)))
}

// list sets what is shown of the policy.
func (c *config) list(w *cost.WorstCase) {
	w.Set("max retries", c.maxRetries)
	w.Set("codes", c.codes)
	delay := fmt.Sprintf("%s, from %s", c.backoffName(), c.baseDelay)
	if c.maxDelay > 0 {
		delay += fmt.Sprintf(" up to %s", c.maxDelay)
	}
	w.Set("backoff", delay)
	switch longest := c.longestHint(); {
	case c.clampHint && *c.maxHint == 0:
		w.Set("hints", "ignored")
	case c.clampHint:
		w.Set("hints", "shortened to "+c.maxHint.String())
	case longest == cost.Forever:
		w.Set("hints", "followed, however long")
	default:
		w.Set("hints", "followed up to "+longest.String())
	}
	w.Set("max elapsed", cmp.Or(c.maxElapsed, cost.Forever))
	w.Set("attempt timeout", cmp.Or(c.attemptTimeout, cost.Forever))
	w.Set("call timeout", cmp.Or(c.callTimeout, cost.Forever))
	w.Set("budget", c.spends())
	if c.unlimited && c.maxRetries > 0 {
		w.Warnings = append(w.Warnings, "retries have no budget: in an outage they multiply the load")
	}
}

// backoffName returns the name of the function that computes waits.
func (c *config) backoffName() string {
	for _, known := range []struct {
		f    Backoff
		name string
	}{{FullJitter, "full jitter"}, {EqualJitter, "equal jitter"}, {Decorrelated, "decorrelated jitter"}, {Constant, "constant"}} {
		if reflect.ValueOf(c.backoff).Pointer() == reflect.ValueOf(known.f).Pointer() {
			return known.name
		}
	}
	return "a function of yours"
}

package transport

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// A Call is the record of one call: what every layer learned of it. Layers write
// to it while the call runs; when the call ends it is sealed, and what comes
// later is dropped. All methods are safe for concurrent use, and work on a nil
// Call, which is empty.
//
// A Call prints as one line with every verb of fmt, and has a form for slog
// ([Call.LogValue]) and for JSON ([Call.MarshalJSON]). None of the three shows a
// secret, and none grows with the number of attempts or the length of a text.
//
// A redirect that http.Client follows continues the call. With [Begin] all hops
// share one record; without it each hop has its own, with the transaction id of
// the first, and [Call.Previous] leads to the record of the hop before.
type Call struct { // its size is a part of what each call costs: few have a rest, and times are distances
	mu    sync.Mutex
	id    [1]string     // once it is set it stays: headers may lend it, see lend
	epoch *time.Time    // a moment before the call, which many share: see [Call.start]
	begun time.Duration // since epoch
	took  time.Duration // once it is sealed
	first attempt       // most calls need no more
	rest  *rest         // nil until there is something to keep
	url   *url.URL      // of the first round trip
	rate  kept

	quota  quotaFlags // of rate
	method method     // of the first round trip
	opened bool       // by a chain, for one round trip
	lent   bool       // the id stands in a header
	sealed bool
}

// rest is what most calls have none of.
type rest struct {
	start    time.Time // when the call began, once somebody asked
	method   string    // one that has no number
	previous *Call     // the record of the hop before
	attempts []attempt // the second and those that follow
	waits    []Wait
	reason   Reason
	facts    []any  // at most one of a type
	trips    []trip // round trips that ended, where a loop counts them
	changed  []changed
}

// makeRoom gives the lists of a call that repeats an attempt room for as many
// entries as most such calls need, in one allocation.
func (r *rest) makeRoom() {
	lists := &struct {
		attempts [3]attempt
		waits    [3]Wait
	}{}
	r.attempts, r.waits = append(lists.attempts[:0], r.attempts...), append(lists.waits[:0], r.waits...)
}

// others returns rest, to be written to.
func (c *Call) others() *rest {
	if c.rest == nil {
		c.rest = &rest{}
	}
	return c.rest
}

// Reason says why a retry loop ended while the answer still asked for a retry,
// or why it could not repeat. It is empty when the last answer was wanted.
type Reason string

func (c *Call) begin(ctx context.Context, epoch *time.Time) {
	c.epoch, c.begun = epoch, time.Since(*epoch)
	c.id[0], _ = ctx.Value(transactionKey{}).(string)
}

// age returns how long ago the call began.
func (c *Call) age() time.Duration { return time.Since(*c.epoch) - c.begun }

// start returns when the call began. The time of day is asked for here, once,
// and not when the call begins: few want to know, and [time.Now] costs two to
// three times what [time.Since] does (BenchmarkClock). The distance to a moment
// in the past is kept instead.
func (c *Call) start() time.Time {
	r := c.others()
	if r.start.IsZero() {
		age := c.age()
		r.start = time.Now().Add(-age)
	}
	return r.start
}

// End seals the record. Calling it again does nothing.
func (c *Call) End() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.sealed {
		c.took, c.sealed = c.age(), true
	}
}

// CallOf returns the record of the call that resp answers, or nil.
func CallOf(resp *http.Response) *Call {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return CallFrom(resp.Request.Context())
}

// open reports whether c takes entries.
func (c *Call) open() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.sealed
}

// RateLimit returns what the last response said of rate limits; the zero value
// says that none came, or that it said nothing.
func (c *Call) RateLimit() RateLimit {
	if c == nil {
		return RateLimit{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rate.limit(c.quota)
}

// Reason returns why retries ended, or the empty string when they were not needed any more.
func (c *Call) Reason() Reason {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest == nil {
		return ""
	}
	return c.rest.reason
}

// Start returns when the call began.
func (c *Call) Start() time.Time {
	if c == nil {
		return time.Time{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.start()
}

// Elapsed returns how long the call took, or has taken so far.
func (c *Call) Elapsed() time.Duration {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.sealed {
		return c.age()
	}
	return c.took
}

// Sealed reports whether the call has ended.
func (c *Call) Sealed() bool { return c != nil && !c.open() }

// write runs f on the open record; on none or a sealed one it does nothing.
func (c *Call) write(f func()) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.sealed {
		f()
	}
}

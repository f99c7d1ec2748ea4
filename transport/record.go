package transport

import (
	"net/http"
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
type Call struct {
	mu     sync.Mutex
	id     [1]string     // see Call.lend
	epoch  *time.Time    // a moment before the call began
	begun  time.Duration // since epoch
	first  attempt
	rest   *rest         // nil until there is something to keep
	target *http.Request // of the first round trip that has a URL
	rate   kept
	quota  quotaFlags // of rate

	opened bool // by a chain, for one round trip
	lent   bool // the id is in a header
	sealed bool
	taken  bool // the request of the block: see scope.nextSent
	timely bool // see Call.delay
}

// Reason says why a retry loop ended while the answer still asked for a retry,
// or why it could not repeat. It is empty when the last answer was wanted.
type Reason string

// End seals the record. Calling it again does nothing.
func (c *Call) End() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.sealed {
		if !c.timely {
			c.others().took = c.age()
		}
		c.sealed = true
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

// RateLimit returns what the last response said of rate limits, as the ratelimit
// middleware or a typed call has read it. It is the zero value if neither has read
// a response, or if the last one said nothing.
func (c *Call) RateLimit() RateLimit {
	if c == nil {
		return RateLimit{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit()
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
	return c.elapsed()
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

package transport

import (
	"net/http"
	"sync"
	"time"
)

// A Call is the record of one call. Layers write to it while the call runs; when the call
// ends, it is sealed, and later writes are dropped. All methods are safe for concurrent
// use. A nil Call is an empty record.
//
// A Call prints as one line with every verb of fmt, and has a form for slog
// ([Call.LogValue]) and one for JSON ([Call.MarshalJSON]). All three mask secrets and are
// bounded in size.
//
// A redirect that http.Client follows continues the call. With [Begin] all hops share one
// record. Without it each hop has a record with the transaction id of the first, and
// [Call.Previous] returns the record of the hop before.
type Call struct {
	mu     sync.Mutex
	id     [1]string     // see Call.lend
	epoch  *time.Time    // a time before the call began
	begun  time.Duration // since epoch
	first  attempt
	rest   *rest         // nil until it is needed
	target *http.Request // of the first round trip that has a URL
	rate   kept
	quota  quotaFlags // of rate

	opened bool // by a chain, for one round trip
	lent   bool // the id is in a header
	sealed bool
	taken  bool // the request of the block: see scope.nextSent
	timely bool // see Call.delay

	trips trips // if Begin opened the record
}

// A Reason says why a retry loop ended although the last response or error called for a
// retry. It is empty if no further retry was needed. Package retry lists the reasons.
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

// CallOf returns the record of the call that resp belongs to, or nil if resp does not come
// from a chain.
func CallOf(resp *http.Response) *Call {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return CallFrom(resp.Request.Context())
}

// open reports whether c can be written to.
func (c *Call) open() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.sealed
}

// RateLimit returns the rate limit of the last response, as the ratelimit middleware or a
// typed call has read it. It is zero if neither has read one.
func (c *Call) RateLimit() RateLimit {
	if c == nil {
		return RateLimit{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.limit()
}

// Reason returns why retries ended although the last response or error called for a retry.
// It is empty after a success, after a status or error that is not retried, if the caller
// canceled the call, and if there is no retry loop.
func (c *Call) Reason() Reason {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.rarities(); r != nil {
		return r.reason
	}
	return ""
}

// ErrorClass returns the class of the error that the call ended with: see [ClassifyError]. It is
// empty if the call has ended with a response, or not at all. If several round trips share the
// record, the last error counts.
func (c *Call) ErrorClass() ErrorClass {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.rarities(); r != nil {
		return r.class
	}
	return ""
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

// write runs f with the record locked. It does nothing if c is nil or sealed.
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

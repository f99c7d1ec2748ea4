package transport

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A Call is the record of one call: what every layer learned of it. Layers write
// to it while the call runs; when the call ends it is sealed, and what comes
// later is dropped. All methods are safe for concurrent use, and those that read
// work on a nil Call, which is empty.
type Call struct {
	mu       sync.Mutex
	id       string
	begun    time.Time
	ended    time.Time // zero while the call runs
	attempts []Attempt
	waits    []Wait
	rate     *RateLimit // most vendors say nothing
	reason   Reason
	retrier  Retrier
	facts    []any      // at most one of a type
	first    [1]Attempt // most calls need no more
}

// An Attempt is one sending of a call by the base round tripper.
type Attempt struct {
	Number  int           // from 1
	Start   time.Time     // when the base was asked
	Elapsed time.Duration // until its answer's head, or its error; zero while it runs
	Status  int           // zero without a response
	Err     error         // nil with a response
}

// A Wait is time that a call spent between attempts on purpose.
type Wait struct {
	For    time.Duration // how long the call meant to wait
	Before int           // the attempt that follows, counted from 1
	Cause  WaitCause
	Reason string // in a few words: "status 429", "connection refused", "paused by 429"
}

// WaitCause says which layer waited.
type WaitCause string

// The layers that wait.
const (
	WaitBackoff WaitCause = "backoff" // the retry loop
	WaitLimit   WaitCause = "limit"   // the limiter
)

// Reason says why a retry loop ended while the answer still asked for a retry,
// or why it could not repeat. It is empty when the last answer was wanted.
type Reason string

// A Retrier is a running retry loop as layers below it see it.
type Retrier interface {
	// Again asks for one immediate attempt more, outside the loop's limits, and
	// reports whether the loop will make it. A loop grants it once per call.
	Again() bool
}

type callKey struct{}

// callContext is a context node that holds the record; a type of our own lies in
// the record's block, where a WithValue node would be an allocation of its own.
type callContext struct {
	context.Context
	call *Call
}

func (c *callContext) Value(key any) any {
	if key == (callKey{}) {
		return c.call
	}
	return c.Context.Value(key)
}

// block is all that the beginning of a call needs, in one allocation.
type block struct {
	call  Call
	ctx   callContext
	req   http.Request
	value [1]string // the transaction id as a header's values
}

func newBlock(req *http.Request) *block {
	b := &block{}
	b.ctx = callContext{Context: req.Context(), call: &b.call}
	b.call.begin(b.ctx.Context)
	b.req = *req.WithContext(&b.ctx)
	return b
}

func (c *Call) begin(ctx context.Context) {
	c.begun = time.Now()
	c.attempts = c.first[:0]
	c.id, _ = ctx.Value(transactionKey{}).(string)
}

// Begin opens the record of a call and returns a context that carries it: all
// round trips made with that context belong to the call, redirects included,
// until [Call.End]. It is optional: else the outermost [Chain] opens a record
// per round trip. Use one begun context for one call.
func Begin(ctx context.Context) (context.Context, *Call) {
	b := &struct {
		call Call
		ctx  callContext
	}{}
	b.ctx = callContext{Context: ctx, call: &b.call}
	b.call.begin(ctx)
	return &b.ctx, &b.call
}

// End seals the record. Calling it again does nothing.
func (c *Call) End() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended.IsZero() {
		c.ended = time.Now()
		c.retrier = nil
	}
}

// Detach returns ctx without the record of its call: for what a layer calls out
// to (a token source, a hook), whose own requests are none of this call's.
func Detach(ctx context.Context) context.Context {
	if node, ok := ctx.(*callContext); ok { // nothing stands on it: what it stands on will do
		return Detach(node.Context)
	}
	if CallFrom(ctx) == nil {
		return ctx
	}
	return &callContext{Context: ctx}
}

// CallFrom returns the record that ctx carries, or nil.
func CallFrom(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
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
	return c.ended.IsZero()
}

// Attempts returns the attempts so far, in their order.
func (c *Call) Attempts() []Attempt {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.attempts)
}

// AttemptCount returns how many attempts began so far.
func (c *Call) AttemptCount() int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.attempts)
}

// Retries returns how many attempts followed the first.
func (c *Call) Retries() int { return max(0, c.AttemptCount()-1) }

// Waits returns the waits so far, in their order.
func (c *Call) Waits() []Wait {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.waits)
}

// Waited returns the sum of all waits so far.
func (c *Call) Waited() (sum time.Duration) {
	for _, wait := range c.Waits() {
		sum += wait.For
	}
	return sum
}

// RateLimit returns what the last response said of rate limits; the zero value
// says that none came, or that it said nothing.
func (c *Call) RateLimit() RateLimit {
	if c == nil {
		return RateLimit{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rate == nil {
		return RateLimit{}
	}
	return *c.rate
}

// Reason returns why retries ended, or the empty string when they were not needed any more.
func (c *Call) Reason() Reason {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason
}

// Start returns when the call began.
func (c *Call) Start() time.Time {
	if c == nil {
		return time.Time{}
	}
	return c.begun
}

// Elapsed returns how long the call took, or has taken so far.
func (c *Call) Elapsed() time.Duration {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended.IsZero() {
		return time.Since(c.begun)
	}
	return c.ended.Sub(c.begun)
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
	if c.ended.IsZero() {
		f()
	}
}

// AddWait notes a wait. A middleware that waits calls it before it does; the
// number of the attempt that follows is filled in.
func (c *Call) AddWait(w Wait) {
	c.write(func() {
		w.Before = len(c.attempts) + 1
		c.waits = append(c.waits, w)
	})
}

// SetRateLimit notes what a response said of rate limits.
func (c *Call) SetRateLimit(r RateLimit) {
	if r == (RateLimit{}) {
		return
	}
	said := r
	c.write(func() { c.rate = &said })
}

// SetReason notes why retries ended.
func (c *Call) SetReason(r Reason) { c.write(func() { c.reason = r }) }

// EnterRetry registers r as the call's retry loop and returns the loop that is
// registered already, if any: then r is not, and has to pass through.
func (c *Call) EnterRetry(r Retrier) (outer Retrier) {
	c.write(func() {
		if outer = c.retrier; outer == nil {
			c.retrier = r
		}
	})
	return outer
}

// LeaveRetry takes the call's retry loop off the record.
func (c *Call) LeaveRetry() { c.write(func() { c.retrier = nil }) }

// Again asks the retry loop of the call for one immediate attempt more, and
// reports whether it comes; without a loop it does not.
func (c *Call) Again() bool {
	var r Retrier
	c.write(func() { r = c.retrier })
	return r != nil && r.Again()
}

func (c *Call) beginAttempt() (n int) {
	c.write(func() {
		n = len(c.attempts) + 1
		c.attempts = append(c.attempts, Attempt{Number: n, Start: time.Now()})
	})
	return n
}

func (c *Call) endAttempt(n int, resp *http.Response, err error) {
	c.write(func() {
		if n == 0 {
			return
		}
		a := &c.attempts[n-1]
		a.Elapsed, a.Err = time.Since(a.Start), err
		if resp != nil {
			a.Status = resp.StatusCode
		}
	})
}

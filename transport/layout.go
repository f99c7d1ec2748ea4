package transport

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tripware/tripware/internal/record"
)

// Allocation layout
//
// A call that succeeds at its first attempt allocates one block here. It holds the record,
// the scope (which is the context of the round trip), and two requests: the one that the
// layers get, and the one that is sent first.
//
// Invariants:
//   - A block belongs to one call and is never reused: the caller may keep the record, and
//     HTTP/2 may read the sent request after RoundTrip has returned.
//   - scope.sent is used at most once. Later attempts have separate requests.
//   - Call.first is attempt 1, which begins with the call unless rest.delay is set, and
//     rare.attempts[n-2] is attempt n. Numbers are handed out before attempts begin (see
//     lane), so attempts may begin in another order, and a number may remain unused.
//   - Fields that plain calls do not need are in rest, and those that few calls need in
//     rare. Both are nil until they are needed; a record from Begin has a rest from the start.
//   - Times are durations since the call began, and its beginning is a duration since
//     epoch, a time that all calls of a chain share: time.Since reads one clock, time.Now
//     two. The time of day is computed on request. A call of one attempt reads the clock
//     when it begins and when the attempt ends.
//   - The id does not change after a header shares its slice.
//   - The blocks fit size classes of the runtime (TestTheBlocksFitTheirSizeClasses), so a
//     field that plain calls do not need belongs in rest or rare.

// opened is the block of a call whose record a chain opened.
type opened struct {
	call  Call
	scope scope
}

// begunCall is the block of a call whose record Begin opened, with what a typed call needs.
type begunCall struct {
	call   Call
	ctx    begun
	epoch  time.Time
	rest   rest
	room   [4]any // for the facts of a typed call
	vendor vendor
}

// observed is the block of rest for a call that has facts.
type observed struct {
	rest rest
	room [2]any // most of these calls have at most two, unless they are typed
}

// attempt is the record of an attempt.
type attempt struct {
	elapsed time.Duration
	status  int32
	made    bool  // false if there was no such attempt
	ended   bool  // the result is known
	leg     uint8 // as [Attempt.Leg], with lostLeg if it has lost
	claims  uint8 // how many senders took it over; the last of them, the innermost, sets the result
}

// laterAttempt is an attempt after the first.
type laterAttempt struct {
	attempt

	start time.Duration // since the call began
}

type failure struct {
	attempt int
	err     error
	class   ErrorClass
}

// rest holds what plain calls do not need: the facts of observers, and what a typed call has.
type rest struct {
	start  time.Time     // when the call began, if it was asked for
	took   time.Duration // until the record was sealed; not set if the call is timely
	delay  time.Duration // of the first attempt: see Call.delay
	facts  []any         // at most one of each type
	vendor *vendor
	rare   *rare
}

// vendor is what the calls of a vendor's client have.
type vendor struct {
	said vendorLimit
	read record.LimitReader // sets said
}

// rare holds what only calls need that are retried, fail, or have several round trips.
type rare struct {
	previous *Call          // the record of the previous hop
	attempts []laterAttempt // the second and later ones
	failures []failure      // of attempts that ended with an error
	waits    []wait
	unmade   int     // how many of attempts have not begun
	handed   int     // the highest number handed out: see lane
	seed     lane    // of the first round trip, when another one began beside it
	lanes    []*lane // of running round trips, if the record has had several
	joined   int     // how many round trips the record has had, if several
	reason   Reason
	class    ErrorClass // of the error that the last round trip ended with
	trips    []trip     // round trips that have ended, if a loop counts them
	changed  []changed
	hedges   []hedge // at most one of each round trip
}

// others returns rest, and allocates it if necessary.
func (c *Call) others() *rest {
	if c.rest == nil {
		c.rest = &rest{}
	}
	return c.rest
}

// typed returns what the calls of a vendor's client have, and allocates it if necessary.
func (c *Call) typed() *vendor {
	r := c.others()
	if r.vendor == nil {
		r.vendor = &vendor{}
	}
	return r.vendor
}

// rarities returns what few calls have, or nil.
func (c *Call) rarities() *rare {
	if c.rest == nil {
		return nil
	}
	return c.rest.rare
}

// rarely returns what few calls have, and allocates it if necessary.
func (c *Call) rarely() *rare {
	switch {
	case c.rest == nil:
		both := &struct {
			rest rest
			rare rare
		}{}
		c.rest, both.rest.rare = &both.rest, &both.rare
	case c.rest.rare == nil:
		c.rest.rare = &rare{}
	}
	return c.rest.rare
}

// store adds a fact.
func (c *Call) store(fact any) {
	if c.rest == nil {
		block := &observed{}
		c.rest, block.rest.facts = &block.rest, block.room[:0]
	}
	c.rest.facts = append(c.rest.facts, fact)
}

// makeRoom allocates the lists of a call that is retried, with room for as many entries as
// most such calls need, in one allocation.
func (r *rare) makeRoom() {
	lists := &struct {
		attempts [3]laterAttempt
		waits    [3]wait
	}{}
	r.attempts, r.waits = append(lists.attempts[:0], r.attempts...), append(lists.waits[:0], r.waits...)
}

// attempt returns where attempt n is stored.
func (c *Call) attempt(n int) *attempt {
	if n == 1 {
		return &c.first
	}
	return &c.rest.rare.attempts[n-2].attempt
}

// attemptStart returns how long after the beginning of the call attempt n began.
func (c *Call) attemptStart(n int) time.Duration {
	switch {
	case n > 1:
		return c.rest.rare.attempts[n-2].start
	case c.rest == nil:
		return 0
	}
	return c.rest.delay
}

func (c *Call) setAttemptStart(n int, start time.Duration) {
	switch {
	case n > 1:
		c.rest.rare.attempts[n-2].start = start
	case start != 0:
		c.others().delay = start
	}
}

// newScope returns the scope of a round trip of req, with the record that its context was
// begun with or a new one. The node is the nearest in its context. ch is nil for a retry
// loop without a chain.
func newScope(req *http.Request, node any, ch *chain, epoch *time.Time) *scope {
	ctx := req.Context()
	var s *scope
	call := begunFor(node)
	if call != nil {
		s = &scope{call: call}
	} else {
		block := &opened{}
		s, call = &block.scope, &block.call
		s.call, call.opened = call, true
		call.begin(ctx, epoch)
		call.timely = ch.isPlaced()
		if req.Response != nil {
			call.follow(CallOf(req.Response))
		}
	}
	s.parent, s.chain = parent{req}, ch
	s.req = *req.WithContext(s)
	if call.opened {
		call.aim(ctx, &s.req) // no other goroutine has it yet
	} else {
		call.write(func() {
			call.aim(ctx, &s.req)
			call.join(s)
		})
	}
	return s
}

// nextSent returns an empty request for the next attempt.
func (s *scope) nextSent() *http.Request {
	c := s.call
	if c.opened {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.taken {
			c.taken = true
			return &s.sent
		}
	}
	return &http.Request{}
}

func (c *Call) begin(ctx context.Context, epoch *time.Time) {
	c.epoch, c.begun = epoch, time.Since(*epoch)
	c.id[0], _ = ctx.Value(transactionKey{}).(string)
}

// age returns how long ago the call began.
func (c *Call) age() time.Duration { return time.Since(*c.epoch) - c.begun }

// delay returns how long after the beginning of the call its first attempt begins.
//
// A call is timely if only layers with a place in the order of layers have run since the
// clock was last read, which is before the first attempt or after the last one. These
// layers take no time, unless they report it by record.Delay or layer.AddWait.
func (c *Call) delay() time.Duration {
	if c.timely {
		return 0
	}
	return c.age()
}

// now returns the current time, for which a timely call does not read the clock.
func (c *Call) now() time.Time {
	age := time.Duration(0)
	switch n := c.highest(); {
	case !c.timely || c.sealed:
		age = c.age()
	case n > 0:
		age = c.attemptStart(n) + c.attempt(n).elapsed
	}
	return c.epoch.Add(c.begun + age)
}

// elapsed returns how long the call took, or has taken so far.
func (c *Call) elapsed() time.Duration {
	n := c.highest()
	switch {
	case !c.sealed:
		return c.age()
	case !c.timely:
		return c.rest.took
	case n == 0:
		return 0
	}
	return c.attemptStart(n) + c.attempt(n).elapsed
}

// start returns when the call began.
func (c *Call) start() time.Time {
	r := c.others()
	if r.start.IsZero() {
		age := c.age()
		r.start = time.Now().Add(-age)
	}
	return r.start
}

// lend returns the id as the values of a header, which share its memory from now on.
func (c *Call) lend() []string {
	c.identity()
	c.lent = true
	return slices.Clip(c.id[:])
}

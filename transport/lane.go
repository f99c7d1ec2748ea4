package transport

import (
	"context"
	"slices"
	"strconv"

	"github.com/tripware/tripware/internal/record"
)

// A lane is a sequence of attempts of which one runs at a time: those of a round trip, or
// those of a leg. It holds the number of its next attempt from the time when somebody asks
// for it until the attempt begins, so that no other lane of the record gets the same number.
//
// A record with a single round trip needs no lane for it, since the next number follows
// from the attempts.
type lane struct {
	trip     *scope
	reserved int // the number of the next attempt; 0 if nobody has asked for it
	sent     int // attempts of the round trip that have begun, with those of its legs
	reason   Reason
}

// A leg is the context of one of several attempts that a layer makes at the same time.
type leg struct {
	context.Context
	lane

	attempt  int32 // as in loop
	number   int   // which leg of a hedge it is, counted from 1; 0 if it is none
	asked    bool  // it asks for an extra attempt, which it gets if it wins
	repeated bool  // it has asked for one without a loop
}

type legKey struct{}

func (l *leg) Value(key any) any {
	if key == (legKey{}) {
		return l
	}
	return l.Context.Value(key)
}

// legOf returns the leg of round trip s that ctx belongs to, or nil.
func legOf(ctx context.Context, s *scope) *leg {
	if ctx == context.Context(s) { // the usual case
		return nil
	}
	if l, ok := ctx.Value(legKey{}).(*leg); ok && l.trip == s {
		return l
	}
	return nil
}

// next returns the lowest number that no attempt of the record has got.
func (c *Call) next() int {
	n := c.highest()
	if r := c.rarities(); r != nil {
		n = max(n, r.handed)
	}
	return n + 1
}

// trips says which round trips a record from [Begin] has had.
type trips uint8

const (
	tripsNone      trips = iota
	tripsFirst           // one, which runs
	tripsFirstOver       // one, which has ended
	tripsSeveral
)

// join registers a round trip of a record from [Begin].
func (c *Call) join(s *scope) {
	switch c.trips {
	case tripsNone:
		c.trips = tripsFirst
		return
	case tripsFirst: // it has begun all attempts, and may have asked for the number of the next one
		r := c.rarely()
		r.seed = lane{sent: c.count(), reserved: c.next()}
		r.handed = r.seed.reserved
	case tripsFirstOver, tripsSeveral:
	}
	c.trips = tripsSeveral
	r := c.rarely()
	r.joined = max(r.joined, 1) + 1
	r.lanes = append(r.lanes, &lane{trip: s})
}

// lane returns the lane of the round trip, or nil if the record has had no other or the round
// trip has ended. The record is locked.
func (s *scope) lane() *lane {
	c := s.call
	if c.opened || c.trips != tripsSeveral || s.over() {
		return nil
	}
	r := c.rest.rare
	for _, l := range r.lanes {
		if l.trip == s {
			return l
		}
	}
	l := &lane{trip: s, sent: r.seed.sent, reserved: r.seed.reserved} // s is the first, which was alone when it began
	r.lanes = append(r.lanes, l)
	return l
}

// number returns the number of the next attempt of the leg, or of the round trip if there is
// none. The record is locked.
func (s *scope) number(l *leg) int {
	c, of := s.call, s.lane()
	if l != nil {
		of = &l.lane
	}
	if of == nil || c.sealed {
		return c.next()
	}
	if of.reserved == 0 {
		of.reserved = c.next()
		c.rarely().handed = of.reserved
	}
	return of.reserved
}

// take returns the number of an attempt that begins. The record is locked.
func (s *scope) take(l *leg) (n int) {
	n = s.number(l)
	if l != nil {
		l.reserved = 0
	}
	if of := s.lane(); of != nil {
		of.sent++
		if l == nil {
			of.reserved = 0
		}
	}
	return n
}

// leave removes the lane of a round trip that ends. A number that was not used is handed
// out again if it is the last one.
func (s *scope) leave() {
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := s.attempts()
	s.loop.state.Store(loopOver)
	s.loop.retries.Store(count(sent))
	if c.trips == tripsFirst {
		c.trips = tripsFirstOver
	}
	r := c.rarities()
	if r == nil {
		return
	}
	r.lanes = slices.DeleteFunc(r.lanes, func(l *lane) bool {
		if l.trip == s && l.reserved > 0 && l.reserved == r.handed {
			r.handed--
		}
		return l.trip == s
	})
}

// attempts returns how many attempts the round trip has made. The record is locked.
func (s *scope) attempts() int {
	c := s.call
	switch {
	case c.opened:
		return c.count()
	case s.over():
		return int(s.loop.retries.Load())
	}
	if of := s.lane(); of != nil {
		return of.sent
	}
	return c.count()
}

// earlier returns how many hops of a redirect were before this round trip, and how many
// attempts they made. No record may be locked.
func (s *scope) earlier() (hops, sent int) {
	for at := s.previous(); at != nil && hops < maxLayers; at = at.previous() {
		at.call.mu.Lock()
		sent += at.attempts()
		at.call.mu.Unlock()
		hops++
	}
	return hops, sent
}

func (s *scope) previous() *scope {
	if resp := s.given.Response; resp != nil && resp.Request != nil {
		return scopeFrom(resp.Request.Context())
	}
	return nil
}

// Attempt returns the attempt that begins next with ctx.
func (s *scope) Attempt(ctx context.Context) record.Attempt {
	_, sent := s.earlier()
	s.call.mu.Lock()
	defer s.call.mu.Unlock()
	return s.nextAttempt(ctx, sent)
}

// AttemptWith also returns the fact that has the type of like, or nil.
func (s *scope) AttemptWith(ctx context.Context, like any) (a record.Attempt, fact any) {
	_, sent := s.earlier()
	s.call.mu.Lock()
	defer s.call.mu.Unlock()
	if known := (*writer)(s.call).like(like); known != nil {
		fact = *known
	}
	return s.nextAttempt(ctx, sent), fact
}

// nextAttempt returns the attempt that begins next with ctx, which earlier hops have sent so
// often. The record is locked.
func (s *scope) nextAttempt(ctx context.Context, earlier int) (a record.Attempt) {
	l, c := legOf(ctx, s), s.call
	a.Number, a.AtOnce = s.number(l), c.timely && c.highest() == 0
	a.Resends = earlier + s.attempts() // a leg that has overtaken another was sent before it
	if r := c.rarities(); r != nil {
		for i := range r.waits {
			if w := &r.waits[i]; w.Before == a.Number && w.trip == s {
				a.Waited += w.For
				if w.Cause == WaitBackoff {
					a.Cause = w.Reason
				}
			}
		}
	}
	if a.Cause == "" {
		a.Cause = s.sequel(l)
	}
	if l != nil {
		a.Leg = l.number
	}
	if a.Cause == "" && a.Leg > 1 {
		a.Cause = causeHedge
	}
	return a
}

// sequel returns why an attempt follows without a wait of the retry loop, such as with a
// new credential after a 401. It is empty for the first attempt of the round trip or leg.
// The record is locked.
func (s *scope) sequel(l *leg) string {
	last := s.loop.attempt
	if l != nil {
		last = l.attempt
	}
	if last == 0 {
		return ""
	}
	if status := s.call.attempt(int(last)).status; status != 0 {
		return "status " + strconv.Itoa(int(status))
	}
	return "error"
}

// NextAttempt returns the context of a leg. The first leg takes over a number that was
// reserved for the next attempt of the round trip, such as by a wait.
func (s *scope) NextAttempt(ctx context.Context) context.Context {
	l := &leg{Context: ctx, lane: lane{trip: s}, number: record.LegOf(ctx)}
	s.call.write(func() {
		if of := s.lane(); of != nil {
			l.reserved, of.reserved = of.reserved, 0
		}
		s.number(l)
	})
	return l
}

// Tally returns what the round trip has done so far.
func (s *scope) Tally() (t record.Tally) {
	t.Hop, _ = s.earlier()
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	s.sum(&t)
	return t
}

// Report returns what the round trip has done.
func (s *scope) Report() (r record.Report) {
	r.Hop, _ = s.earlier()
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	s.sum(&r.Tally)
	route, _ := factOf[Route](c)
	r.ID, r.Route, r.Now = c.identity(), string(route), c.now()
	return r
}

// sum adds up the attempts and waits of the round trip. The record is locked.
func (s *scope) sum(t *record.Tally) {
	c := s.call
	t.Attempts = s.attempts()
	if r := c.rarities(); r != nil {
		t.Reason = string(r.reason)
		if of := s.lane(); of != nil {
			t.Reason = string(of.reason)
		}
		for i := range r.waits {
			if w := &r.waits[i]; w.trip == s {
				t.Waits = append(t.Waits, record.Wait(w.Wait))
			}
		}
		for _, h := range r.hedges {
			if h.trip == s {
				t.Hedges, t.Wins = t.Hedges+h.extra, t.Wins+h.wins
			}
		}
	}
}

// SetReason stores why the retries of the round trip ended.
func (s *scope) SetReason(reason string) {
	(*writer)(s.call).SetReason(reason)
	s.call.write(func() {
		if of := s.lane(); of != nil {
			of.reason = Reason(reason)
		}
	})
}

// AddWait adds a wait of the round trip.
func (s *scope) AddWait(ctx context.Context, of record.Wait) (n, before int) {
	l := legOf(ctx, s)
	s.call.write(func() {
		before = s.number(l)
		n = s.call.addWait(of, before, s)
	})
	return n, before
}

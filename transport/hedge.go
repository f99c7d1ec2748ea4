package transport

import (
	"context"
	"slices"

	"github.com/tripware/tripware/internal/record"
)

// causeHedge is why a leg of a hedge follows another.
const causeHedge = "hedge"

// A hedge sums up the hedges of a round trip.
type hedge struct {
	trip        *scope
	extra, wins int // as in record.Tally
}

// Settle ends the legs that have lost. The record does not take the results of those that are
// still running. It grants the extra attempt for which the winner has asked.
func (s *scope) Settle(won context.Context, lost []context.Context, extra int) {
	winner := legOf(won, s)
	s.call.write(func() {
		for _, ctx := range lost {
			if l := legOf(ctx, s); l != nil {
				s.lose(l)
			}
		}
		if extra == 0 {
			return
		}
		s.call.timely = false
		r := s.call.rarely()
		i := slices.IndexFunc(r.hedges, func(h hedge) bool { return h.trip == s })
		if i < 0 {
			i, r.hedges = len(r.hedges), append(r.hedges, hedge{trip: s})
		}
		r.hedges[i].extra += extra
		if winner != nil && winner.number > 1 {
			r.hedges[i].wins++
		}
	})
	if winner != nil && winner.asked {
		s.loop.state.CompareAndSwap(loopFree, loopAsked)
	}
}

// lostLeg marks the leg of an attempt that has lost.
const lostLeg = 1 << 7

// lose notes that a leg has lost, and ends it unless it has ended. The record is locked.
func (s *scope) lose(l *leg) {
	if l.attempt == 0 {
		s.giveBack(l)
		return
	}
	c, n := s.call, int(l.attempt)
	a := c.attempt(n)
	a.leg |= lostLeg
	if !a.ended {
		a.claims++ // so that its sender does not end it
		a.elapsed, a.ended = c.age()-c.attemptStart(n), true
		r := c.rarely()
		r.failures = append(r.failures, failure{n, record.LostError{}, ClassHedgeLost})
	}
}

// GiveBack gives back the number of a leg that has sent nothing.
func (s *scope) GiveBack(ctx context.Context) {
	if l := legOf(ctx, s); l != nil {
		s.call.write(func() { s.giveBack(l) })
	}
}

// giveBack hands out the number of a leg again, if it is the last one. The record is locked.
func (s *scope) giveBack(l *leg) {
	if r := s.call.rarities(); r != nil && l.reserved > 0 && l.reserved == r.handed {
		r.handed--
	}
	l.reserved = 0
}

// legAgain notes that a leg asks for an extra attempt. Without a loop, each leg may make one
// itself.
func (s *scope) legAgain(l *leg) (granted, first bool) {
	s.call.mu.Lock()
	defer s.call.mu.Unlock()
	switch s.loop.state.Load() {
	case loopFree:
		l.asked = true
		return true, true
	case loopNone, loopAlone:
		first = !l.repeated
		l.repeated = true
	}
	return false, first
}

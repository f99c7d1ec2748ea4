package ratelimit

import (
	"cmp"
	"math"
	"net/http"
	"slices"
	"time"
)

// shared is the part of a key whose turns come from a store. It is guarded by the key's mutex.
//
// One ask runs at a time, beside the attempts. An attempt takes a turn that is there, and
// asks for more in time. Without a turn it waits in the key's queue for the answer, at most
// for the timeout of the store; then the store is down, and the key sends its share.
type shared struct {
	limiter *Limiter
	key     *key
	name    string // the store's key

	turns []time.Time   // when each may be used, in ascending order
	used  tally         // turns used in the last second
	last  Lease         // without its turns
	again time.Time     // no ask for turns before
	wake  chan struct{} // tells the first in the queue that something changed
	leave *time.Timer   // runs while the store counts the limiter as a member

	asking bool
	asks   uint64 // number of asks
	open   int    // asks that have not returned, those given up included

	passed  int
	unknown int // attempts sent without the store that it does not know of
	back    int
	refused Refusal
	sent    time.Time // when the last refused attempt was sent

	down  time.Time // since when the store fails; zero if it does not
	retry time.Duration
	share buckets // the pace while it fails; nil if no rate is known
}

// The parameters of asking.
const (
	storeTimeout = 100 * time.Millisecond
	storeHorizon = 500 * time.Millisecond
	storeLease   = 50
	maxStoreAsk  = 1000
	ahead        = 0.5 // the part of a second's demand that an ask wants
	staleTurn    = time.Second
	idleMember   = 400 * time.Millisecond // sooner than a store takes it for cut off
	firstRetry   = 50 * time.Millisecond
	lastRetry    = 500 * time.Millisecond
	maxAgain     = time.Second
	minAgain     = 5 * time.Millisecond // if a store gives neither turns nor a time
	maxOpenAsks  = 8                    // asks that hang, whatever their context says
)

// delay returns how long the next attempt must wait. It asks the store if there is no turn.
func (s *shared) delay(now time.Time) time.Duration {
	s.dropStale(now)
	if len(s.turns) > 0 {
		return max(0, s.turns[0].Sub(now))
	}
	if !now.Before(s.again) {
		s.ask(now, 1)
	}
	wait := endless // the answer wakes the first in the queue
	if !s.asking {
		wait = max(time.Microsecond, s.again.Sub(now))
	}
	if !s.down.IsZero() {
		wait = min(wait, s.share.missing(now, 1))
	}
	return wait
}

// take uses a turn, or a token of the share if there is none.
func (s *shared) take(now time.Time) {
	s.used.add(now, time.Second)
	if len(s.turns) == 0 {
		s.share.take(now)
		s.unknown++
		return
	}
	s.turns = s.turns[1:]
	if demand := s.demand(now); demand > 1 && len(s.turns) <= demand/4 && !now.Before(s.again) {
		s.ask(now, 0)
	}
}

// demand returns the number of turns that will be used soon.
func (s *shared) demand(now time.Time) int {
	return min(int(math.Ceil(s.used.count(now, time.Second)*ahead)), s.limiter.sharing.MaxLease)
}

// dropStale gives back turns that were not used in time.
func (s *shared) dropStale(now time.Time) {
	for len(s.turns) > 0 && now.Sub(s.turns[0]) > staleTurn {
		s.turns, s.back = s.turns[1:], s.back+1
	}
}

// signal wakes the first in the queue.
func (s *shared) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// accept adds the turns of a lease.
func (s *shared) accept(now time.Time, lease Lease, a *Ask) {
	if !s.down.IsZero() {
		s.down, s.retry, s.share = time.Time{}, 0, nil
		s.key.lessons = lessons{until: s.key.lessons.until, hint: s.key.lessons.hint, why: s.key.lessons.why}
		s.key.gate = nil
	}
	s.again = now.Add(min(lease.Again, maxAgain))
	if len(lease.Turns) == 0 && a.Want > 0 {
		s.again = now.Add(min(max(lease.Again, minAgain), maxAgain))
	}
	if len(s.turns) == 0 {
		s.turns = make([]time.Time, 0, len(lease.Turns))
	}
	for _, in := range lease.Turns {
		s.turns = append(s.turns, now.Add(in))
	}
	slices.SortFunc(s.turns, time.Time.Compare)
	paused, why := lease.Paused, lease.Why
	s.last, s.last.Turns = lease, nil
	s.pause(now, paused, why)
	if s.leave == nil && !a.Leave {
		s.leave = time.AfterFunc(idleMember, s.idle)
	}
	if s.refused != (Refusal{}) {
		s.ask(now, 0)
	}
}

// fail lets the key go on without the store, and ask it again later.
func (s *shared) fail(now time.Time) {
	if s.down.IsZero() {
		s.down = now
		s.share = s.shareOf()
		s.share.empty(now)
	}
	s.retry = min(max(2*s.retry, firstRetry), lastRetry)
	s.again = now.Add(s.retry)
	s.refused = Refusal{} // it is about another pace
}

// shareOf returns the pace of this member alone.
func (s *shared) shareOf() buckets {
	members := float64(max(1, cmp.Or(s.last.Members, s.limiter.sharing.Members)))
	rates := s.limiter.rates
	if s.last.Rate > 0 {
		rates = append(slices.Clone(rates), Rate{PerSecond: s.last.Rate})
	}
	share := make([]Rate, len(rates))
	for i, r := range rates {
		r.PerSecond /= members
		share[i] = Rate{PerSecond: r.PerSecond, Burst: 1 + int(r.PerSecond/50)}
	}
	return newBuckets(share)
}

// pause pauses the key and gives back its turns.
func (s *shared) pause(now time.Time, d time.Duration, why string) {
	if d = min(d, cmp.Or(s.limiter.maxPause, endless)); d <= 0 {
		return
	}
	if l := &s.key.lessons; now.Add(d).After(l.until) {
		l.until, l.hint, l.why = now.Add(d), d, why
	}
	s.back, s.turns = s.back+len(s.turns), nil
}

// alone reports whether the key learns by itself: while the store fails, if no rate is known.
func (s *shared) alone() bool { return !s.down.IsZero() && s.share == nil }

// learn keeps what the server said, for the store.
func (s *shared) learn(sent, now time.Time, status int, o objection) {
	if !o.throttles && o.hint <= 0 {
		if status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
			s.passed++
		}
		return
	}
	if o.hint > short {
		s.pause(now, o.hint, o.why)
	}
	if !s.down.IsZero() { // it is about the pace of this member
		if o.throttles && sent.After(s.sent) {
			s.sent = now
			s.share.slow(now, holdCut)
		}
		return
	}
	r := &s.refused
	if o.throttles {
		r.Count++
	}
	if o.hint > r.Hint {
		r.Hint = o.hint
	}
	r.Window = max(r.Window, o.window)
	r.Why = cmp.Or(r.Why, o.why)
	if sent.After(s.sent) {
		s.sent = sent
	}
	s.ask(now, 0)
}

// least returns how long an attempt waits in any case behind those ahead, if the store
// gives all of its turns to this limiter.
func (s *shared) least(ahead int, now time.Time) time.Duration {
	switch {
	case ahead < len(s.turns):
		return max(0, s.turns[ahead].Sub(now))
	case !s.down.IsZero():
		return s.share.missing(now, float64(ahead)+1)
	}
	var wait time.Duration
	for _, r := range s.limiter.rates {
		if short := float64(ahead + 1 - len(s.turns) - r.Burst); short > 0 {
			wait = max(wait, seconds(short/r.PerSecond))
		}
	}
	return wait
}

// snapshot adds what is shared to a state.
func (s *shared) snapshot(state *State) {
	state.Shared, state.Members, state.Held, state.Asks = true, s.last.Members, len(s.turns), s.asks
	state.StoreDown = s.down
	limit := s.last.Rate
	if !s.down.IsZero() {
		limit = s.share.limit()
	}
	if limit > 0 {
		state.Rate = limit
	}
}

package ratelimit

import (
	"math"
	"time"
)

// An account is a store's state of a key. Times are in seconds of the store's clock, so that
// the script of a store elsewhere can do the same arithmetic, line by line.
type account struct {
	life    uint64 // differs between accounts of a key, if the store forgot one
	at      float64
	tokens  []float64 // for each known rate; negative if turns are reserved
	spaced  float64   // tokens of the learned rate
	filled  float64   // when a bucket was last full, without the turns that members had
	pauseAt float64   // end of the pause
	why     string
	epoch   uint64

	phase   phase
	learned float64 // learned rate at the time since; 0 if there is none
	since   float64
	cut     float64 // when the last refusal arrived that had an effect
	passed  window  // attempts that the server accepted in the last second
	minute  window  // and in the last minute
	period  float64 // in which the server counts, as it said; 1 if it did not

	members map[string]*member
	ghosts  int     // members known to an asker that have not asked since the account was lost
	ghostly float64 // until when they count
}

// A member is a limiter that uses the account.
type member struct {
	seen float64
	used float64 // turns a second, averaged over about a second
	away bool    // it sent attempts without the store before its last ask, and may still
}

// The parameters of an account, in seconds and factors.
const (
	silent     = 0.5  // a member that has not asked for so long may be cut off
	expired    = 30.0 // after so long it is gone
	rejoin     = 2.0  // how long the members of a lost account may take to ask again
	startShare = 0.5  // the learned rate begins at this part of what came through
	rampTwice  = 0.4  // a ramp doubles in this time
	rampAhead  = 0.05 // and reserves no turns beyond this
	rampCut    = 0.6  // a refusal ends it at this part of the rate
	holdCut    = 0.95 // a refusal lowers the rate that is held to this part
	holdGrowth = 0.02 // and it grows by this part a second
	holdEach   = 5.0  // a known rate is lowered if refusals are no further apart
	holdLong   = 20.0 // until, without a refusal, there is no limit
	floor      = 0.1  // the lowest learned rate
	ceiling    = 1e6  // from this rate on there is no limit
	brief      = 1.0  // the longest hint that lowers the rate instead of pausing
)

// newAccount returns the account of a key that the store does not know. If the asker does,
// its tokens may have been used, and turns reserved as far as the horizon.
func newAccount(life uint64, now float64, ask *Ask) *account {
	a := &account{
		life: life, at: now, filled: now, cut: math.Inf(-1), tokens: make([]float64, len(ask.Rates)), members: map[string]*member{},
		passed: window{span: 1, begun: now}, minute: window{span: 60, begun: now}, period: 1,
	}
	if ask.Last.Members == 0 {
		for i, r := range ask.Rates {
			a.tokens[i] = float64(r.Burst)
		}
		return a
	}
	reserved := max(0, ask.Horizon-ask.Away).Seconds()
	for i, r := range ask.Rates {
		a.tokens[i] = -reserved * r.PerSecond
	}
	a.ghosts, a.ghostly, a.epoch = ask.Last.Members, now+rejoin, ask.Last.Epoch
	if ask.Last.Rate > 0 && (len(ask.Rates) == 0 || ask.Last.Rate < slowestOf(ask.Rates)) {
		a.phase, a.learned, a.since = hold, ask.Last.Rate, now
	}
	return a
}

// lease does what [Store] says. Same is false if Ask.Back was given by another account.
func (a *account) lease(now float64, ask *Ask, same bool) Lease {
	self := a.join(now, ask)
	leased := self.seen
	self.seen = now
	a.passed.add(now, float64(max(0, ask.Passed)))
	a.minute.add(now, float64(max(0, ask.Passed)))
	rates := a.rates(now, ask)
	if ask.Refused != (Refusal{}) {
		a.refused(now, ask, rates)
		rates = a.rates(now, ask)
	}
	kept := a.kept(now, self, rates)
	a.refill(now, rates, 1-kept)
	if same && ask.Back > 0 && leased >= a.filled { // else a bucket was full without these turns
		a.add(rates, float64(ask.Back))
		self.used = max(0, self.used-float64(ask.Back))
	}
	a.spend(rates, float64(ask.Alone))
	out := Lease{Epoch: a.epoch, Rate: lowest(rates), Members: max(1, len(a.members)+a.ghosts)}
	switch {
	case now < a.pauseAt:
		out.Paused, out.Why = seconds(a.pauseAt-now), a.why
	case len(rates) == 0:
		out.Turns = make([]time.Duration, max(0, ask.Want)+max(0, ask.Spare))
	default:
		a.give(&out, ask, rates, 1-kept)
	}
	self.used += float64(len(out.Turns))
	if ask.Leave {
		delete(a.members, ask.Member)
	}
	return out
}

// join returns the asker's entry, updated.
func (a *account) join(now float64, ask *Ask) *member {
	m := a.members[ask.Member]
	if m == nil {
		m = &member{seen: now}
		a.members[ask.Member] = m
		a.ghosts = max(0, a.ghosts-1)
	}
	if now > a.ghostly {
		a.ghosts = 0
	}
	m.used *= math.Exp(m.seen - now)
	m.away = ask.Away > 0
	return m
}

// rates returns the limits that hold now: those that are known and the learned one.
func (a *account) rates(now float64, ask *Ask) []Rate {
	if len(a.tokens) != len(ask.Rates) { // another version of the program is running
		a.tokens = make([]float64, len(ask.Rates))
	}
	a.grow(now, ask)
	if a.phase == free {
		return ask.Rates
	}
	rates := make([]Rate, 0, len(ask.Rates)+1)
	return append(append(rates, ask.Rates...), Rate{PerSecond: a.learned, Burst: 1 + int(a.learned/50)})
}

// grow lets the learned rate grow until now.
func (a *account) grow(now float64, ask *Ask) {
	from := max(a.since, a.pauseAt)
	switch age := max(0, now-from); a.phase {
	case ramp:
		a.learned *= math.Exp2(age / (rampTwice * a.period))
	case hold:
		a.learned *= 1 + holdGrowth*age
	case free, seek:
	}
	if now >= from {
		a.since = now
	}
	if a.phase != free && (now-max(a.cut, a.pauseAt) > max(holdLong, a.period) || a.learned >= min(ceiling, slowestOf(ask.Rates))) {
		a.phase, a.learned, a.spaced = free, 0, 0
	}
}

// refused learns from a refusal.
func (a *account) refused(now float64, ask *Ask, rates []Rate) {
	r := &ask.Refused
	hint, sent := r.Hint.Seconds(), now-max(0, r.Ago.Seconds())
	if sent <= a.cut || now < a.pauseAt {
		return
	}
	known := len(ask.Rates) > 0
	first := a.phase == free && !known
	reserved := a.reserved(rates)
	a.period = max(1, r.Window.Seconds())
	if r.Count > 0 {
		a.lower(now, r, known, slowestOf(ask.Rates))
	} else if hint <= 0 {
		return
	}
	if a.cut, a.epoch = now+reserved, a.epoch+1; hint > brief || hint > 0 && (first || r.Count == 0) {
		a.pauseAt, a.why = now+hint, r.Why
		a.filled = a.pauseAt // as the server's bucket will be, which nobody uses until then
	}
	for i := range a.tokens {
		a.tokens[i] = min(a.tokens[i], 0)
	}
	a.spaced = min(a.spaced, 0)
}

// reserved returns the time for which turns were given ahead. What is sent in that time was
// decided before.
func (a *account) reserved(rates []Rate) (longest float64) {
	for i, r := range rates {
		longest = max(longest, -*a.bucket(i)/r.PerSecond)
	}
	return longest
}

// lower sets the rate after a refusal.
func (a *account) lower(now float64, r *Refusal, known bool, limit float64) {
	switch {
	case a.phase == ramp:
		a.phase, a.learned = hold, max(min(a.learned*rampCut, a.passed.count(now)), a.learned/4)
	case a.phase == hold:
		a.learned = max(min(a.learned*holdCut, 2*a.passed.count(now)), a.learned/4)
	case known: // one refusal says nothing about a known rate, nor does one with a long pause
		if now-a.cut < holdEach && r.Hint.Seconds() <= brief {
			a.phase, a.learned = hold, limit*holdCut
		}
	default:
		came := startShare * a.passed.count(now)
		if a.period > 1 {
			came = max(came, a.minute.count(now)*min(1, a.period/60))
		}
		a.phase, a.learned = ramp, max(1, came)/max(a.period, r.Hint.Seconds())
	}
	a.learned, a.since = max(floor, a.learned), now
}

// kept returns the part of the rate that is kept back for members that have fallen silent:
// they may be cut off from the store, and send their share without it.
func (a *account) kept(now float64, self *member, rates []Rate) float64 {
	limit := lowest(rates)
	share := 1 / float64(max(1, len(a.members)+a.ghosts))
	kept := share * float64(a.ghosts)
	for name, m := range a.members {
		switch age := now - m.seen; {
		case m == self || age < silent && !m.away:
		case age > expired:
			delete(a.members, name)
		case m.away:
			kept += share
		case limit > 0:
			kept += min(share, m.used/limit)
		}
	}
	return min(kept, 1-share)
}

// refill adds the tokens of the time since the last ask.
func (a *account) refill(now float64, rates []Rate, part float64) {
	passed := now - a.at
	a.at = now
	for i, r := range rates {
		t := a.bucket(i)
		if *t += passed * r.PerSecond * part; *t >= float64(r.Burst) {
			*t, a.filled = float64(r.Burst), now
		}
	}
}

// add puts n tokens back. While turns are reserved it does not: the turn that was given back
// may be an early one, and the next one to give is behind the last.
func (a *account) add(rates []Rate, n float64) {
	for i, r := range rates {
		t := a.bucket(i)
		if *t >= 0 {
			*t = min(float64(r.Burst), *t+n)
		}
	}
}

// spend takes up to n tokens, of those that are there.
func (a *account) spend(rates []Rate, n float64) {
	for i := range rates {
		t := a.bucket(i)
		*t = max(min(*t, 0), *t-max(0, n))
	}
}

// bucket returns the tokens of the i-th rate.
func (a *account) bucket(i int) *float64 {
	if i < len(a.tokens) {
		return &a.tokens[i]
	}
	return &a.spaced
}

// give adds turns to the lease.
func (a *account) give(out *Lease, ask *Ask, rates []Rate, part float64) {
	horizon := ask.Horizon.Seconds()
	if a.phase == ramp { // the limit is about to be found
		horizon = min(horizon, rampAhead)
	}
	most := ask.Want + ask.Spare
	if members := len(a.members) + a.ghosts; members > 1 { // one ask leaves turns within the horizon to the others
		most = min(most, max(1, int(horizon*lowest(rates)/float64(members))))
	}
	for i := range most {
		slot := 0.0
		for b, r := range rates {
			tokens := *a.bucket(b)
			if i >= ask.Want && tokens < 1+float64(r.Burst)/2 {
				return // spare turns only from a bucket that is at least half full
			}
			slot = max(slot, (1-tokens)/(r.PerSecond*part))
		}
		if slot > horizon {
			out.Again = max(time.Millisecond, seconds(slot-horizon))
			return
		}
		for b := range rates {
			*a.bucket(b)--
		}
		out.Turns = append(out.Turns, seconds(slot))
	}
}

func seconds(s float64) time.Duration { return time.Duration(math.Ceil(s*1e6) * 1e3) }

// lowest returns the lowest of the rates, or 0 if there is none.
func lowest(rates []Rate) float64 {
	if len(rates) == 0 {
		return 0
	}
	return slowestOf(rates)
}

func slowestOf(rates []Rate) float64 {
	least := math.Inf(1)
	for _, r := range rates {
		least = min(least, r.PerSecond)
	}
	return least
}

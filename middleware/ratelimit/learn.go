package ratelimit

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// This file implements how a key learns the rate limit of a server. A key is always in one
// of four phases. An objection is a response that asks to slow down.
//
//	phase  pace
//	free   unlimited
//	ramp   doubles fast, from a low pace
//	seek   doubles slowly, from below the server's rate
//	hold   the measured rate, then slowly above it
//
// The first objection starts a ramp. At a later one, the server's rate is measured from
// the attempts that it accepted since the objection before. If the result is plausible
// the key enters hold, else seek. If fewer than five were accepted there is nothing to
// measure: the key starts another ramp if the objection has a hint, and else a seek at
// half the pace. Without an objection for some time, the key is free again.
//
// An objection with a hint also pauses the key. The exception is a hint of at most a
// second to a key that is not free, if five or more attempts were accepted since the
// objection before.

// A phase says how a key limits its pace.
type phase int

const (
	free phase = iota // no limit
	ramp              // the pace doubles quickly until the server objects
	seek              // the pace is below the server's rate and doubles slowly
	hold              // the pace is the measured rate, and exceeds it only slowly
)

// The parameters of the phases.
const (
	short      = time.Second            // the shortest hint that headers can express
	sure       = 5                      // accepted attempts from which a rate can be measured
	spread     = 20                     // a pause ends up to 1/spread of its length later, at random
	rampDouble = 20 * time.Millisecond  // the shortest time for a ramp to double, unless responses take longer
	rampVolley = 32                     // doublings of a ramp until as many attempts were accepted as in the last volley
	seekDouble = 500 * time.Millisecond // the shortest time for a seek to double
	seekEach   = 8                      // the fewest accepted attempts for a seek to double
	doublings  = 20                     // number of doublings after which there is no limit
	forgotten  = time.Minute            // time after which there is no limit
	holdDip    = 0.03                   // a hold begins this far below the measured rate
	holdTime   = 4 * time.Second        // a hold reaches the measured rate after this time
	holdEnd    = 5                      // number of hold times after which there is no limit
	slowest    = 0.1                    // the lowest pace, in attempts a second, so that it can grow
)

// lessons is the state of a key's learning. It is guarded by the key's mutex.
type lessons struct {
	until time.Time     // end of the pause
	hint  time.Duration // length of the pause that was asked for, or the window of a ramp without a pause
	why   string
	cut   time.Time // last reduction of the pace; responses to attempts sent before it are ignored
	draw  float64   // jitter of the pause

	phase phase
	since time.Time // start of the phase, which may be the end of the pause
	base  float64   // pace at the start of the phase; for a hold, the measured rate

	accepted int     // accepted attempts that were sent after the cut
	volley   float64 // accepted attempts in the second before the first pause, about the server's burst
	second   tally
	minute   tally
	trip     time.Duration // average time until a response
}

// limit returns the pace, in attempts a second.
func (l *lessons) limit(now time.Time) float64 {
	age := now.Sub(l.since)
	switch l.phase {
	case ramp, seek:
		double, each := l.growth()
		return l.grown(age, double, each)
	case hold:
		if age > holdEnd*holdTime {
			return math.Inf(1)
		}
		// The curve of CUBIC (RFC 9438): it returns fast, is flat near the limit, then accelerates.
		return l.base * (1 + holdDip*math.Pow(float64(age-holdTime)/float64(holdTime), 3))
	case free:
	}
	return math.Inf(1)
}

// growth returns the time in which the pace doubles, and the fewest accepted attempts in
// which it does. Both are zero in a phase in which it does not double.
func (l *lessons) growth() (double time.Duration, each float64) {
	switch l.phase {
	case ramp:
		return max(rampDouble, l.trip), max(1, l.volley/rampVolley)
	case seek:
		return seekDouble, seekEach
	case free, hold:
	}
	return 0, 0
}

// grown returns the base, doubled by the elapsed time or by the accepted attempts,
// whichever is less.
func (l *lessons) grown(age, double time.Duration, each float64) float64 {
	n := max(0, min(float64(age)/float64(double), float64(l.accepted)/each))
	if n > doublings || age > forgotten {
		return math.Inf(1)
	}
	return l.base * math.Exp2(n)
}

// goOn seeks on from the last pace, instead of letting all attempts go that are waiting, and
// returns the pace.
func (l *lessons) goOn(now time.Time) float64 {
	last := l.base * (1 + holdDip*(holdEnd-1)*(holdEnd-1)*(holdEnd-1))
	if double, each := l.growth(); double > 0 {
		last = l.base * math.Exp2(min(doublings, forgotten.Seconds()/double.Seconds(), float64(l.accepted)/each))
	}
	l.begin(seek, now, last)
	l.accepted = 0
	return l.base
}

// begin starts a phase.
func (l *lessons) begin(p phase, at time.Time, base float64) {
	l.phase, l.since, l.base = p, at, max(base, slowest)
}

// learned returns the gate, set to the current pace, or nil if there is no limit.
func (k *key) learned(now time.Time) *rate.Limiter {
	if k.lessons.phase == free {
		return nil
	}
	limit := k.lessons.limit(now)
	if math.IsInf(limit, 1) {
		if k.queue.Len() == 0 {
			k.lessons.phase, k.gate = free, nil
			return nil
		}
		limit = k.lessons.goOn(now)
	}
	burst := 1 + int(limit/50) // 20 ms, to catch up if a timer fires late
	if k.gate == nil {
		k.gate = rate.NewLimiter(rate.Limit(limit), burst)
		if l := &k.lessons; l.since.After(l.cut) { // after a pause
			k.gate.AllowN(now, burst-1)
		} else {
			k.gate.AllowN(now, burst) // empty, like the server's bucket
		}
	}
	k.gate.SetLimitAt(now, rate.Limit(limit))
	k.gate.SetBurstAt(now, burst)
	return k.gate
}

// passed learns from an attempt that the server accepted.
func (k *key) passed(sent, now time.Time) {
	l := &k.lessons
	l.trip += (now.Sub(sent) - l.trip) / 8
	l.second.add(now, time.Second)
	l.minute.add(now, time.Minute)
	switch {
	case sent.After(l.cut):
		l.accepted++
	case l.phase == ramp && (now.Before(l.until) || l.since.Equal(l.cut)): // sent before the first objection
		l.volley++
		l.fresh()
	}
}

// throttled learns from an attempt that the server objected to.
func (k *key) throttled(sent, now time.Time, o objection) {
	l := &k.lessons
	switch {
	case now.Before(l.until): // sent before the pause
		k.pause(now, o)
	case !sent.After(l.cut) && o.hint <= short: // another response to the same excess
	case l.phase != free && o.hint <= short && (l.accepted >= sure || o.hint <= 0):
		l.measure(sent, now)
		l.cut, l.accepted, k.gate = now, 0, nil
	case o.hint <= 0:
		k.slow(now, o.window)
	default:
		if l.phase != free && l.accepted >= sure {
			l.measure(sent, now)
		} else {
			l.phase, l.volley = ramp, l.second.count(now, time.Second)
		}
		l.cut, l.accepted = now, 0
		k.pause(now, o)
	}
}

// slow starts a ramp without a pause, after an objection without a hint. If the server did
// not state its window, enough attempts must have been accepted.
func (k *key) slow(now time.Time, window time.Duration) {
	l := &k.lessons
	volley := l.acceptedIn(window, now)
	if window <= 0 {
		if volley < sure {
			return
		}
		window = short
	}
	l.cut, l.accepted, l.volley, l.hint, k.gate = now, 0, volley, window, nil
	l.begin(ramp, now, 0)
	l.fresh()
}

// acceptedIn returns about how many attempts were accepted in the window before now. It
// assumes that they were spread evenly over the last minute.
func (l *lessons) acceptedIn(window time.Duration, now time.Time) float64 {
	second := l.second.count(now, time.Second)
	if window <= time.Second {
		return second
	}
	return max(second, l.minute.count(now, time.Minute)*min(1, window.Minutes()))
}

// stopped pauses the key because the server is unavailable. What was learned about its
// rate is kept.
func (k *key) stopped(now time.Time, o objection) {
	l := &k.lessons
	if !now.Before(l.until) {
		if l.phase == free {
			l.phase, l.volley = ramp, l.second.count(now, time.Second)
		}
		l.cut, l.accepted = now, 0
	}
	k.pause(now, o)
}

// pause pauses the key for the hint, and up to a twentieth longer at random.
func (k *key) pause(now time.Time, o objection) {
	l := &k.lessons
	if !now.Before(l.until) {
		l.draw = o.draw
	}
	end := now.Add(o.hint + time.Duration(l.draw*float64(o.hint)/spread))
	if !end.After(l.until) {
		return
	}
	l.until, l.hint, l.why, l.since, k.gate = end, o.hint, o.why, end, nil
	if l.phase == ramp {
		l.fresh()
	}
}

// fresh sets the pace at the start of a ramp: the last volley, spread over the hint or the
// window.
func (l *lessons) fresh() { l.base = max(slowest, max(l.volley, 1)/l.hint.Seconds()) }

// measure sets the pace by the attempts accepted since the cut. The server's bucket was
// empty then and is empty now, so they show its rate, or less if the bucket was full in
// between. The burst of a full bucket after a pause is not counted.
func (l *lessons) measure(sent, now time.Time) {
	limit := l.limit(now)
	if l.accepted < sure { // too few to measure
		l.begin(seek, now, limit/2)
		return
	}
	measured := perSecond(float64(l.accepted), sent.Sub(l.cut))
	if l.since.After(l.cut) {
		measured = max(measured, perSecond(float64(l.accepted)-l.volley, sent.Sub(l.since)))
	}
	measured = min(measured, limit)
	if measured > limit/3 || l.phase == seek && measured < 1.5*l.base { // plausible: close to the pace, or to the last result
		l.begin(hold, now, measured)
	} else {
		l.begin(seek, now, 0.9*measured)
	}
}

func perSecond(n float64, d time.Duration) float64 { return n / max(d, time.Millisecond).Seconds() }

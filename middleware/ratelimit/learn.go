package ratelimit

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// A phase is how a key stands to the limit of its server.
type phase int

const (
	free phase = iota // nothing is known to be too fast
	ramp              // after a pause: the pace doubles quickly until the server objects
	seek              // the server's rate is known from below: the pace doubles slowly
	hold              // the rate was measured: it is kept to, and passed only slowly
)

// The measures of the phases.
const (
	short      = time.Second            // the least hint that the headers can express
	sure       = 5                      // accepted attempts that make an objection a matter of the pace
	spread     = 20                     // the part of a pause by which its end is spread
	rampDouble = 20 * time.Millisecond  // the shortest doubling of a ramp, unless answers take longer
	rampVolley = 32                     // doublings of a ramp until as many were accepted as in the last volley
	seekDouble = 500 * time.Millisecond // the shortest doubling of a seek
	seekEach   = 8                      // accepted attempts that a doubling of a seek takes at least
	doublings  = 20                     // after so many a limit is none any more
	forgotten  = time.Minute            // after so long, too
	holdDip    = 0.03                   // how far below the measured rate a hold begins
	holdTime   = 4 * time.Second        // when it comes back to the measured rate
	holdEnd    = 5                      // hold times after which it is no limit any more
	slowest    = 0.1                    // attempts a second: a pace must be able to grow
)

// lessons is what a key learned. It is guarded by the key's mutex.
type lessons struct {
	until time.Time     // the end of the pause
	hint  time.Duration // what it was for; without a pause, the window of the ramp
	why   string
	cut   time.Time // when the pace was cut last: attempts sent before it tell nothing new
	draw  float64   // the jitter of the pause

	phase phase
	since time.Time // when the phase began, or begins after the pause
	base  float64   // the pace at which it began; of a hold, the measured rate

	accepted int     // of the attempts sent since the cut
	volley   float64 // accepted in the second before the first pause: the server's burst, more or less
	second   tally
	minute   tally
	trip     time.Duration // how long answers take, on average
}

// limit returns how many attempts a second may begin now.
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
		// The curve of CUBIC (RFC 9438): fast back, flat where the limit was met, then faster and faster.
		return l.base * (1 + holdDip*math.Pow(float64(age-holdTime)/float64(holdTime), 3))
	case free:
	}
	return math.Inf(1)
}

// growth returns how long the pace takes to double, and how many accepted
// attempts that takes at least; zero in a phase that does not double.
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

// grown doubles the base with the time and with what was accepted, whichever is
// slower: without answers a fast pace would only be a guess.
func (l *lessons) grown(age, double time.Duration, each float64) float64 {
	n := max(0, min(float64(age)/float64(double), float64(l.accepted)/each))
	if n > doublings || age > forgotten {
		return math.Inf(1)
	}
	return l.base * math.Exp2(n)
}

// begin enters a phase.
func (l *lessons) begin(p phase, at time.Time, base float64) {
	l.phase, l.since, l.base = p, at, max(base, slowest)
}

// learned returns the gate set to the pace of now; nil without a limit.
func (k *key) learned(now time.Time) *rate.Limiter {
	if k.lessons.phase == free {
		return nil
	}
	limit := k.lessons.limit(now)
	if math.IsInf(limit, 1) {
		k.lessons.phase, k.gate = free, nil
		return nil
	}
	burst := 1 + int(limit/50) // what a timer that fires late leaves to catch up: 20 ms
	if k.gate == nil {
		k.gate = rate.NewLimiter(rate.Limit(limit), burst)
		if l := &k.lessons; l.since.After(l.cut) { // after a pause
			k.gate.AllowN(now, burst-1)
		} else {
			k.gate.AllowN(now, burst) // empty, as the server's bucket is
		}
	}
	k.gate.SetLimitAt(now, rate.Limit(limit))
	k.gate.SetBurstAt(now, burst)
	return k.gate
}

// passed learns from an attempt that the server took.
func (k *key) passed(sent, now time.Time) {
	l := &k.lessons
	l.trip += (now.Sub(sent) - l.trip) / 8
	l.second.add(now, time.Second)
	l.minute.add(now, time.Minute)
	switch {
	case sent.After(l.cut):
		l.accepted++
	case l.phase == ramp && (now.Before(l.until) || l.since.Equal(l.cut)): // a late answer to what was sent before the first objection
		l.volley++
		l.fresh()
	}
}

// throttled learns from an attempt that the server objected to.
func (k *key) throttled(sent, now time.Time, o objection) {
	l := &k.lessons
	switch {
	case now.Before(l.until): // a late answer to what was sent before the pause
		k.pause(now, o)
	case !sent.After(l.cut) && o.hint <= short: // the same objection once more
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

// slow begins a ramp without a pause: there is nothing to pause for, but a pace
// to find. Without a window it takes some accepted attempts to begin with.
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

// acceptedIn returns how many attempts were accepted in the window before now,
// more or less: it is not known how they spread over a minute.
func (l *lessons) acceptedIn(window time.Duration, now time.Time) float64 {
	second := l.second.count(now, time.Second)
	if window <= time.Second {
		return second
	}
	return max(second, l.minute.count(now, time.Minute)*min(1, window.Minutes()))
}

// stopped pauses the key for a server that is not available. That tells nothing
// of its rate: what is known of it stays.
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

// pause stops the key for the hint, and a random part of a twentieth more.
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

// fresh sets the pace at which a ramp begins: the last volley, once in the time
// of the hint or the window.
func (l *lessons) fresh() { l.base = max(slowest, max(l.volley, 1)/l.hint.Seconds()) }

// measure sets the pace after what came through since the cut: the server's
// bucket was empty then and is empty now, so that is its rate, or less if it
// overflowed in between. What a full bucket added after a pause does not count.
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
	if measured > limit/3 || l.phase == seek && measured < 1.5*l.base { // it agrees with what was sent, or with the last measure
		l.begin(hold, now, measured)
	} else {
		l.begin(seek, now, 0.9*measured)
	}
}

func perSecond(n float64, d time.Duration) float64 { return n / max(d, time.Millisecond).Seconds() }

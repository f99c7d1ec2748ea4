package ratelimit

import (
	"math"
	"time"
)

// next returns how long it would take from now until an attempt that enters the
// key is admitted, behind those that wait already, and whether the limiter would
// refuse to make it wait for that long.
func (k *key) next(now time.Time, maxWait time.Duration, maxQueue int) (in time.Duration, refused bool) {
	ahead := k.queue.Len()
	in = max(k.least(ahead, now), k.learnedWait(ahead, now))
	return in, in > 0 && (maxQueue > 0 && ahead >= maxQueue || maxWait > 0 && in >= maxWait)
}

// learnedWait is the part of next that was learned: the pause, and then the pace.
func (k *key) learnedWait(ahead int, now time.Time) time.Duration {
	if pause := k.lessons.until.Sub(now); pause > 0 { // the first attempt goes as it ends
		return pause + k.lessons.spell(float64(ahead), 1, k.lessons.until)
	}
	gate := k.learned(now)
	if gate == nil {
		return 0
	}
	return k.lessons.spell(float64(ahead)+1-gate.TokensAt(now), 0, now)
}

// spell returns how long it takes from now, or from the end of the pause, until n
// attempts begin at the pace that was learned, after some that begin at once. The
// pace grows meanwhile, if the server accepts them all.
func (l *lessons) spell(n, atOnce float64, now time.Time) time.Duration {
	limit := l.limit(now)
	if n <= 0 || math.IsInf(limit, 1) {
		return 0
	}
	seconds := n / limit
	if double, each := l.growth(); double > 0 {
		byTime := double.Seconds() * math.Log2(1+n*math.Ln2/(limit*double.Seconds()))
		shrink := math.Exp2(-1 / each) // of the distance between two, with each that is accepted
		byAccepted := math.Pow(shrink, atOnce) * (1 - math.Pow(shrink, n)) / (1 - shrink) / limit
		seconds = min(seconds, max(byTime, byAccepted)) // the slower growth counts
	}
	return time.Duration(math.Ceil(seconds*1e6) * 1e3)
}

package ratelimit

import (
	"math"
	"time"
)

// next returns how long an attempt that arrives now would wait, behind those already
// waiting, and whether the limiter would refuse it because of that wait.
func (k *key) next(now time.Time, maxWait time.Duration, maxQueue int) (in time.Duration, refused bool) {
	ahead := k.queue.Len()
	in = max(k.least(ahead, now), k.learnedWait(ahead, now))
	return in, in > 0 && (maxQueue > 0 && ahead >= maxQueue || maxWait > 0 && in >= maxWait)
}

// learnedWait returns the wait caused by what was learned: the pause, and then the pace.
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

// spell returns how long it takes from now, or from the end of the pause, to start n
// attempts at the learned pace, after atOnce attempts that start immediately. It assumes
// that the server accepts them all, so that the pace grows.
func (l *lessons) spell(n, atOnce float64, now time.Time) time.Duration {
	limit := l.limit(now)
	if n <= 0 || math.IsInf(limit, 1) {
		return 0
	}
	seconds := n / limit
	if double, each := l.growth(); double > 0 {
		byTime := double.Seconds() * math.Log2(1+n*math.Ln2/(limit*double.Seconds()))
		shrink := math.Exp2(-1 / each) // factor of the interval between attempts for each accepted one
		byAccepted := math.Pow(shrink, atOnce) * (1 - math.Pow(shrink, n)) / (1 - shrink) / limit
		seconds = min(seconds, max(byTime, byAccepted)) // the slower growth counts
	}
	return time.Duration(math.Ceil(seconds*1e6) * 1e3)
}

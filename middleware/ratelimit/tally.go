package ratelimit

import "time"

// A tally approximates the number of events in the last span of time.
type tally struct {
	begun        time.Time
	this, before float64
}

func (t *tally) roll(now time.Time, span time.Duration) {
	switch age := now.Sub(t.begun); {
	case age >= 2*span:
		t.begun, t.this, t.before = now, 0, 0
	case age >= span:
		t.begun, t.this, t.before = t.begun.Add(span), 0, t.this
	}
}

func (t *tally) add(now time.Time, span time.Duration) {
	t.roll(now, span)
	t.this++
}

func (t *tally) count(now time.Time, span time.Duration) float64 {
	t.roll(now, span)
	return t.this + t.before*(1-float64(now.Sub(t.begun))/float64(span))
}

// A window is a tally of the last span of seconds, of any clock.
type window struct{ span, begun, this, before float64 }

func (w *window) roll(now float64) {
	switch age := now - w.begun; {
	case age >= 2*w.span || age < 0:
		w.begun, w.this, w.before = now, 0, 0
	case age >= w.span:
		w.begun, w.this, w.before = w.begun+w.span, 0, w.this
	}
}

func (w *window) add(now, n float64) {
	w.roll(now)
	w.this += n
}

func (w *window) count(now float64) float64 {
	w.roll(now)
	return w.this + w.before*(1-(now-w.begun)/w.span)
}

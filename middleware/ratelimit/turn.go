package ratelimit

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
)

// A turn is an attempt that was admitted.
type turn struct {
	limiter *Limiter
	key     *key
	sent    time.Time
	over    bool // the key has it back
}

// await returns when the attempt may be sent, or with the reason why it may not.
func (l *Limiter) await(req *http.Request) (turn, error) {
	name := l.nameOf(req)
	now := time.Now()
	k := l.key(name, now)
	w, full, wait := k.enter(now, l.maxQueue)
	switch {
	case w != nil:
		if err := k.wait(req, name, w, l.bound(req.Context(), now)); err != nil {
			return turn{}, err
		}
		now = w.sent
	case full:
		return turn{}, refused(req.Context(), name, wait, BoundMaxQueue)
	}
	return turn{limiter: l, key: k, sent: now}, nil
}

// A bound is when a wait has to be over.
type bound struct {
	at time.Time // zero: never
	by Bound
}

// bound returns the nearest bound of a wait that begins now.
func (l *Limiter) bound(ctx context.Context, now time.Time) bound {
	var b bound
	if l.maxWait > 0 {
		b = bound{now.Add(l.maxWait), BoundMaxWait}
	}
	if left, bounded := record.RetryLeft(ctx); bounded {
		// A nanosecond more: the loop allows an attempt that begins when its time is just over.
		if at := now.Add(left).Add(1); b.at.IsZero() || !b.at.Before(at.Add(-1)) {
			b = bound{at, BoundMaxElapsed}
		}
	}
	if deadline, has := ctx.Deadline(); has && (b.at.IsZero() || !b.at.Before(deadline)) {
		b = bound{deadline, BoundDeadline}
	}
	return b
}

// end ends the turn of an attempt that has no response, if it is not over yet.
func (t *turn) end(ctx context.Context) {
	if !t.over {
		t.answered(ctx, 0, nil)
	}
}

// answered gives the key back, tells it how the server responded, and notes for
// the retry loop when the key would admit the next attempt.
func (t *turn) answered(ctx context.Context, status int, said *transport.RateLimit) {
	t.over = true
	if in, refused := t.finish(status, said); in > 0 {
		record.NoteTurn(ctx, in, refused)
	}
}

func (t *turn) finish(status int, said *transport.RateLimit) (in time.Duration, refused bool) {
	k, learns := t.key, t.limiter.learning && status != 0
	var now time.Time
	var o objection
	if learns {
		now = time.Now()
		o = t.limiter.objection(status, said)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims--
	if learns {
		k.learn(t.sent, now, status, o)
	}
	if k.lessons.phase == free { // no pause is without a phase
		if k.own == nil {
			return 0, false
		}
		if k.tokens >= 1 && k.queue.Len() == 0 {
			return 0, false
		}
	}
	if now.IsZero() {
		now = time.Now()
	}
	return k.next(now, t.limiter.maxWait, t.limiter.maxQueue)
}

// An objection is what a response says that asks to slow down; of another response it is zero.
type objection struct {
	throttles bool          // else the server is not available
	hint      time.Duration // for how long the server asked to pause; zero if it did not
	window    time.Duration // the period in which the server counts; zero if it did not say
	draw      float64       // the jitter of the pause
	why       string
}

// endless is the pause of a hint without bound: sums with it do not overflow.
const endless time.Duration = math.MaxInt64 / 4

func (l *Limiter) objection(status int, said *transport.RateLimit) objection {
	throttles := said.Throttles(status)
	if !throttles && (status != http.StatusServiceUnavailable || !said.HasRetryAfter) {
		return objection{}
	}
	why := "paused by the server's state"
	switch status {
	case http.StatusTooManyRequests, http.StatusForbidden, http.StatusServiceUnavailable:
		why = "paused by " + strconv.Itoa(status)
	}
	hint := min(said.Hint(status), cmp.Or(l.maxPause, endless))
	return objection{throttles: throttles, hint: hint, window: said.Period, draw: l.jitter(), why: why}
}

// learn takes what the response to an attempt tells of the server's limit.
func (k *key) learn(sent, now time.Time, status int, o objection) {
	switch {
	case status == http.StatusServiceUnavailable: // it tells nothing of a pace
		if !o.throttles && o.hint > 0 {
			k.stopped(now, o)
		}
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && o.throttles:
	default:
		k.passed(sent, now)
	}
	if o.throttles {
		k.throttled(sent, now, o)
	}
}

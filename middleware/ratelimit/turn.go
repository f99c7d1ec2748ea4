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
	over    bool // the turn was given back
}

// await returns when the attempt may be sent, or with an error if it may not.
func (l *Limiter) await(req *http.Request) (turn, error) {
	name := l.nameOf(req)
	now := time.Now()
	k := l.key(name, now)
	queue, by := l.maxQueue, BoundMaxQueue
	if record.TurnIfFree(req.Context()) {
		queue, by = -1, BoundNoWait
	}
	w, full, wait := k.enter(now, queue)
	switch {
	case w != nil:
		if err := k.wait(req, name, w, l.bound(req.Context(), now)); err != nil {
			return turn{}, err
		}
		now = w.sent
	case full:
		return turn{}, refused(req.Context(), name, wait, by)
	}
	return turn{limiter: l, key: k, sent: now}, nil
}

// A bound is the time by which a wait must end.
type bound struct {
	at time.Time // zero for never
	by Bound
}

// bound returns the nearest bound of a wait that begins now.
func (l *Limiter) bound(ctx context.Context, now time.Time) bound {
	var b bound
	if l.maxWait > 0 {
		b = bound{now.Add(l.maxWait), BoundMaxWait}
	}
	if left, bounded := record.RetryLeft(ctx); bounded {
		// One nanosecond more, since the loop allows an attempt exactly at the end of its time.
		if at := now.Add(left).Add(1); b.at.IsZero() || !b.at.Before(at.Add(-1)) {
			b = bound{at, BoundMaxElapsed}
		}
	}
	if deadline, has := ctx.Deadline(); has && (b.at.IsZero() || !b.at.Before(deadline)) {
		b = bound{deadline, BoundDeadline}
	}
	return b
}

// before reports whether a wait may not last until then.
func (b bound) before(then time.Time) bool { return !b.at.IsZero() && !then.Before(b.at) }

// end ends the turn of an attempt without a response, unless it is over.
func (t *turn) end(ctx context.Context) {
	if !t.over {
		t.answered(ctx, 0, nil)
	}
}

// answered ends the turn, updates the key with the response, and tells the retry loop when
// the key would admit the next attempt.
func (t *turn) answered(ctx context.Context, status int, said *transport.RateLimit) {
	t.over = true
	if in, refused := t.finish(ctx, status, said); in > 0 {
		record.NoteTurn(ctx, in, refused)
	}
}

func (t *turn) finish(ctx context.Context, status int, said *transport.RateLimit) (in time.Duration, refused bool) {
	k, learns := t.key, t.limiter.learning && status != 0
	var now time.Time
	var o objection
	if learns {
		now = time.Now()
		o = t.limiter.objection(ctx, status, said)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims--
	switch {
	case !learns:
	case k.shared != nil && !k.shared.alone():
		k.shared.learn(t.sent, now, status, o)
	default:
		k.learn(t.sent, now, status, o)
	}
	if k.clear() {
		return 0, false
	}
	if now.IsZero() {
		now = time.Now()
	}
	return k.next(now, t.limiter.maxWait, t.limiter.maxQueue)
}

// clear reports whether the next attempt would surely not wait.
func (k *key) clear() bool {
	switch {
	case k.shared != nil:
		return k.queue.Len() == 0 && len(k.shared.turns) > 0
	case k.lessons.phase != free:
		return false
	}
	return k.own == nil || k.tokens >= 1 && k.queue.Len() == 0 // if it is free there is no pause
}

// An objection describes a response that asks to slow down. It is zero for other responses.
type objection struct {
	throttles bool          // if false, the server is unavailable
	hint      time.Duration // the pause that the server asked for, or zero
	window    time.Duration // the period in which the server counts, or zero if unknown
	draw      float64       // jitter of the pause
	why       string
}

// endless is the longest pause if there is no bound. Sums with it do not overflow.
const endless time.Duration = math.MaxInt64 / 4

func (l *Limiter) objection(ctx context.Context, status int, said *transport.RateLimit) objection {
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
	return objection{throttles: throttles, hint: hint, window: said.Period, draw: l.jitter(ctx), why: why}
}

// learn updates what is known about the server's limit after a response.
func (k *key) learn(sent, now time.Time, status int, o objection) {
	switch {
	case status == http.StatusServiceUnavailable: // it says nothing about the rate
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

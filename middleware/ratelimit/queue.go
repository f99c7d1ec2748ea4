package ratelimit

import (
	"container/list"
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A key is what attempts with one pace share: the pace, and the queue of those
// that wait. Only the first in the queue watches the clock; it wakes the next
// when it leaves, so a thousand that wait cost one timer.
type key struct {
	name string
	used *list.Element // in the limiter's list

	mu      sync.Mutex
	queue   list.List     // of *waiter
	own     *rate.Limiter // nil: no rate was set
	gate    *rate.Limiter // nil: no limit was learned
	lessons lessons
	claims  int       // attempts that hold the key, waiting or running
	last    time.Time // when the key was asked for last
}

// A waiter is an attempt in the queue.
type waiter struct {
	first chan struct{} // closed when it is the first
	place *list.Element
	ahead int       // how many stood before it
	sent  time.Time // when it got its turn
	why   string
}

func (k *key) claim(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims++
	k.last = now
}

func (k *key) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims--
}

func (k *key) unusedSince(when time.Time) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.claims == 0 && k.last.Before(when)
}

func (k *key) snapshot(now time.Time) State {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := State{Waiting: k.queue.Len(), Running: k.claims - k.queue.Len(), Rate: math.Inf(1)}
	if k.own != nil {
		s.Rate = float64(k.own.Limit())
	}
	if now.Before(k.lessons.until) {
		s.Rate, s.PausedUntil = 0, k.lessons.until
	} else {
		s.Rate = min(s.Rate, k.lessons.limit(now))
	}
	return s
}

// enter gives an attempt its turn at once, or else its place in the queue.
func (k *key) enter(now time.Time) *waiter {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.queue.Len() == 0 && k.delay(now) == 0 {
		k.take(now)
		return nil
	}
	w := &waiter{first: make(chan struct{}), ahead: k.queue.Len(), why: "paced"}
	if now.Before(k.lessons.until) {
		w.why = k.lessons.why
	}
	w.place = k.queue.PushBack(w)
	if w.ahead == 0 {
		close(w.first)
	}
	return w
}

// sleep returns when w has its turn, or with the reason why it cannot have it.
// Either way w left the queue.
func (k *key) sleep(ctx context.Context, name string, w *waiter, until bound) error {
	timer := time.NewTimer(math.MaxInt64)
	defer timer.Stop()
	first := w.first
	for {
		now := time.Now()
		wait, mine := k.poll(w, now)
		switch {
		case mine:
			return nil
		case ctx.Err() != nil:
			k.leave(w)
			return ended(ctx, name)
		case !until.at.IsZero() && !now.Add(wait).Before(until.at):
			k.leave(w)
			return &LimitError{Key: name, Wait: wait, ByDeadline: until.byDeadline}
		case first != nil && !until.at.IsZero() && !until.byDeadline: // else ctx says when
			timer.Reset(until.at.Sub(now))
		case first == nil:
			timer.Reset(wait)
		}
		select {
		case <-first:
			first = nil
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}

// poll gives w its turn if it is due, or returns how long it has to wait at
// least: until it is worth asking again for the first in the queue.
func (k *key) poll(w *waiter, now time.Time) (wait time.Duration, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.queue.Front() != w.place {
		return k.least(w, now), false
	}
	if wait = k.delay(now); wait > 0 {
		return wait, false
	}
	k.take(now)
	w.sent = now
	k.remove(w)
	return 0, true
}

// leave gives up w's place.
func (k *key) leave(w *waiter) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.remove(w)
	k.claims--
}

func (k *key) remove(w *waiter) {
	was := k.queue.Front() == w.place
	k.queue.Remove(w.place)
	if next := k.queue.Front(); was && next != nil {
		close(next.Value.(*waiter).first) //nolint:errcheck,forcetypeassert // the list holds nothing else
	}
}

// look is how often the first in the queue asks for a pace that was learned: it
// grows with the answers that come meanwhile.
const look = 50 * time.Millisecond

// delay returns how long the next attempt has to wait; zero says that it may go.
func (k *key) delay(now time.Time) time.Duration {
	if now.Before(k.lessons.until) {
		return k.lessons.until.Sub(now)
	}
	return max(missing(k.own, now, 1), min(missing(k.learned(now), now, 1), look))
}

// least returns how long w has to wait whatever happens: the pause, and those
// before it at the rate that was set. A rate that was learned may grow.
func (k *key) least(w *waiter, now time.Time) time.Duration {
	return max(0, k.lessons.until.Sub(now), missing(k.own, now, float64(w.ahead)+1))
}

func (k *key) take(now time.Time) {
	for _, l := range []*rate.Limiter{k.own, k.gate} {
		if l != nil {
			l.AllowN(now, 1)
		}
	}
}

// missing returns how long it takes l until it holds so many tokens, rounded up
// so that they are there when one asks again.
func missing(l *rate.Limiter, now time.Time, tokens float64) time.Duration {
	if l == nil {
		return 0
	}
	short := tokens - l.TokensAt(now)
	if short <= 0 {
		return 0
	}
	wait := math.Ceil(short/float64(l.Limit())*1e6) * 1e3
	return time.Duration(min(wait, math.MaxInt64/2))
}

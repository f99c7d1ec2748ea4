package ratelimit

import (
	"container/list"
	"context"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
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
	tokens  float64       // that own holds at least: what was left when it was asked last
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

	expected time.Duration // how long the wait may take
	waiting  layer.Waiting
	noted    bool // the wait is on the record
}

// note puts the wait on the record of ctx's call, once.
func (w *waiter) note(ctx context.Context) {
	if !w.noted {
		w.noted = true
		w.waiting = layer.AddWait(ctx, w.expected, transport.WaitLimit, w.why)
	}
}

func (k *key) claim(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims++
	k.last = now
}

// A usage is what stands against dropping a key.
type usage int

const (
	idle   usage = iota // nothing
	recent              // an attempt used it not long ago
	busy                // an attempt waits or runs
)

// usage reports how the key is used. A busy one counts as used now.
func (k *key) usage(now time.Time, long time.Duration) usage {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case !k.last.Before(now.Add(-long)):
		return recent
	case k.claims > 0:
		k.last = now
		return busy
	}
	return idle
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

// enter gives an attempt its turn at once, or else its place in the queue. If
// the queue is full, it gives up the attempt's claim; wait is then what the
// attempt would have had to wait at least.
func (k *key) enter(now time.Time, maxQueue int) (w *waiter, full bool, wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ahead := k.queue.Len()
	if ahead == 0 && k.delay(now) == 0 {
		k.take(now)
		return nil, false, 0
	}
	if maxQueue > 0 && ahead >= maxQueue {
		k.claims--
		return nil, true, k.least(ahead, now)
	}
	w = &waiter{first: make(chan struct{}), ahead: ahead, why: "paced"}
	w.expected, _ = k.next(now, 0, 0)
	if now.Before(k.lessons.until) {
		w.why = k.lessons.why
	}
	w.place = k.queue.PushBack(w)
	if w.ahead == 0 {
		close(w.first)
	}
	return w, false, 0
}

// sleep returns when w has its turn, or with the reason why it cannot have it.
// Either way w left the queue.
func (k *key) sleep(req *http.Request, name string, w *waiter, until bound) error {
	ctx, canceled := req.Context(), req.Cancel //nolint:staticcheck // deprecated, but net/http still honors it
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
			return refused(ctx, name, wait, until.by)
		case first != nil && !until.at.IsZero() && until.by != BoundDeadline: // else ctx says when
			timer.Reset(until.at.Sub(now))
		case first == nil:
			timer.Reset(wait)
		}
		w.note(ctx)
		select {
		case <-first:
			first = nil
		case <-timer.C:
		case <-ctx.Done():
		case <-canceled:
			k.leave(w)
			return errCanceled(name)
		}
	}
}

// poll gives w its turn if it is due, or returns how long it has to wait at
// least: until it is worth asking again for the first in the queue.
func (k *key) poll(w *waiter, now time.Time) (wait time.Duration, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.queue.Front() != w.place {
		return k.least(w.ahead, now), false
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
	wait := min(missing(k.learned(now), now, 1), look)
	if k.own != nil {
		k.tokens = k.own.TokensAt(now)
		wait = max(wait, lack(k.own, 1-k.tokens))
	}
	return wait
}

// least returns how long an attempt has to wait whatever happens: the pause, and
// those ahead of it at the rate that was set. A rate that was learned may grow.
func (k *key) least(ahead int, now time.Time) time.Duration {
	pause := max(0, k.lessons.until.Sub(now))
	return pause + missing(k.own, now.Add(pause), float64(ahead)+1)
}

func (k *key) take(now time.Time) {
	if k.own != nil {
		k.own.AllowN(now, 1)
		k.tokens--
	}
	if k.gate != nil {
		k.gate.AllowN(now, 1)
	}
}

// missing returns how long it takes l until it holds so many tokens.
func missing(l *rate.Limiter, now time.Time, tokens float64) time.Duration {
	if l == nil {
		return 0
	}
	return lack(l, tokens-l.TokensAt(now))
}

// lack returns how long it takes l to get the tokens that it is short of, rounded
// up so that they are there when one asks again.
func lack(l *rate.Limiter, short float64) time.Duration {
	if short <= 0 {
		return 0
	}
	wait := math.Ceil(short/float64(l.Limit())*1e6) * 1e3
	return time.Duration(min(wait, math.MaxInt64/2))
}

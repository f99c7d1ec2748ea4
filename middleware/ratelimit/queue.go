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

// A key holds what attempts with the same key share: the pace, and the queue of waiting
// attempts. Only the first attempt in the queue runs a timer. It wakes the next one when
// it leaves, so a thousand waiting attempts need one timer.
type key struct {
	name string
	used *list.Element // in the limiter's list

	mu      sync.Mutex
	queue   list.List     // of *waiter
	own     buckets       // the configured rates, unless turns come from a store
	tokens  float64       // lower bound of the tokens in own, from the last check
	shared  *shared       // turns from a store; nil if there is none
	gate    *rate.Limiter // the learned pace; nil if there is none
	lessons lessons
	claims  int       // attempts that use the key, waiting or running
	last    time.Time // last use
}

// A waiter is an attempt in the queue.
type waiter struct {
	first chan struct{} // closed when it is the first in the queue
	place *list.Element
	ahead int       // number of attempts ahead when it entered
	sent  time.Time // when it got its turn
	why   string

	expected time.Duration // expected wait
	waiting  layer.Waiting
	noted    bool // the wait is in the record
	open     bool // the wait may end sooner, since the store was asked
}

// note adds the wait to the record of ctx's call, once.
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

// A usage says whether a key may be dropped.
type usage int

const (
	idle   usage = iota // it may be dropped
	recent              // an attempt used it recently
	busy                // an attempt is waiting or running
)

// usage returns the key's usage. A busy key counts as used now.
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
		s.Rate = k.own.limit()
	}
	if k.shared != nil {
		k.shared.snapshot(&s)
	}
	if now.Before(k.lessons.until) {
		s.Rate, s.PausedUntil = 0, k.lessons.until
	} else {
		s.Rate = min(s.Rate, k.lessons.limit(now))
	}
	return s
}

// enter admits an attempt at once, or puts it into the queue and returns its waiter. If the
// queue is full, enter releases the attempt's claim and returns the shortest time that it
// would have waited. A negative maxQueue admits only an attempt that need not wait.
func (k *key) enter(now time.Time, maxQueue int) (w *waiter, full bool, wait time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	ahead := k.queue.Len()
	if ahead == 0 && k.delay(now) == 0 {
		k.take(now)
		return nil, false, 0
	}
	if maxQueue != 0 && ahead >= maxQueue {
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

// sleep returns when it is w's turn, or with an error if w cannot have its turn. In both
// cases w has left the queue.
func (k *key) sleep(req *http.Request, name string, w *waiter, until bound) error {
	ctx, canceled := req.Context(), req.Cancel //nolint:staticcheck // deprecated, but net/http still honors it
	timer := time.NewTimer(math.MaxInt64)
	defer timer.Stop()
	first := w.first
	var wake chan struct{}
	for {
		now := time.Now()
		wait, mine := k.poll(w, now)
		switch {
		case mine:
			return nil
		case ctx.Err() != nil:
			k.leave(w)
			return ended(ctx, name)
		case until.before(now.Add(wait)) && (!w.open || until.before(now)):
			k.leave(w)
			return refused(ctx, name, wait, until.by)
		case first == nil:
			wake = k.wake()
		}
		if d := w.sleep(wait, first == nil, until, now); d > 0 {
			timer.Reset(d)
		}
		w.note(ctx)
		select {
		case <-first:
			first = nil
		case <-wake:
		case <-timer.C:
		case <-ctx.Done():
		case <-canceled:
			k.leave(w)
			return errCanceled(name)
		}
	}
}

// sleep returns how long w may sleep, or 0 if something else wakes it.
func (w *waiter) sleep(wait time.Duration, first bool, until bound, now time.Time) time.Duration {
	switch {
	case first && (!w.open || until.at.IsZero()):
		return wait
	case until.at.IsZero(), !first && until.by == BoundDeadline: // ctx ends at a deadline by itself
		return 0
	case first:
		return min(wait, until.at.Sub(now))
	}
	return until.at.Sub(now)
}

// wake returns the channel that tells the first in the queue about turns from a store.
func (k *key) wake() chan struct{} {
	if k.shared == nil {
		return nil
	}
	return k.shared.wake
}

// poll admits w if it is its turn. Otherwise it returns the least time to wait; the first in
// the queue should poll again after that time.
func (k *key) poll(w *waiter, now time.Time) (wait time.Duration, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.queue.Front() != w.place {
		return k.least(w.ahead, now), false
	}
	if wait = k.delay(now); wait > 0 {
		w.open = k.shared != nil && k.shared.asking && !now.Before(k.lessons.until)
		return wait, false
	}
	k.take(now)
	w.sent = now
	k.remove(w)
	return 0, true
}

// leave removes w from the queue and releases its claim.
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

// look is how often the first in the queue checks the learned pace, which grows with
// the responses that arrive.
const look = 50 * time.Millisecond

// delay returns how long the next attempt must wait, or zero if it may be sent.
func (k *key) delay(now time.Time) time.Duration {
	if now.Before(k.lessons.until) {
		return k.lessons.until.Sub(now)
	}
	wait := min(missing(k.learned(now), now, 1), look)
	switch {
	case k.shared != nil:
		wait = max(wait, k.shared.delay(now))
	case k.own != nil:
		short, tokens := k.own.check(now)
		wait, k.tokens = max(wait, short), tokens
	}
	return wait
}

// least returns how long an attempt must wait in any case: the pause, and the attempts
// ahead of it at the configured rate. The learned pace is not counted, since it may grow.
func (k *key) least(ahead int, now time.Time) time.Duration {
	pause := max(0, k.lessons.until.Sub(now))
	if k.shared != nil {
		return pause + k.shared.least(ahead, now.Add(pause))
	}
	return pause + k.own.missing(now.Add(pause), float64(ahead)+1)
}

func (k *key) take(now time.Time) {
	switch {
	case k.shared != nil:
		k.shared.take(now)
	case k.own != nil:
		k.own.take(now)
		k.tokens--
	}
	if k.gate != nil {
		k.gate.AllowN(now, 1)
	}
}

// missing returns the time until l has this many tokens.
func missing(l *rate.Limiter, now time.Time, tokens float64) time.Duration {
	if l == nil {
		return 0
	}
	return lack(l, tokens-l.TokensAt(now))
}

// lack returns the time in which l gets short more tokens, rounded up so that a later
// check finds them.
func lack(l *rate.Limiter, short float64) time.Duration {
	if short <= 0 {
		return 0
	}
	wait := math.Ceil(short/float64(l.Limit())*1e6) * 1e3
	return time.Duration(min(wait, math.MaxInt64/2))
}

package bulkhead

import (
	"container/list"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/tripware/tripware/internal/record"
	"github.com/tripware/tripware/transport"
	"github.com/tripware/tripware/transport/layer"
)

// A key holds the permits and the queue of attempts with the same key. A permit that is
// released goes to the first in the queue at once, so that no later attempt can overtake it.
type key struct {
	bulkhead *Bulkhead
	name     string
	used     *list.Element // in the bulkhead's list

	mu      sync.Mutex
	held    chain       // permits that are held, the oldest first
	queue   list.List   // of *waiter
	claims  int         // attempts that use the key, waiting or running
	last    time.Time   // last use
	timer   *time.Timer // rings when the oldest permit is held for too long; nil if none was needed
	ringing bool        // the timer will ring
	refused uint64
	overdue uint64
}

// A permit is held by one attempt.
type permit struct {
	key   *key
	req   *http.Request // nil once it was released
	begun time.Time
	told  bool // held for too long, and reported
	body  held

	prev, next *permit
}

// A chain is a list of permits in the order in which they were taken.
type chain struct {
	first, last *permit
	count       int
}

func (c *chain) push(p *permit) {
	p.prev = c.last
	if c.last != nil {
		c.last.next = p
	} else {
		c.first = p
	}
	c.last = p
	c.count++
}

func (c *chain) remove(p *permit) {
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		c.first = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	} else {
		c.last = p.prev
	}
	p.prev, p.next = nil, nil
	c.count--
}

// A waiter is an attempt in the queue.
type waiter struct {
	permit *permit
	place  *list.Element // nil once it has left the queue
	given  chan struct{} // closed when it has the permit
}

func (k *key) claim() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.claims++
}

// leave releases the claim of an attempt. The key is locked.
func (k *key) leave() {
	k.claims--
	k.last = time.Now()
}

func (k *key) usage() (busy bool, since time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.claims > 0, k.last
}

// enter returns a permit for the attempt, after waiting for one if need be.
func (b *Bulkhead) enter(req *http.Request) (*permit, error) {
	name := b.nameOf(req)
	k := b.key(name)
	p, w, full := k.take(req)
	switch {
	case full && record.TurnIfFree(req.Context()):
		return nil, k.refuse(req, BoundNoWait, 0)
	case full:
		return nil, k.refuse(req, BoundMaxQueue, 0)
	case w != nil:
		if err := k.wait(req, w); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// take takes a permit, or joins the queue. If the queue is full, it releases the claim.
func (k *key) take(req *http.Request) (p *permit, w *waiter, full bool) {
	p = &permit{key: k, req: req}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held.count < k.bulkhead.permits {
		k.give(p)
		return p, nil, false
	}
	if b := k.bulkhead; b.noQueue || b.maxQueue > 0 && k.queue.Len() >= b.maxQueue || record.TurnIfFree(req.Context()) {
		k.refused++
		k.leave()
		return nil, nil, true
	}
	w = &waiter{permit: p, given: make(chan struct{})}
	w.place = k.queue.PushBack(w)
	return p, w, false
}

// give gives the permit to its attempt. The key is locked.
func (k *key) give(p *permit) {
	p.begun = time.Now()
	k.held.push(p)
	k.watch()
}

// release gives a permit back, and on to the first in the queue. Calling it again does
// nothing.
func (p *permit) release() {
	k := p.key
	k.mu.Lock()
	defer k.mu.Unlock()
	if p.req == nil {
		return
	}
	p.req = nil
	k.held.remove(p)
	k.leave()
	if front := k.queue.Front(); front != nil {
		w := k.remove(front)
		k.give(w.permit)
		close(w.given)
	}
}

func (k *key) remove(place *list.Element) *waiter {
	w := k.queue.Remove(place).(*waiter) //nolint:errcheck,forcetypeassert // the list holds nothing else
	w.place = nil
	return w
}

// A bound is the time at which a wait must end.
type bound struct {
	in time.Duration
	by Bound // empty if there is no bound
}

// bound returns the nearest bound of a wait that begins now, except for the deadline, at which
// the context ends by itself.
func (b *Bulkhead) bound(ctx context.Context) (until bound) {
	if b.maxWait > 0 {
		until = bound{b.maxWait, BoundMaxWait}
	}
	if left, bounded := record.RetryLeft(ctx); bounded && (until.by == "" || left < until.in) {
		until = bound{left, BoundMaxElapsed}
	}
	return until
}

// wait waits until w has its permit, and records the wait.
func (k *key) wait(req *http.Request, w *waiter) error {
	ctx := req.Context()
	if clock := layer.ClockFrom(ctx); clock != nil {
		clock.Hold()
		defer clock.Restart()
	}
	begun := time.Now()
	waiting := layer.AddWait(ctx, 0, transport.WaitBulkhead, "all permits are taken")
	by, err := k.sleep(req, w)
	waited := time.Since(begun)
	waiting.End(waited)
	switch {
	case by != "":
		return k.refuse(req, by, waited)
	case err != nil:
		return err
	}
	k.bulkhead.tell(Event{Kind: Admitted, Key: k.name, Waited: waited, Request: view(req)})
	return nil
}

// sleep returns when w has its permit, or why it will not have one: a bound or an error.
func (k *key) sleep(req *http.Request, w *waiter) (Bound, error) {
	ctx := req.Context()
	var expired <-chan time.Time
	until := k.bulkhead.bound(ctx)
	if until.by != "" {
		timer := time.NewTimer(until.in)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case <-w.given:
		if ctx.Err() == nil {
			return "", nil
		}
		w.permit.release() // both happened: the caller has gone
		return "", ended(ctx, k.name)
	case <-expired:
		if k.quit(w) {
			return until.by, nil
		}
		return "", nil // it got the permit at the same moment
	case <-ctx.Done():
		k.giveUp(w)
		return "", ended(ctx, k.name)
	case <-req.Cancel: //nolint:staticcheck // deprecated, but net/http still honors it
		k.giveUp(w)
		return "", errCanceled(k.name)
	}
}

// quit removes w from the queue. It returns false if w has its permit.
func (k *key) quit(w *waiter) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w.place == nil {
		return false
	}
	k.remove(w.place)
	k.leave()
	return true
}

// giveUp is quit for an attempt that does not want the permit any more.
func (k *key) giveUp(w *waiter) {
	if !k.quit(w) {
		w.permit.release()
	}
}

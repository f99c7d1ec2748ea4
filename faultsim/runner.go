package faultsim

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/internal/backoff"
)

const (
	grace    = 5 * time.Minute  // after a run, until the contexts of its calls end
	lateness = 10 * time.Minute // after that, until a call is given up
)

// A runner is one run of clients.
type runner struct {
	*Clients

	world   *world
	clients []*http.Client
	ctx     context.Context
	loops   sync.WaitGroup // of the callers
	calls   sync.WaitGroup
	running atomic.Int64 // calls
	work    chan func()  // for goroutines that have made a call: a new one would have to grow its stack again
}

func (r *runner) run() *Result {
	r.sim.t.Helper()
	r.connect()
	r.sim.monitor.running.Store(true)
	defer r.sim.monitor.running.Store(false)
	var cancel context.CancelFunc
	r.ctx, cancel = context.WithCancel(r.sim.t.Context())
	defer cancel()
	for i, client := range r.clients {
		for j := range r.callers {
			r.loops.Go(r.calling(client, i, j).run)
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.loops.Wait()
		r.calls.Wait()
		close(r.work)
	}()
	if !within(r.world.length+grace, ended) {
		cancel()
		if !within(lateness, ended) {
			r.sim.monitor.failf("faultsim: %d calls did not return although their contexts had ended %v before: the chain, its base or "+
				"the call ignores its context", r.running.Load(), lateness)
		}
	}
	r.world.end = max(r.world.length, r.world.elapsed()+1)
	r.world.tally.close(r.world.end)
	for _, client := range r.clients {
		client.CloseIdleConnections()
	}
	return newResult(r.world)
}

// connect makes the clients.
func (r *runner) connect() {
	r.sim.t.Helper()
	for i := range r.n {
		rt := r.wrap(r.sim.base(uint64(i)))
		if rt == nil {
			r.sim.t.Fatal("faultsim: the function given to Clients returned nil")
		}
		r.clients = append(r.clients, &http.Client{Transport: rt})
	}
}

// do calls f in another goroutine, if possible in one that has ended its work.
func (r *runner) do(f func()) {
	r.calls.Add(1)
	select {
	case r.work <- f:
	default:
		go func() {
			for next, ok := f, true; ok; next, ok = <-r.work {
				func() {
					defer r.calls.Done()
					next()
				}()
			}
		}()
	}
}

// within waits for d, and reports whether ended was closed until then.
func within(d time.Duration, ended <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

// A calling is a caller that makes calls.
type calling struct {
	*runner

	client *http.Client
	caller *caller

	mu   sync.Mutex
	free []int // the slots of calls that may begin (see world.turn), of which the last is taken first
	tick *call // has the slot in which the caller decides about calls, so that no call ends at that time
}

func (r *runner) calling(client *http.Client, i, j int) *calling {
	c := &calling{runner: r, client: client, caller: &caller{client: uint64(i), number: uint64(j)}}
	first := (i*r.Clients.callers + j) * (r.overlap + 1)
	c.tick = &call{slot: first}
	for k := range r.overlap {
		c.free = append(c.free, first+r.overlap-k)
	}
	return c
}

// take takes a slot, if one is free.
func (c *calling) take() (slot int, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.free)
	if n == 0 {
		return 0, false
	}
	slot, c.free = c.free[n-1], c.free[:n-1]
	return slot, true
}

func (c *calling) give(slot int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free = append(c.free, slot)
}

// run makes calls until the time is over.
func (c *calling) run() {
	w := c.world
	offset := rand.New(newSource(c.sim.seed, streamOffset, c.caller.client, c.caller.number)).Int64N(int64(c.every))
	timer := time.NewTimer(0)
	defer timer.Stop()
	number := 0
	for next := time.Duration(offset); next < w.length; next += c.every {
		timer.Reset(w.turn(next, c.tick) - w.elapsed())
		<-timer.C
		slot, ok := c.take()
		if !ok {
			w.tally.skip(next)
			continue
		}
		made := &call{Context: c.ctx, caller: c.caller, number: uint64(number), slot: slot}
		c.runner.do(func() {
			defer c.give(slot)
			c.make(made)
		})
		number++
	}
}

// make makes a call, and counts it.
func (c *calling) make(made *call) {
	w := c.world
	if now := w.elapsed(); w.turn(now, made) != now && backoff.Sleep(c.ctx, w.turn(now, made)-now) != nil {
		return
	}
	made.seed(c.sim.seed, streamCall, c.caller.client, c.caller.number, made.number)
	ctx := backoff.WithRandom(made, made)
	if c.sim.wired {
		ctx = w.traced(ctx, made)
	}
	c.sim.monitor.beat()
	c.running.Add(1)
	defer c.running.Add(-1)
	o := outcome{begun: w.elapsed(), failed: true}
	defer func() { // also if the request ends the goroutine
		o.took, o.requests = w.elapsed()-o.begun, made.requests.Load()
		w.tally.call(o)
		c.sim.monitor.beat()
	}()
	o.failed = c.request(ctx, c.client, int(made.number)) != nil
}

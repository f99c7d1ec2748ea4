package faultsim

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// A world is the state of one run: its clock, its randomness, and what was counted.
type world struct {
	sim    *Sim
	start  time.Time
	length time.Duration // in which calls begin
	end    time.Duration // after the last call; set when the run has ended
	turns  time.Duration // see turn
	tally  *tally
}

// newWorld returns the world of a run with so many slots: see turn.
func newWorld(s *Sim, length time.Duration, slots int) *world {
	w := &world{sim: s, start: time.Now(), length: length, turns: turnsOf(slots), tally: newTally()}
	s.others.reset()
	for _, server := range s.hosts {
		server.reset()
	}
	return w
}

func (w *world) elapsed() time.Duration { return time.Since(w.start) }

// turn returns the first time from at that belongs to the slot of c. What happens at the same
// time happens in any order, and whoever comes first may get the last token of a bucket or a
// budget, so that two runs of one seed would differ. So every call that runs has a slot, and its
// requests are sent and responses return in a nanosecond of each millisecond, or of a part of
// it, that no other slot has. After a wait of whole milliseconds, such as a timeout, it still has it.
func (w *world) turn(at time.Duration, c *call) time.Duration {
	if c == nil {
		return at
	}
	early := (time.Duration(c.slot) - at) % w.turns
	if early < 0 {
		early += w.turns
	}
	return at + early
}

// turnsOf returns how many nanoseconds there are from a turn of a slot to the next one: a
// part of a millisecond with one for each slot, or a whole one.
func turnsOf(slots int) time.Duration {
	for turns := time.Duration(slots); turns < time.Millisecond; turns++ {
		if time.Millisecond%turns == 0 {
			return turns
		}
	}
	return time.Millisecond
}

// server returns the server of a host.
func (w *world) server(host string) *Server {
	if len(w.sim.hosts) == 0 {
		return w.sim.others
	}
	host = strings.ToLower(host)
	if server := w.sim.hosts[host]; server != nil {
		return server
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		if server := w.sim.hosts[name]; server != nil {
			return server
		}
	}
	return w.sim.others
}

// hostOf is the default key of a request.
func hostOf(r *http.Request) string {
	if r.URL != nil && r.URL.Host != "" {
		return r.URL.Host
	}
	return r.Host
}

// A caller makes calls, one after the other unless they may overlap. Requests that belong to
// no call have a caller too.
type caller struct {
	client, number uint64
	strays         atomic.Uint64 // requests outside of a call
}

// A call is the context of a call. It tells the base to whom a request belongs.
type call struct {
	context.Context
	source // what the layers draw from

	caller   *caller
	number   uint64
	slot     int           // whose turn it has: see world.turn
	drawn    atomic.Uint64 // how many requests have had their draw
	requests atomic.Uint32
}

type callKey struct{}

// Value returns c itself for callKey.
func (c *call) Value(key any) any {
	if key == (callKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// callOf returns the call of a request, or nil.
func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// A draw is the randomness of one request.
type draw struct {
	fault float64
	rand  *rand.Rand // for the latency
}

// draw returns the randomness of the next request of c, or if c is nil of stray.
func (w *world) draw(c *call, stray *caller) draw {
	var r *rand.Rand
	if c != nil {
		r = rand.New(newSource(w.sim.seed, streamRequest, c.caller.client, c.caller.number, c.number, c.drawn.Add(1)))
	} else {
		r = rand.New(newSource(w.sim.seed, streamRequest, stray.client, stray.number, 0, stray.strays.Add(1)))
	}
	return draw{r.Float64(), r}
}

// A visit is a request on its way.
type visit struct {
	world   *world
	server  *Server
	fault   *fault
	latency time.Duration // until the response
	counts  [2]*counts    // of all requests, and of those with its key
}

// visit decides what happens to a request that arrives now, and counts it. If the request has
// a connection already, its host need not be resolved.
func (w *world) visit(req *http.Request, host string, connected bool, c *call, d draw) *visit {
	if c != nil {
		c.requests.Add(1)
	}
	server := w.server(host)
	v := &visit{world: w, server: server, fault: server.script.at(w.elapsed()).pick(d.fault)}
	if connected && v.fault.kind == kindDNS {
		v.fault = none()
	}
	label := v.fault.label()
	if k := v.fault.kind; k != kindRefused && k != kindDNS {
		if missing, ok := server.take(); !ok {
			v.fault, label = server.throttle(missing), "bucket"
		}
		v.latency = max(0, server.latency(d.rand))
	}
	if v.fault.kind == kindSlow {
		v.latency += v.fault.slow
	}
	now := w.elapsed()
	v.latency = w.turn(now+v.latency, c) - now
	v.counts = w.tally.arrive(now, w.keyOf(req), label)
	w.sim.monitor.beat()
	return v
}

// leave counts that the request is no longer on its way.
func (v *visit) leave() { v.world.tally.leave(v.world.elapsed(), v.counts) }

// keyOf returns by what a request is counted.
func (w *world) keyOf(r *http.Request) string { return cmp.Or(w.sim.key(r), "(none)") }

package main

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"github.com/tripware/tripware/internal/backoff"
	"github.com/tripware/tripware/middleware/retry"
)

const (
	hopMean   = 10 * time.Millisecond
	hopSpread = 2 * time.Millisecond // one standard deviation
	longest   = 2 * time.Second      // no wait is longer
)

// An outcome is the cost until all clients had written.
type outcome struct {
	calls float64 // writes sent, refused ones too
	took  time.Duration
}

// A contest is a row and the clients that want to write it. It is also a heap of the
// clients, ordered by the time of their next request.
type contest struct {
	random  *rand.Rand
	backoff retry.Backoff
	base    time.Duration
	version int // of the row
	waiting []*client
	outcome outcome
}

// A client reads the row and writes it with the version that it read. It starts again
// when the write is refused.
type client struct {
	heard    time.Duration // when its next request arrives at the row
	writes   bool          // that request is a write
	version  int           // what it read
	refusals int
	wait     time.Duration // the last one
}

// contend lets clients contend for the row once.
func contend(a algorithm, clients int, random *rand.Rand) outcome {
	c := &contest{random: random, backoff: a.seeded(backoff.Seeded(random)), base: a.base}
	for range clients {
		heap.Push(c, &client{heard: c.hop()})
	}
	for len(c.waiting) > 0 {
		if c.hear(c.waiting[0]) {
			heap.Pop(c)
		} else {
			heap.Fix(c, 0)
		}
	}
	return c.outcome
}

// hear handles the request of one client, and reports whether that was its last. Nothing
// happens between the response's hop and that of the next request, so both are added at
// once.
func (c *contest) hear(from *client) (done bool) {
	handled := from.heard + c.hop()
	if !from.writes {
		from.version, from.writes = c.version, true
		from.heard = handled + c.hop()
		return false
	}
	c.outcome.calls++
	if from.version == c.version {
		c.version++
		c.outcome.took = max(c.outcome.took, handled)
		return true
	}
	from.refusals++
	from.wait = c.backoff(retry.Step{
		Retry: from.refusals, Base: c.base, Max: longest, Last: from.wait,
		Ceiling: backoff.Ceiling(c.base, longest, from.refusals),
	})
	from.writes = false
	from.heard = handled + from.wait + c.hop() // the hop is that of the next read
	return false
}

// hop is the time that a request or a response takes.
func (c *contest) hop() time.Duration {
	return (hopMean + time.Duration(c.random.NormFloat64()*float64(hopSpread))).Abs()
}

// Len, Less, Swap, Push and Pop are those of heap.Interface.
func (c *contest) Len() int           { return len(c.waiting) }
func (c *contest) Less(i, j int) bool { return c.waiting[i].heard < c.waiting[j].heard }
func (c *contest) Swap(i, j int)      { c.waiting[i], c.waiting[j] = c.waiting[j], c.waiting[i] }

func (c *contest) Push(x any) {
	c.waiting = append(c.waiting, x.(*client)) //nolint:errcheck,forcetypeassert // nothing else is pushed
}

func (c *contest) Pop() any {
	last := len(c.waiting) - 1
	next := c.waiting[last]
	c.waiting = c.waiting[:last]
	return next
}

// mean returns the mean outcome of contests, each with its own seed.
func mean(a algorithm, clients int) outcome {
	var sum outcome
	for seed := range uint64(contests) {
		one := contend(a, clients, rand.New(rand.NewPCG(uint64(clients), seed)))
		sum.calls += one.calls
		sum.took += one.took
	}
	return outcome{calls: sum.calls / contests, took: sum.took / contests}
}

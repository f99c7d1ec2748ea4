package transport

import (
	"context"
	"iter"
	"math"
	"net/http"
	"time"
)

// An Attempt describes one request that the base round tripper was asked to send for a
// call.
type Attempt struct {
	Number  int           // counted from 1; the number of an attempt that was not sent may be missing
	Start   time.Time     // when the base was called
	Elapsed time.Duration // until the response headers or the error; zero while it runs
	Status  int           // zero without a response
	Err     error         // nil with a response
	Class   ErrorClass    // of Err: see [ClassifyError]; empty with a response
	Leg     int           // which of the attempts of a hedge it is, counted from 1; zero if it belongs to none
	Lost    bool          // a hedge returned the result of another of its attempts; one that was then running has [ClassHedgeLost]
}

// count returns the number of attempts that have begun.
func (c *Call) count() (n int) {
	if c.first.made {
		n = 1
	}
	if r := c.rarities(); r != nil {
		n += len(r.attempts) - r.unmade
	}
	return n
}

// highest returns the highest number of an attempt that has begun, or 0.
func (c *Call) highest() int {
	if r := c.rarities(); r != nil && len(r.attempts) > 0 {
		return 1 + len(r.attempts)
	}
	if c.first.made {
		return 1
	}
	return 0
}

// decisive returns the number of the last attempt that has not lost, or 0.
func (c *Call) decisive() int {
	for n := c.highest(); n > 0; n-- {
		if a := c.attempt(n); a.made && a.leg&lostLeg == 0 {
			return n
		}
	}
	return 0
}

// numbers returns the numbers of the attempts that have begun, in order.
func (c *Call) numbers() iter.Seq[int] {
	return func(yield func(int) bool) {
		for n := 1; n <= c.highest(); n++ {
			if c.attempt(n).made && !yield(n) {
				return
			}
		}
	}
}

// Attempts returns the attempts so far, in order.
func (c *Call) Attempts() []Attempt {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Attempt, 0, c.count())
	for n := range c.numbers() {
		list = append(list, c.attempted(n))
	}
	return list
}

func (c *Call) attempted(n int) Attempt {
	a := c.attempt(n)
	made := Attempt{Number: n, Start: c.start().Add(c.attemptStart(n)), Elapsed: a.elapsed, Status: int(a.status)}
	made.Leg, made.Lost = int(a.leg&^lostLeg), a.leg&lostLeg != 0
	r := c.rarities()
	if r == nil {
		return made
	}
	for i := range r.failures {
		if f := &r.failures[i]; f.attempt == n {
			made.Err, made.Class = f.err, f.class
			break
		}
	}
	return made
}

// AttemptCount returns the number of attempts that have begun so far.
func (c *Call) AttemptCount() int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count()
}

// Retries returns the number of attempts after the first, whatever made them: a retry, a redirect
// or a hedge.
func (c *Call) Retries() int { return max(0, c.AttemptCount()-1) }

// beginAttempt records an attempt that begins in the sender of a chain, and returns its
// number, or 0 if the record is sealed. If a layer hides a chain from the chain of the
// scope above it, both send the same attempt: the upper one counts it, and the lower one
// takes it over by a claim.
func (s *scope) beginAttempt(ctx context.Context, by *chain) (n int, claim uint8) {
	l := legOf(ctx, s)
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sealed {
		return 0, 0
	}
	current := &s.loop.attempt
	if l != nil {
		current = &l.attempt
	}
	if n = int(*current); by != s.chain && n > 0 {
		if a := c.attempt(n); !a.ended {
			a.claims++
			c.setAttemptStart(n, c.age())
			c.timely = false
			return n, a.claims
		}
	}
	n = s.take(l)
	c.make(n)
	if c.timely = false; l != nil {
		c.attempt(n).leg = uint8(min(l.number, lostLeg-1))
	}
	if by == s.chain {
		*current = int32(min(n, math.MaxInt32))
	}
	return n, 0
}

// make begins attempt n.
func (c *Call) make(n int) {
	if n == 1 {
		c.first.made = true
		c.setAttemptStart(1, c.delay())
		return
	}
	r := c.rarely()
	for len(r.attempts) < n-1 {
		r.attempts = append(r.attempts, laterAttempt{})
		r.unmade++
	}
	r.unmade--
	r.attempts[n-2] = laterAttempt{attempt{made: true}, c.age()}
}

func (s *scope) endAttempt(n int, claim uint8, req *http.Request, resp *http.Response, err error) {
	if n == 0 {
		return
	}
	c, class := s.call, ClassifyError(req, err)
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.attempt(n)
	if c.sealed || a.claims != claim {
		return
	}
	a.elapsed, a.ended = c.age()-c.attemptStart(n), true
	c.timely = c.opened && s.chain.isPlaced() && n == c.highest()
	if resp != nil {
		a.status = int32(resp.StatusCode)
	}
	if err != nil {
		r := c.rarely()
		r.failures = append(r.failures, failure{n, err, class})
	}
}

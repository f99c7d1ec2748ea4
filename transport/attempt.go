package transport

import (
	"math"
	"net/http"
	"time"
)

// An Attempt describes one request that the base round tripper was asked to send for a
// call.
type Attempt struct {
	Number  int           // counted from 1
	Start   time.Time     // when the base was called
	Elapsed time.Duration // until the response headers or the error; zero while it runs
	Status  int           // zero without a response
	Err     error         // nil with a response
}

// count returns the number of attempts that have begun.
func (c *Call) count() int {
	switch {
	case !c.first.made:
		return 0
	case c.rest == nil:
		return 1
	}
	return 1 + len(c.rest.attempts)
}

// Attempts returns the attempts so far, in order.
func (c *Call) Attempts() []Attempt {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Attempt, c.count())
	for i := range list {
		list[i] = c.attempted(i + 1)
	}
	return list
}

func (c *Call) attempted(n int) Attempt {
	a := c.attempt(n)
	return Attempt{Number: n, Start: c.start().Add(c.attemptStart(n)), Elapsed: a.elapsed, Status: int(a.status), Err: c.failure(n)}
}

// failure returns the error of attempt n, or nil.
func (c *Call) failure(n int) error {
	for _, f := range c.rest.failures { // not nil: the caller has called c.start
		if f.attempt == n {
			return f.err
		}
	}
	return nil
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

// Retries returns the number of attempts after the first.
func (c *Call) Retries() int { return max(0, c.AttemptCount()-1) }

// beginAttempt records an attempt that begins in the sender of a chain, and returns its
// number, or 0 if the record is sealed. If a layer hides a chain from the chain of the
// scope above it, both send the same attempt: the upper one counts it, and the lower one
// takes it over by a claim.
func (s *scope) beginAttempt(by *chain) (n int, claim uint8) {
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sealed {
		return 0, 0
	}
	if n = int(s.loop.attempt); by != s.chain && n > 0 {
		if a := c.attempt(n); !a.ended {
			a.claims++
			c.setAttemptStart(n, c.age())
			c.timely = false
			return n, a.claims
		}
	}
	n = c.count() + 1
	if n == 1 {
		c.first.made = true
		c.setAttemptStart(1, c.delay())
	} else {
		r := c.others()
		r.attempts = append(r.attempts, laterAttempt{attempt{made: true}, c.age()})
	}
	c.timely = false
	if by == s.chain {
		s.loop.attempt = int32(min(n, math.MaxInt32))
	}
	return n, 0
}

func (s *scope) endAttempt(n int, claim uint8, resp *http.Response, err error) {
	if n == 0 {
		return
	}
	c := s.call
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.attempt(n)
	if c.sealed || a.claims != claim {
		return
	}
	a.elapsed, a.ended = c.age()-c.attemptStart(n), true
	c.timely = c.opened && s.chain.isPlaced() && n == c.count()
	if resp != nil {
		a.status = int32(resp.StatusCode)
	}
	if err != nil {
		r := c.others()
		r.failures = append(r.failures, failure{n, err})
	}
}

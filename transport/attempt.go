package transport

import (
	"math"
	"net/http"
	"time"
)

// An Attempt is one sending of a call by the base round tripper.
type Attempt struct {
	Number  int           // from 1
	Start   time.Time     // when the base was asked
	Elapsed time.Duration // until its answer's head, or its error; zero while it runs
	Status  int           // zero without a response
	Err     error         // nil with a response
}

// count returns how many attempts began.
func (c *Call) count() int {
	switch {
	case !c.first.made:
		return 0
	case c.rest == nil:
		return 1
	}
	return 1 + len(c.rest.attempts)
}

// Attempts returns the attempts so far, in their order.
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
	for _, f := range c.rest.failures { // c.start has made the rest
		if f.attempt == n {
			return f.err
		}
	}
	return nil
}

// AttemptCount returns how many attempts began so far.
func (c *Call) AttemptCount() int {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count()
}

// Retries returns how many attempts followed the first.
func (c *Call) Retries() int { return max(0, c.AttemptCount()-1) }

// beginAttempt counts an attempt that a chain's sender begins, and returns its
// number, 0 if the record does not take it. If a layer hides the chain below that
// of the scope, that attempt was counted already, and is taken over.
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

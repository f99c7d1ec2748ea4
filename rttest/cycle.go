package rttest

import (
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

func cycleChecks() []*check {
	return []*check{{Check: Check{
		Name: "unwrap-cycle-ends", Promise: "C6", Claim: ClaimContract,
		Sentence: "CloseIdleConnections and a call return even if the base unwraps to itself, or to a layer that " +
			"unwraps to it",
		Why: "a mistake in another layer must not end the program, and a stack overflow cannot be recovered from",
	}, run: unwrapCycle}}
}

// mostUnwraps is the number of calls of Unwrap after which a ring ends the calling goroutine.
const mostUnwraps = 100_000

// A ring is a base that unwraps to the next of several, the last to the first. It
// has no CloseIdleConnections, which would end a walk.
type ring struct {
	http.RoundTripper

	next  *ring
	asked *atomic.Int32
}

// Unwrap returns the next of the ring. It ends the goroutine of a caller that does not
// stop, before the stack of a recursive caller overflows.
func (r *ring) Unwrap() http.RoundTripper {
	if r.asked.Add(1) > mostUnwraps {
		runtime.Goexit()
	}
	return r.next
}

// A told is a ring that has CloseIdleConnections.
type told struct {
	*ring
	base *base
}

func (t *told) Unwrap() http.RoundTripper {
	t.ring.Unwrap()
	return t
}

func (t *told) CloseIdleConnections() { t.base.CloseIdleConnections() }

func unwrapCycle(s *scene) {
	base := s.base(always(http.StatusOK))
	link := func() *ring { return &ring{RoundTripper: base, asked: &atomic.Int32{}} }
	one, first, second, knows := link(), link(), link(), &told{link(), base}
	one.next, first.next, second.next = one, second, first
	for _, walk := range []struct {
		of   string
		base http.RoundTripper
		seen *ring
	}{{"itself", one, one}, {"one that unwraps to it", first, first}, {"itself, and has CloseIdleConnections,", knows, knows.ring}} {
		var returned atomic.Bool
		over := make(chan struct{})
		go func() {
			defer close(over)
			rt := s.wrap(walk.base)
			(&http.Client{Transport: rt}).CloseIdleConnections()
			r := s.try(rt, s.request(http.MethodGet, "/", nil))
			returned.Store(r.resp != nil || r.err != nil)
			s.finish(r)
		}()
		late := time.NewTimer(s.longest())
		select {
		case <-over:
		case <-late.C:
		}
		late.Stop()
		if n := walk.seen.asked.Load(); n > mostUnwraps || !returned.Load() {
			s.failf("a base that unwraps to %s was unwrapped without end (%d times)", walk.of, n)
		}
	}
	if heard := base.idleCloses(); heard == 0 {
		(&http.Client{Transport: s.wrap(base)}).CloseIdleConnections()
		if base.idleCloses() > 0 {
			s.failf("CloseIdleConnections reaches a base, but not one that unwraps to itself")
		}
	}
}

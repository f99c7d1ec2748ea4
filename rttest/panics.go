package rttest

import (
	"bytes"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"
)

func panicChecks() []*check {
	return []*check{{Check: Check{
		Name: "panic-reaches-the-caller", Promise: "C3", Claim: ClaimContract,
		Sentence: "a panic of the base reaches the caller",
		Why:      "recovering from it hides a bug; http.ErrAbortHandler is meant to pass through a proxy",
	}, real: true, run: panicReaches}, {Check: Check{
		Name: "panic-leaves-no-lock", Promise: "C3", Claim: ClaimContract,
		Sentence: "after a panic of the base, further calls work",
		Why:      "a lock that is not released by a deferred call blocks all later requests",
	}, real: true, run: panicLeavesNoLock}}
}

// goroutineID returns the number in the first line of the goroutine's stack.
func goroutineID() string {
	var buf [64]byte
	fields := bytes.Fields(buf[:runtime.Stack(buf[:], false)])
	return string(fields[1])
}

// needSameGoroutine skips the check unless the decorator calls its base in the caller's
// goroutine: a panic in another one could not be caught here.
func needSameGoroutine(s *scene) {
	var below, above atomic.Value
	base := s.base(func(a *attempt) (*http.Response, error) {
		below.Store(goroutineID())
		return respond(a, http.StatusOK, "hello"), nil
	})
	rt := s.wrap(base)
	s.finish(s.send(roundTripper(func(req *http.Request) (*http.Response, error) {
		above.Store(goroutineID())
		return rt.RoundTrip(req)
	}), s.request(http.MethodGet, "/", nil)))
	s.skipAside(base)
	if below.Load() != above.Load() {
		s.skipf("the decorator calls its base in another goroutine, where a panic might end the process")
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func panicReaches(s *scene) {
	needSameGoroutine(s)
	base := s.base(func(*attempt) (*http.Response, error) { panic("rttest: the base panics") })
	r := s.try(s.wrap(base), s.request(http.MethodGet, "/", nil))
	if r.panicked == nil {
		closeResponse(r.resp)
		s.failf("RoundTrip returned (error: %v)", r.err)
	}
}

func panicLeavesNoLock(s *scene) {
	needSameGoroutine(s)
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.req.URL.Path == "/panic" {
			panic("rttest: the base panics")
		}
		return respond(a, http.StatusOK, "hello"), nil
	})
	rt := s.wrap(base)
	closeResponse(s.try(rt, s.request(http.MethodGet, "/panic", nil)).resp)
	answered := s.start(rt, s.request(http.MethodGet, "/", nil))
	late := time.NewTimer(min(time.Second, s.longest()))
	defer late.Stop()
	select {
	case r := <-answered:
		s.finish(s.judge(r))
		if r.err != nil && (!s.answers || base.asked() > 1) {
			s.failf("the next call ended with %v", r.err)
		}
	case <-late.C:
		s.failf("the next call did not return")
	}
}

func closeResponse(resp *http.Response) {
	if resp != nil {
		closeBody(resp.Body)
	}
}

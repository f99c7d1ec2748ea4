package rttest

import (
	"context"
	"errors"
	"net/http"
	"time"
)

func limitChecks() []*check {
	return []*check{{Check: Check{
		Name: "limit-paces", Promise: "L2", Claim: ClaimLimits,
		Sentence: "after the burst, requests reach the base no faster than the rate",
		Why:      "a server that counts requests refuses the rest",
	}, unless: unlessPace, run: limitPaces}, {Check: Check{
		Name: "limit-cancel-in-wait", Promise: "L2", Claim: ClaimLimits,
		Sentence: "canceling the context during a wait ends the call within 50ms, with its error, nothing sent and the body closed once",
		Why:      "net/http: the request's context controls its entire lifetime, and RoundTrip must always close the body",
	}, run: limitCancel}, {Check: Check{
		Name: "limit-heeds-deadline", Promise: "L2", Claim: ClaimLimits,
		Sentence: "a request that would wait beyond the context's deadline is refused at once, nothing sent and the body closed once",
		Why:      "waiting until the deadline only wastes the caller's time",
	}, run: limitDeadline}, {Check: Check{
		Name: "limit-learns", Promise: "L2", Claim: ClaimLimits,
		Sentence: "after a 429 with Retry-After: 2 no request reaches the base for 2s",
		Why:      "RFC 6585 section 4: it says how long to wait before a new request, not only before a retry",
	}, unless: unlessLearns, run: limitLearns}}
}

func unlessPace(c *config) string {
	if c.limit.PerSecond == 0 {
		return "the decorator does not claim a fixed rate"
	}
	return ""
}

func unlessLearns(c *config) string {
	if !c.limit.Learns {
		return "the decorator does not claim to pause after a 429"
	}
	return ""
}

func limitPaces(s *scene) {
	base := s.base(always(http.StatusOK))
	rt := s.wrap(base)
	more := s.limit.Burst + 5 // enough to distinguish the rate from the burst
	for range s.limit.Burst + more {
		s.finish(s.send(rt, s.request(http.MethodGet, "/", nil)))
	}
	seen := base.seen()
	if len(seen) != s.limit.Burst+more {
		s.fatalf("%d of %d requests reached the base", len(seen), s.limit.Burst+more)
	}
	took := seen[len(seen)-1].begun.Sub(seen[0].begun)
	least := time.Duration(float64(more) / s.limit.PerSecond * float64(time.Second))
	if took < least-least/20-time.Millisecond {
		s.failf("%d requests reached the base within %v; they should have taken %v", len(seen), took, least)
	}
}

// exhausted returns a decorated base at which the next request must wait, and the least
// time that it must wait.
func exhausted(s *scene) (rt http.RoundTripper, b *base, wait time.Duration) {
	if s.limit.PerSecond == 0 {
		b = s.base(func(a *attempt) (*http.Response, error) {
			if a.number == 1 {
				return respond(a, http.StatusTooManyRequests, "wait", "Retry-After", "2"), nil
			}
			return respond(a, http.StatusOK, "hello"), nil
		})
		rt = s.wrap(b)
		ctx, cancel := context.WithTimeout(s.ctx, time.Millisecond) // so that the request is not retried
		defer cancel()
		s.finish(s.send(rt, s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil)))
		return rt, b, 2*time.Second - time.Millisecond
	}
	b = s.base(always(http.StatusOK))
	rt = s.wrap(b)
	for range s.limit.Burst {
		s.finish(s.send(rt, s.request(http.MethodGet, "/", nil)))
	}
	return rt, b, time.Duration(float64(time.Second) / s.limit.PerSecond)
}

func limitCancel(s *scene) {
	rt, base, wait := exhausted(s)
	sent := len(base.seen())
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	body := text("hello")
	answered := s.start(rt, s.requestWith(ctx, http.MethodPut, s.origin()+"/", body))
	time.AfterFunc(wait/2, cancel)
	r := s.judge(s.await(answered))
	s.finish(r)
	if !errors.Is(r.err, context.Canceled) {
		s.failf("the call ended with %s", describe(r))
	}
	if late := r.took - wait/2; late > 50*time.Millisecond {
		s.failf("the call ended %v after it was canceled", late)
	}
	if len(base.seen()) != sent {
		s.failf("the request was sent")
	}
	s.closedOnce("the request's body", body)
}

func limitDeadline(s *scene) {
	rt, base, wait := exhausted(s)
	sent := len(base.seen())
	ctx, cancel := context.WithTimeout(s.ctx, wait/2)
	defer cancel()
	body := text("hello")
	r := s.send(rt, s.requestWith(ctx, http.MethodPut, s.origin()+"/", body))
	s.finish(r)
	if r.err == nil || len(base.seen()) != sent {
		s.failf("the call ended with %s, after the request was sent %d times", describe(r), len(base.seen())-sent)
	}
	if r.took > min(wait/4, time.Second) {
		s.failf("with a deadline in %v and a wait of %v, the call ended after %v", wait/2, wait, r.took)
	}
	s.closedOnce("the request's body", body)
}

func limitLearns(s *scene) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number == 1 {
			return respond(a, http.StatusTooManyRequests, "wait", "Retry-After", "2"), nil
		}
		return respond(a, http.StatusOK, "hello"), nil
	})
	rt := s.wrap(base)
	for range 2 {
		s.finish(s.send(rt, s.request(http.MethodGet, "/", nil)))
	}
	gaps := base.gaps()
	if len(gaps) == 0 {
		s.fatalf("the second request did not reach the base")
	}
	if gaps[0] < 2*time.Second {
		s.failf("the next request reached the base after %v", gaps[0])
	}
}

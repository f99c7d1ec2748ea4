package rttest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

func hedgeChecks() []*check {
	return []*check{{Check: Check{
		Name: "hedge-count", Promise: "H1", Claim: ClaimHedges,
		Sentence: "while no response comes, exactly Max further requests are sent, each After the one before",
		Why:      "each further request is load on a server that may be slow because of its load, and the caller configured the number",
	}, run: hedgeCount}, {Check: Check{
		Name: "hedge-fast-once", Promise: "H1", Claim: ClaimHedges,
		Sentence: "a call with a response, or an error, before After is sent once",
		Why:      "a hedge is for slow responses: one that is there needs no second request, and an error is for a retry loop",
	}, run: hedgeFast}, {Check: Check{
		Name: "hedge-first-response", Promise: "H1", Claim: ClaimHedges,
		Sentence: "the first response is returned when it comes, whichever request it belongs to",
		Why:      "that is the purpose of a hedge",
	}, run: hedgeFirst}, {Check: Check{
		Name: "hedge-failure-loses", Promise: "H1", Claim: ClaimHedges,
		Sentence: "a 503 or an error is not returned while another request may still succeed",
		Why:      "the request that failed may have met the one server of several that is in trouble",
	}, run: hedgeFailure}, {Check: Check{
		Name: "hedge-all-fail", Promise: "H1", Claim: ClaimHedges,
		Sentence: "if all requests fail, one of their results is returned when the last one has failed",
		Why:      "net/http: RoundTrip returns either a response or an error, and the caller must learn why",
	}, run: hedgeAllFail}, {Check: Check{
		Name: "hedge-not-idempotent", Promise: "H1", Claim: ClaimHedges,
		Sentence: "a POST is sent once",
		Why:      "RFC 9110 section 9.2.2: the server may do twice what was asked for once",
	}, run: func(s *scene) { hedgeNever(s, http.MethodPost, nil) }}, {Check: Check{
		Name: "hedge-body-without-getbody", Promise: "H1", Claim: ClaimHedges,
		Sentence: "a PUT whose body has no GetBody is sent once, with its body",
		Why:      "two requests cannot read one body",
	}, run: func(s *scene) { hedgeNever(s, http.MethodPut, text("hello")) }}, {Check: Check{
		Name: "hedge-cancel", Promise: "C8", Claim: ClaimHedges,
		Sentence: "canceling the call cancels each of its requests, and ends it within 50ms with an error that matches context.Canceled",
		Why:      "net/http: a request's context controls its entire lifetime",
	}, run: hedgeCancel}}
}

// all returns how many requests a call may send.
func (c *config) all() int { return c.hedge.Max + 1 }

// slowly calls f after d, unless the attempt is canceled before.
func slowly(a *attempt, d time.Duration, f func() (*http.Response, error)) (*http.Response, error) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return f()
	case <-a.req.Context().Done():
		return nil, context.Cause(a.req.Context())
	}
}

func hedgeCount(s *scene) {
	long := s.hedge.After * time.Duration(s.all()+2)
	base := s.base(func(a *attempt) (*http.Response, error) {
		return slowly(a, long, func() (*http.Response, error) { return respond(a, http.StatusOK, "hello"), nil })
	})
	s.finish(s.send(s.wrap(base), s.request(http.MethodGet, "/", nil)))
	seen := base.seen()
	if len(seen) != s.all() {
		s.failf("the request was sent %d times, not %d", len(seen), s.all())
	}
	for i := 1; i < len(seen); i++ {
		if gap := seen[i].begun.Sub(seen[i-1].begun); gap < s.hedge.After || gap > s.hedge.After+time.Millisecond {
			s.failf("request %d was sent %v after the one before, not %v", i+1, gap, s.hedge.After)
		}
	}
}

func hedgeFast(s *scene) {
	for _, failure := range []error{nil, errBroken} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			return slowly(a, s.hedge.After/2, func() (*http.Response, error) {
				if failure != nil {
					return nil, failure
				}
				return respond(a, http.StatusOK, "hello"), nil
			})
		})
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		s.finish(r)
		time.Sleep(2 * s.hedge.After) //nolint:forbidigo // virtual time
		if n := len(base.seen()); n != 1 || !errors.Is(r.err, failure) {
			s.failf("the request was sent %d times, and the call ended with %s", n, describe(r))
		}
	}
}

func hedgeFirst(s *scene) {
	for winner := 1; winner <= s.all(); winner++ {
		quick := s.hedge.After / 4
		if winner < s.all() {
			quick += s.hedge.After // the next one is on its way
		}
		base := s.base(func(a *attempt) (*http.Response, error) {
			if a.number != winner {
				return hanging(a)
			}
			return slowly(a, quick, func() (*http.Response, error) { return respond(a, http.StatusOK, "hello"), nil })
		})
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		if got := s.finish(r); got != "hello" || r.err != nil {
			s.failf("request %d got a response, and the call ended with %s and %q", winner, describe(r), got)
		}
		if want := time.Duration(winner-1)*s.hedge.After + quick; r.took > want+time.Millisecond {
			s.failf("request %d got a response after %v, and the call ended after %v", winner, want, r.took)
		}
	}
}

func hedgeFailure(s *scene) {
	for _, failure := range []error{nil, errBroken} {
		dropped := text("unavailable")
		base := s.base(func(a *attempt) (*http.Response, error) {
			if a.number == 1 {
				return slowly(a, 10*s.hedge.After, func() (*http.Response, error) { return respond(a, http.StatusOK, "hello"), nil })
			}
			if failure != nil || a.number > 2 {
				return nil, errBroken
			}
			return respondWith(a, http.StatusServiceUnavailable, dropped), nil
		})
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		if got := s.finish(r); got != "hello" {
			s.failf("the second request failed and the first succeeded, and the call ended with %s", describe(r))
		}
		if failure == nil {
			s.closedOnce("the body of the response that was dropped", dropped)
		}
	}
}

func hedgeAllFail(s *scene) {
	begun, last := time.Now(), 3*s.hedge.After*time.Duration(s.all())
	for _, failure := range []error{nil, errBroken} {
		begun = time.Now()
		base := s.base(func(a *attempt) (*http.Response, error) {
			return slowly(a, last-time.Since(begun)-time.Duration(a.number)*time.Millisecond, func() (*http.Response, error) {
				if failure != nil {
					return nil, failure
				}
				return respond(a, http.StatusServiceUnavailable, "unavailable"), nil
			})
		})
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		got := s.finish(r)
		if !errors.Is(r.err, failure) || failure == nil && got != "unavailable" {
			s.failf("all requests failed, and the call ended with %s and %q", describe(r), got)
		}
		if want := last - time.Millisecond; r.took < want || r.took > want+50*time.Millisecond {
			s.failf("the last request failed after %v, and the call ended after %v", want, r.took)
		}
	}
}

func hedgeNever(s *scene, method string, body io.ReadCloser) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		return slowly(a, 10*s.hedge.After, func() (*http.Response, error) { return respond(a, http.StatusOK, "hello"), nil })
	})
	r := s.send(s.wrap(base), s.request(method, "/", body))
	s.finish(r)
	seen := base.seen()
	if len(seen) != 1 || r.err != nil {
		s.failf("the request was sent %d times, and the call ended with %s", len(seen), describe(r))
	}
	if p, ok := body.(*payload); ok {
		if len(seen) > 0 && seen[0].text != "hello" {
			s.failf("the body read %q", seen[0].text)
		}
		s.closedOnce("the request's body", p)
	}
}

func hedgeCancel(s *scene) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	base := s.base(hanging)
	answered := s.start(s.wrap(base), s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil))
	after := s.hedge.After*time.Duration(s.all()) + time.Millisecond
	time.AfterFunc(after, cancel)
	r := s.judge(s.await(answered))
	s.finish(r)
	if !errors.Is(r.err, context.Canceled) {
		s.failf("the call ended with %s", describe(r))
	}
	if late := r.took - after; late > 50*time.Millisecond {
		s.failf("the call ended %v after it was canceled", late)
	}
	for _, a := range base.seen() {
		if a.req.Context().Err() == nil {
			s.failf("request %d was not canceled", a.number)
		}
	}
}

package rttest

import (
	"context"
	"errors"
	"net/http"
	"time"
)

func waitChecks() []*check {
	return []*check{{Check: Check{
		Name: "retry-waits-bounded", Promise: "R2", Claim: ClaimRetries,
		Sentence: "no wait before a retry is longer than MaxWait",
		Why:      "the caller configured how long it is willing to wait",
	}, run: waitsBounded}, {Check: Check{
		Name: "retry-cancel-in-wait", Promise: "R12", Claim: ClaimRetries,
		Sentence: "canceling the context during a wait ends the call within 50ms, with an error that matches context.Canceled",
		Why:      "net/http: a context controls the lifetime of its request; after a cancellation the call must not go on, nor succeed",
	}, unless: needWait(1), run: cancelInWait}, {Check: Check{
		Name: "retry-cancel-cause", Promise: "R12", Claim: ClaimRetries,
		Sentence: "the error of a call that was canceled during a wait matches the cancellation cause",
		Why:      "net/http has returned context.Cause since Go 1.23: it says why the call was canceled",
	}, unless: needWait(1), run: cancelCause}, {Check: Check{
		Name: "retry-cancel-closes-body", Promise: "C2", Claim: ClaimRetries,
		Sentence: "after a cancellation during a wait, the request's body and the dropped response's body are closed exactly once",
		Why:      closes,
	}, unless: needWait(1), run: cancelClosesBody}, {Check: Check{
		Name: "retry-heeds-deadline", Promise: "R3", Claim: ClaimRetries,
		Sentence: "no wait begins that would last beyond the context's deadline: the last response is returned at once",
		Why:      "waiting until the deadline wastes the caller's time, and only a timeout is left to return",
	}, unless: needWait(10 * time.Millisecond), run: heedsDeadline}}
}

func waitsBounded(s *scene) {
	base := s.base(always(s.retry.Statuses[0]))
	s.finish(s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil)))
	for i, gap := range base.gaps() {
		if gap > s.retry.MaxWait+time.Millisecond {
			s.failf("the decorator waited %v before attempt %d, but claims at most %v", gap, i+2, s.retry.MaxWait)
		}
	}
}

// soon is shorter than almost any wait.
const soon = time.Microsecond

// cancelled cancels a call shortly after the first response, which asks for a retry. It
// returns how the call ended, and how long after the cancellation.
func cancelled(s *scene, cause error, prepare func(*http.Request)) (r result, late time.Duration, dropped *payload) {
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	dropped = text("try again")
	var when time.Time
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number > 1 {
			return respond(a, s.retry.Statuses[0], "again"), nil
		}
		when = time.Now().Add(soon)
		time.AfterFunc(soon, func() { cancel(cause) })
		hint := "0"
		if s.retry.Hints && s.retry.MaxWait >= time.Second {
			hint = "1"
		}
		return respondWith(a, s.retry.Statuses[0], dropped, "Retry-After", hint), nil
	})
	req := s.requestWith(ctx, s.retry.Methods[0], s.origin()+"/", nil)
	prepare(req)
	r = s.send(s.wrap(base), req)
	return r, r.ended.Sub(when), dropped
}

func cancelInWait(s *scene) {
	r, late, _ := cancelled(s, nil, func(*http.Request) {})
	s.finish(r)
	if !errors.Is(r.err, context.Canceled) {
		s.failf("the call ended with %s", describe(r))
	}
	if late > 50*time.Millisecond {
		s.failf("the call ended %v after it was canceled", late)
	}
}

func cancelCause(s *scene) {
	cause := errors.New("rttest: the caller canceled")
	r, _, _ := cancelled(s, cause, func(*http.Request) {})
	s.finish(r)
	if !errors.Is(r.err, cause) {
		s.failf("the call ended with %s", describe(r))
	}
}

func cancelClosesBody(s *scene) {
	bodies := func() []*payload { return nil }
	r, _, dropped := cancelled(s, nil, func(req *http.Request) {
		if method := s.bodyMethod(); method != "" {
			req.Method = method
			bodies = replayable(req)
		}
	})
	s.finish(r)
	s.allClosedOnce("being canceled", bodies())
	s.closedOnce("the dropped response's body", dropped)
}

func heedsDeadline(s *scene) {
	const left = time.Millisecond
	ctx, cancel := context.WithTimeout(s.ctx, left)
	defer cancel()
	hint := "0"
	if s.retry.Hints && s.retry.MaxWait >= time.Second {
		hint = "1"
	}
	base := s.base(always(s.retry.Statuses[0], "Retry-After", hint))
	r := s.send(s.wrap(base), s.requestWith(ctx, s.retry.Methods[0], s.origin()+"/", nil))
	s.finish(r)
	if r.resp == nil || r.took >= left {
		s.failf("with a deadline in %v the call ended after %v with %s", left, r.took, describe(r))
	}
}

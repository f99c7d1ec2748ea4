package rttest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"syscall"
	"time"
)

// errBroken is the error of a connection that the server reset.
var errBroken error = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

const closes = "net/http: RoundTrip must always close the body, including on errors; io.Closer: a second Close is undefined"

func bodyChecks() []*check {
	return []*check{{Check: Check{
		Name: "body-closed-on-success", Promise: "C2", Claim: ClaimContract,
		Sentence: "the request's body is closed exactly once when the call succeeds", Why: closes,
	}, run: func(s *scene) { bodyClosed(s, always(http.StatusOK)) }}, {Check: Check{
		Name: "body-closed-on-error", Promise: "C2", Claim: ClaimContract,
		Sentence: "the request's body is closed exactly once when the base fails", Why: closes,
	}, run: func(s *scene) {
		bodyClosed(s, func(*attempt) (*http.Response, error) { return nil, errBroken })
	}}, {Check: Check{
		Name: "body-closed-when-cancelled-before", Promise: "C2", Claim: ClaimContract,
		Sentence: "if the context ended before the call, the request's body is closed exactly once and the error matches the context's",
		Why:      closes,
	}, run: cancelledBefore}, {Check: Check{
		Name: "body-closed-when-cancelled-meanwhile", Promise: "C2", Claim: ClaimContract,
		Sentence: "the request's body is closed exactly once when the call is canceled while the base is working", Why: closes,
	}, run: cancelledMeanwhile}, {Check: Check{
		Name: "cancel-passed-on", Promise: "C1", Claim: ClaimContract,
		Sentence: "canceling the request's context ends the call at once, with an error that matches context.Canceled",
		Why:      "net/http: a request's context controls its entire lifetime, including obtaining a connection",
	}, run: cancelPassedOn}, {Check: Check{
		Name: "context-passed-on", Promise: "C1", Claim: ClaimContract,
		Sentence: "the values and the deadline of the request's context reach the base",
		Why:      "net/http/httptrace depends on it, and so does every lower layer that stores a value in the context",
	}, run: contextPassedOn}}
}

func bodyClosed(s *scene, script func(*attempt) (*http.Response, error)) {
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		body := text("hello")
		s.finish(s.send(s.wrap(s.base(script)), s.request(method, "/", body)))
		s.closedOnce("the body of a "+method, body)
	}
}

func cancelledBefore(s *scene) {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	body := text("hello")
	base := s.base(always(http.StatusOK))
	r := s.send(s.wrap(base), s.requestWith(ctx, http.MethodPut, s.origin()+"/", body))
	s.finish(r)
	if !errors.Is(r.err, context.Canceled) && !s.aside(base) {
		s.failf("the call ended with %v", r.err)
	}
	s.closedOnce("the request's body", body)
}

// hanging responds when its request is canceled.
func hanging(a *attempt) (*http.Response, error) {
	<-a.req.Context().Done()
	return nil, context.Cause(a.req.Context())
}

func cancelledMeanwhile(s *scene) {
	ctx, cancel := context.WithCancel(s.ctx)
	body := text("hello")
	answered := s.start(s.wrap(s.base(hanging)), s.requestWith(ctx, http.MethodPut, s.origin()+"/", body))
	time.AfterFunc(10*time.Millisecond, cancel)
	s.finish(s.judge(s.await(answered)))
	s.closedOnce("the request's body", body)
}

func cancelPassedOn(s *scene) {
	ctx, cancel := context.WithCancel(s.ctx)
	base := s.base(hanging)
	answered := s.start(s.wrap(base), s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil))
	time.AfterFunc(10*time.Millisecond, cancel)
	r := s.judge(s.await(answered))
	s.finish(r)
	if !errors.Is(r.err, context.Canceled) && !s.aside(base) {
		s.failf("the call ended with %v", r.err)
	}
	if late := r.took - 10*time.Millisecond; late > 50*time.Millisecond {
		s.failf("the call ended %v after it was canceled", late)
	}
}

type contextKey struct{}

func contextPassedOn(s *scene) {
	base := s.base(always(http.StatusOK))
	ctx, cancel := context.WithTimeout(context.WithValue(s.ctx, contextKey{}, "value"), time.Hour)
	defer cancel()
	s.finish(s.send(s.wrap(base), s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil)))
	for _, a := range base.seen() {
		if a.req.Context().Value(contextKey{}) != "value" {
			s.failf("a value of the context did not reach the base")
		}
		if deadline, has := a.req.Context().Deadline(); !has || time.Until(deadline) > time.Hour {
			s.failf("the context's deadline did not reach the base")
		}
	}
}

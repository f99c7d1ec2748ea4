package rttest

import (
	"errors"
	"net/http"
)

func guardChecks() []*check {
	return []*check{{Check: Check{
		Name: "guards-nothing", Promise: "C3", Claim: ClaimGuards,
		Sentence: "if the base returns neither a response nor an error, the decorator returns an error",
		Why:      "net/http: RoundTrip must return one of them; callers cannot continue with neither",
	}, run: func(s *scene) {
		base := s.base(func(*attempt) (*http.Response, error) { return nil, nil })
		s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
	}}, {Check: Check{
		Name: "guards-both", Promise: "C3", Claim: ClaimGuards,
		Sentence: "if the base returns a response and an error, the decorator returns the error and closes the response's body",
		Why:      "net/http: a response that comes with an error is ignored, so nobody closes it and its connection is lost",
	}, run: guardsBoth}, {Check: Check{
		Name: "guards-response", Promise: "C4", Claim: ClaimGuards,
		Sentence: "the decorator sets Request and Body if the base's response lacks them",
		Why:      "net/http: a response's body is never nil; Response.Location and redirects need the request",
	}, run: guardsResponse}}
}

func guardsBoth(s *scene) {
	bodies := make(chan *payload, most)
	base := s.base(func(a *attempt) (*http.Response, error) {
		body := text("hello")
		bodies <- body
		return respondWith(a, http.StatusOK, body), errBroken
	})
	r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
	s.finish(r)
	if !errors.Is(r.err, errBroken) {
		s.failf("the call ended with %v", r.err)
	}
	close(bodies)
	for body := range bodies {
		s.closedOnce("the body of the response that came with the error", body)
	}
}

func guardsResponse(s *scene) {
	base := s.base(func(*attempt) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}, nil
	})
	r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
	s.finish(r)
	if r.resp != nil && r.resp.Request == nil {
		s.failf("the response has a nil Request")
	}
}

package rttest

import (
	"errors"
	"fmt"
	"net/http"
)

func answerChecks() []*check {
	return []*check{{Check: Check{
		Name: "error-comes-through", Promise: "C3", Claim: ClaimContract,
		Sentence: "if the base returns an error, the call returns an error that matches it by errors.Is, and no response",
		Why:      "net/http: a non-nil error says that no response was obtained; callers look for its cause",
	}, run: errorComesThrough}, {Check: Check{
		Name: "status-is-no-error", Promise: "C5", Claim: ClaimContract,
		Sentence: "a response of any status is returned as a response, with its body and without an error",
		Why:      "net/http: a response that was obtained has a nil error, whatever its status",
	}, run: statusIsNoError}, {Check: Check{
		Name: "redirect-not-followed", Promise: "C5", Claim: ClaimContract,
		Sentence: "a redirect is returned, not followed",
		Why:      "net/http: RoundTrip should not handle redirects, authentication or cookies, which are the client's",
	}, run: redirectNotFollowed}, {Check: Check{
		Name: "no-cookies-kept", Promise: "C5", Claim: ClaimContract,
		Sentence: "a cookie that a response sets is not sent with the next request",
		Why:      "net/http: RoundTrip should not handle redirects, authentication or cookies, which are the client's",
	}, run: noCookiesKept}, {Check: Check{
		Name: "sent-once", Promise: "C5", Claim: ClaimContract,
		Sentence: "one call sends one request to the base, unless the decorator claims to retry",
		Why:      "net/http: RoundTrip executes a single HTTP transaction; a second one may cause damage",
	}, unless: func(c *config) string {
		if c.retry != nil {
			return "the decorator claims to retry"
		}
		return ""
	}, run: sentOnce}, {Check: Check{
		Name: "survives-a-bad-base", Promise: "C3", Claim: ClaimContract,
		Sentence: "a base that returns nothing, a response and an error, or a response without Header, Body or Request causes no panic",
		Why:      "mocks and hand-written layers do this; a nil dereference elsewhere is hard to trace back to them",
	}, run: survivesABadBase}}
}

func errorComesThrough(s *scene) {
	cause := errors.New("rttest: the base failed")
	for _, err := range []error{cause, fmt.Errorf("rttest: wrapped: %w", cause)} {
		base := s.base(func(*attempt) (*http.Response, error) { return nil, err })
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		s.finish(r)
		s.skipAside(base)
		if !errors.Is(r.err, cause) {
			s.failf("the base failed with %q, the call ended with %v", err, r.err)
		}
	}
}

func statusIsNoError(s *scene) {
	for _, status := range []int{200, 202, 204, 206, 300, 304, 400, 401, 403, 404, 407, 408, 418, 425, 429, 500, 502, 503, 504, 599, 999} {
		base := s.base(always(status))
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		if s.aside(base) {
			s.finish(r)
			s.skipAside(base)
		}
		if r.err != nil {
			s.failf("status %d became the error %v", status, r.err)
			continue
		}
		if r.resp.StatusCode != status {
			s.failf("status %d became %d", status, r.resp.StatusCode)
		}
		if got, want := s.finish(r), fmt.Sprintf("attempt %d", len(base.seen())); got != want {
			s.failf("the body of the response of status %d reads %q, not %q", status, got, want)
		}
	}
}

func redirectNotFollowed(s *scene) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			if a.req.URL.Path == "/elsewhere" {
				return respond(a, http.StatusOK, "arrived"), nil
			}
			return respond(a, status, "moved", "Location", "/elsewhere"), nil
		})
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		s.finish(r)
		s.skipAside(base)
		if r.resp == nil || r.resp.StatusCode != status {
			s.failf("a %d with Location was not returned", status)
		}
		for _, a := range base.seen() {
			if a.req.URL.Path == "/elsewhere" {
				s.failf("the Location of a %d was requested", status)
			}
		}
	}
}

func noCookiesKept(s *scene) {
	base := s.base(always(http.StatusOK, "Set-Cookie", "rttest=1; Path=/"))
	rt := s.wrap(base)
	for _, path := range []string{"/first", "/second"} { // two paths, so that a cache does not respond
		s.finish(s.send(rt, s.request(http.MethodGet, path, nil)))
	}
	for _, a := range base.seen() {
		if cookie := a.header.Get("Cookie"); cookie != "" {
			s.failf("request %d carries Cookie: %s", a.number, cookie)
		}
	}
}

func sentOnce(s *scene) {
	for _, status := range []int{200, 204, 302, 400, 404, 408, 429, 500, 502, 503, 504, 0} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			if status == 0 {
				return nil, errBroken
			}
			return respond(a, status, "hello"), nil
		})
		s.finish(s.send(s.wrap(base), s.request(http.MethodGet, "/", nil)))
		if n := len(base.seen()); n != 1 && !s.aside(base) {
			s.failf("after a response of status %d (0: an error) the base was called %d times", status, n)
		}
	}
}

func survivesABadBase(s *scene) {
	for _, bad := range []struct {
		returns string
		script  func(a *attempt) (*http.Response, error)
	}{
		{"nothing", func(*attempt) (*http.Response, error) { return nil, nil }}, //nolint:nilnil // that is the fault
		{"both", func(a *attempt) (*http.Response, error) { return respond(a, http.StatusOK, "hello"), errBroken }},
		{"a bare response", func(*attempt) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK}, nil
		}},
		{"a bare 503", func(*attempt) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusServiceUnavailable}, nil
		}},
	} {
		r := s.try(s.wrap(s.base(bad.script)), s.request(http.MethodGet, "/", nil))
		if r.panicked == nil && r.resp != nil {
			r.panicked = panics(func() { closeBody(r.resp.Body) })
		}
		if r.panicked != nil {
			s.failf("a base that returns %s causes a panic: %v", bad.returns, r.panicked)
		}
	}
}

// panics returns the value that f panics with, or nil.
func panics(f func()) (with any) {
	defer func() { with = recover() }()
	f()
	return nil
}

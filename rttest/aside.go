package rttest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// An asked is something below a decorator that counts the requests that reach it.
type asked interface{ asked() int }

// aside reports whether a decorator that may respond without its base did so: no
// request reached below.
func (s *scene) aside(below asked) bool { return s.answers && below.asked() == 0 }

// skipAside skips the rest of the check if no request reached below.
func (s *scene) skipAside(below asked) {
	if s.aside(below) {
		s.skipf("the decorator responded without its base, as it claims it may")
	}
}

func asideChecks() []*check {
	return []*check{{Check: Check{
		Name: "answer-closes-request-body", Promise: "C2", Claim: ClaimAnswers,
		Sentence: "the request body is closed exactly once when the decorator responds, or refuses, without calling the base", Why: closes,
	}, run: asideClosesBody}, {Check: Check{
		Name: "answer-leaves-request", Promise: "C1", Claim: ClaimAnswers,
		Sentence: "a request is not modified when the decorator responds without the base, or after revalidating a stored response",
		Why:      "net/http: RoundTrip should not modify the request; the condition of a revalidation belongs in a copy",
	}, run: asideLeavesRequest}, {Check: Check{
		Name: "answer-names-request", Promise: "C4", Claim: ClaimAnswers,
		Sentence: "the Request of each response is the request of the same call, not of an earlier one",
		Why:      "net/http: Response.Request is the request that was sent for it; another call's request holds its credentials",
	}, run: asideNamesRequest}, {Check: Check{
		Name: "answer-bodies-apart", Promise: "C4", Claim: ClaimAnswers,
		Sentence: "each response has its own body, which can be read in full whatever the readers of other responses do",
		Why:      "a body can be read once: two callers who share one each get a part of it, and one's Close ends the other's read",
	}, run: asideBodiesApart}, {Check: Check{
		Name: "answer-responses-apart", Promise: "C4", Claim: ClaimAnswers,
		Sentence: "what a caller writes to a response, its header map or its header values does not appear in another response",
		Why:      "a response belongs to its caller, and layers above write to it; sharing it is a data race",
	}, run: asideResponsesApart}, {Check: Check{
		Name: "answer-concurrent", Promise: "C7", Claim: ClaimAnswers,
		Sentence: "64 goroutines that request the same URL at once each get a complete response",
		Why:      "net/http: RoundTrippers must be safe for concurrent use by multiple goroutines",
	}, real: true, run: asideConcurrent}}
}

// whole is the body of responses that may be stored.
const whole = "what the base has to say, from the beginning to the end"

// lasting returns a response that may be stored for a minute and revalidated by its tag.
func lasting(a *attempt) (*http.Response, error) {
	return respond(a, http.StatusOK, whole, "Date", now(), "Cache-Control", "max-age=60", "Etag", `"one"`), nil
}

// now returns the time in the format of the Date header, without which a cache stores nothing.
func now() string { return time.Now().UTC().Format(http.TimeFormat) }

// asideClosesBody repeats requests whose responses may be stored, and requests that
// fail: a cache responds to the former without its base, and a breaker to the latter.
func asideClosesBody(s *scene) {
	broken := func(*attempt) (*http.Response, error) { return nil, errBroken }
	byItself := 0
	for _, script := range []func(*attempt) (*http.Response, error){lasting, always(http.StatusServiceUnavailable), broken} {
		base := s.base(script)
		rt := s.wrap(base)
		for range 32 {
			before := base.asked()
			body := text("hello")
			s.finish(s.send(rt, s.request(http.MethodGet, "/", body)))
			if base.asked() == before {
				byItself++
			}
			s.closedOnce("the request's body", body)
		}
	}
	if byItself == 0 {
		s.skipf("the decorator forwarded each request with a body")
	}
}

func asideLeavesRequest(s *scene) {
	base := s.base(lasting)
	rt := s.wrap(base)
	for _, later := range []time.Duration{0, time.Second, time.Hour, time.Second} {
		time.Sleep(later) //nolint:forbidigo // virtual time
		req := s.request(http.MethodGet, "/", nil)
		req.Header = http.Header{"Accept": append(make([]string, 0, 4), "text/plain"), "X-Rttest": {"one"}}
		before := snap(req)
		s.finish(s.send(rt, req))
		time.Sleep(time.Millisecond) //nolint:forbidigo // virtual time
		for _, difference := range append(before.changed(req), before.overwritten()...) {
			s.failf("%s", difference)
		}
	}
}

func asideNamesRequest(s *scene) {
	rt := s.wrap(s.base(lasting))
	for call := range 4 {
		ctx := context.WithValue(s.ctx, contextKey{}, call)
		req := s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil)
		r := s.send(rt, req)
		s.finish(r)
		switch {
		case r.resp == nil:
		case r.resp.Request == nil:
			s.failf("the Request of response %d is nil", call+1)
		case r.resp.Request.Context().Value(contextKey{}) != call:
			s.failf("the Request of response %d has the context of call %v", call+1, r.resp.Request.Context().Value(contextKey{}))
		case r.resp.Request.URL == nil || r.resp.Request.URL.String() != req.URL.String():
			s.failf("the Request of response %d is for %v, not %v", call+1, r.resp.Request.URL, req.URL)
		}
	}
}

// steady returns the body that the decorator responds with, and skips the check if it
// is not the same each time.
func (s *scene) steady(rt http.RoundTripper) string {
	var texts [2]string
	for i := range texts {
		texts[i] = s.finish(s.send(rt, s.request(http.MethodGet, "/", nil)))
	}
	if texts[0] != texts[1] {
		s.skipf("the decorator responds differently each time")
	}
	return texts[0]
}

func asideBodiesApart(s *scene) {
	rt := s.wrap(s.base(lasting))
	want := s.steady(rt)
	if want == "" {
		s.skipf("the decorator responds without a body")
	}
	first := s.answer(rt, s.request(http.MethodGet, "/", nil))
	half := make([]byte, len(want)/2)
	n, err := io.ReadFull(first.Body, half)
	if err != nil {
		s.failf("the first half of a body: %v", err)
	}
	for _, part := range []string{"whole", "half", "not at all"} { // how much others read of their bodies
		other := s.answer(rt, s.request(http.MethodGet, "/", nil))
		switch part {
		case "whole":
			if got := read(other.Body); got != want {
				s.failf("a body reads %q, not %q, while another reader is in the middle of its own", got, want)
			}
		case "half":
			_, _ = io.ReadFull(other.Body, half[:len(half)/2])
		}
		closeBody(other.Body)
	}
	if rest := read(first.Body); want[:n]+rest != want {
		s.failf("after others read their bodies, the rest of a body reads %q, not %q", rest, want[n:])
	}
	closeBody(first.Body)
	if got := s.finish(s.send(rt, s.request(http.MethodGet, "/", nil))); got != want {
		s.failf("the next body was %q, not %q", got, want)
	}
}

func asideResponsesApart(s *scene) {
	rt := s.wrap(s.base(lasting))
	s.steady(rt)
	const spoilt = "rttest-spoilt"
	for call := range 3 {
		resp := s.answer(rt, s.request(http.MethodGet, "/", nil))
		if resp.Proto == spoilt {
			s.failf("response %d is the same pointer that another call got", call+1)
		}
		for name, values := range resp.Header {
			if name == spoilt || strings.Contains(strings.Join(values, " "), spoilt) {
				s.failf("response %d has the header %s: %q, which the caller of another wrote", call+1, name, values)
			}
			if len(values) > 0 {
				values[0] = spoilt
			}
		}
		if resp.Header != nil {
			resp.Header[spoilt] = []string{spoilt}
		}
		resp.Proto = spoilt
		s.finish(result{resp: resp})
	}
}

func asideConcurrent(s *scene) {
	rt := s.wrap(s.base(lasting))
	want := s.steady(rt)
	s.fanOut(func(ctx context.Context, _, _ int) error {
		got, err := once(rt, s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil))
		if err == nil && got != want {
			return fmt.Errorf("a call got %.60q, not %q", got, want)
		}
		return err
	})
}

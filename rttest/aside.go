package rttest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// asked is what stands below a decorator and counts how often it was asked.
type asked interface{ asked() int }

// aside reports whether a decorator that may answer by itself did so: nothing
// reached what is below.
func (s *scene) aside(below asked) bool { return s.answers && below.asked() == 0 }

// skipAside ends the check there: what it is about never came to pass.
func (s *scene) skipAside(below asked) {
	if s.aside(below) {
		s.skipf("the decorator answered by itself, as it claims that it may")
	}
}

func asideChecks() []*check {
	return []*check{{Check: Check{
		Name: "answer-closes-request-body", Promise: "C2", Claim: ClaimAnswers,
		Sentence: "the body of a request that is answered, or refused, without the base is closed exactly once", Why: closes,
	}, run: asideClosesBody}, {Check: Check{
		Name: "answer-leaves-request", Promise: "C1", Claim: ClaimAnswers,
		Sentence: "a request that is answered without the base, or after it was asked whether an answer still holds, is not written to",
		Why:      "net/http: RoundTrip should not modify the request; the condition of a revalidation belongs into a copy",
	}, run: asideLeavesRequest}, {Check: Check{
		Name: "answer-names-request", Promise: "C4", Claim: ClaimAnswers,
		Sentence: "the Request of each response is that of its own call, not of the call that an earlier answer was made for",
		Why:      "net/http: Response.Request is the request that was sent for it; that of another call has its credentials",
	}, run: asideNamesRequest}, {Check: Check{
		Name: "answer-bodies-apart", Promise: "C4", Claim: ClaimAnswers,
		Sentence: "each response has a body of its own, which reads whole whatever the readers of other responses do meanwhile",
		Why:      "a body is read once: two callers who share one each get a part of it, and a close of one ends the other's",
	}, run: asideBodiesApart}, {Check: Check{
		Name: "answer-responses-apart", Promise: "C4", Claim: ClaimAnswers,
		Sentence: "what a caller writes to a response, its header map or its values is not seen in another response",
		Why:      "a response is its caller's, and layers above write to it; a shared one changes for everybody, and is a data race",
	}, run: asideResponsesApart}, {Check: Check{
		Name: "answer-concurrent", Promise: "C7", Claim: ClaimAnswers,
		Sentence: "64 goroutines that ask for one thing at once are all answered, whole",
		Why:      "net/http: RoundTrippers must be safe for concurrent use by multiple goroutines",
	}, real: true, run: asideConcurrent}}
}

// whole is the body of what a base gives out to be kept.
const whole = "what the base has to say, from the beginning to the end"

// lasting answers what may be kept for a minute, and asked for again by its tag.
func lasting(a *attempt) (*http.Response, error) {
	return respond(a, http.StatusOK, whole, "Date", now(), "Cache-Control", "max-age=60", "Etag", `"one"`), nil
}

// now is the time as a header has it. A cache keeps nothing without a date.
func now() string { return time.Now().UTC().Format(http.TimeFormat) }

// asideClosesBody asks often for what may be kept, and for what fails: caches
// answer the first by themselves, and breakers refuse the second.
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
		s.skipf("the decorator passed each request with a body on")
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

// steady returns what the decorator answers each time that it is asked, and skips
// the check if that is not the same each time.
func (s *scene) steady(rt http.RoundTripper) string {
	var texts [2]string
	for i := range texts {
		texts[i] = s.finish(s.send(rt, s.request(http.MethodGet, "/", nil)))
	}
	if texts[0] != texts[1] {
		s.skipf("the decorator answers in another way each time")
	}
	return texts[0]
}

func asideBodiesApart(s *scene) {
	rt := s.wrap(s.base(lasting))
	want := s.steady(rt)
	if want == "" {
		s.skipf("the decorator answers without a body")
	}
	first := s.answer(rt, s.request(http.MethodGet, "/", nil))
	half := make([]byte, len(want)/2)
	n, err := io.ReadFull(first.Body, half)
	if err != nil {
		s.failf("the first half of a body: %v", err)
	}
	for _, part := range []string{"whole", "half", "not at all"} { // as others read theirs
		other := s.answer(rt, s.request(http.MethodGet, "/", nil))
		switch part {
		case "whole":
			if got := read(other.Body); got != want {
				s.failf("while another reader was in the middle of its body, one read %q, not %q", got, want)
			}
		case "half":
			_, _ = io.ReadFull(other.Body, half[:len(half)/2])
		}
		closeBody(other.Body)
	}
	if rest := read(first.Body); want[:n]+rest != want {
		s.failf("after others had read theirs, the rest of a body was %q, not %q", rest, want[n:])
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
			s.failf("response %d is the very one that another call got", call+1)
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

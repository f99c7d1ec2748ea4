package rttest

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

func ownResponseChecks() []*check {
	return []*check{{Check: Check{
		Name: "response-by-vary", Promise: "C5", Claim: ClaimContract,
		Sentence: "a stored response is not reused for a request that differs in a header named in its Vary",
		Why:      "RFC 9111 section 4.1: a stored response must not be used unless all the header fields that Vary names match",
	}, run: func(s *scene) {
		ownResponse(s, "Accept-Language", "de", "fr", "Vary", "Accept-Language")
		ownResponse(s, "Accept-Language", "de", "", "Vary", "Accept-Encoding, accept-language")
		ownResponse(s, "Accept-Language", "", "fr", "Vary", "Accept-Encoding", "Vary", "accept-language")
	}}, {Check: Check{
		Name: "response-by-authorization", Promise: "C5", Claim: ClaimContract,
		Sentence: "a stored response is not reused for a request with a different Authorization",
		Why: "RFC 9111 section 3.5 on shared caches: a RoundTripper may carry the requests of " +
			"all users that a program serves",
	}, run: func(s *scene) {
		ownResponse(s, "Authorization", "Bearer one", "Bearer another")
		ownResponse(s, "Authorization", "Bearer one", "")
	}}}
}

// ownResponse sends requests to one URL that differ in a header. An empty value means
// that the request does not have the header.
func ownResponse(s *scene, name, one, another string, header ...string) {
	base := s.base(fresh(header...))
	rt := s.wrap(base)
	answeredTo := map[string]string{} // by body: each response of the base has its own
	for _, value := range []string{one, another, one} {
		req := s.request(http.MethodGet, "/", nil)
		if value != "" {
			req.Header.Set(name, value)
		}
		body := s.finish(s.send(rt, req))
		if !strings.HasPrefix(body, attemptText) {
			continue // not a response of the base
		}
		if first, again := answeredTo[body]; again && first != value {
			s.failf("a request with %s: %q got the response to one with %q", name, value, first)
		}
		answeredTo[body] = value
	}
}

// attemptText is the beginning of the bodies from always and fresh.
const attemptText = "attempt "

// fresh responds with what may be stored for an hour. The body contains the attempt's
// number.
func fresh(header ...string) func(*attempt) (*http.Response, error) {
	return func(a *attempt) (*http.Response, error) {
		return keepable(a, http.StatusOK, "max-age=3600", header...), nil
	}
}

// keepable returns a response with a Date and, unless control is empty, a
// Cache-Control. The response to a HEAD has no body.
func keepable(a *attempt, status int, control string, header ...string) *http.Response {
	header = append(slices.Clone(header), "Date", now())
	if control != "" {
		header = append(header, "Cache-Control", control)
	}
	body := attemptText + strconv.Itoa(a.number)
	if a.req.Method == http.MethodHead {
		body = ""
	}
	return respond(a, status, body, header...)
}

const invalidates = "RFC 9111 section 4.4: a cache must invalidate the target URI after a non-error response to an unsafe method"

func cacheChecks() []*check {
	return []*check{{Check: Check{
		Name: "cache-hits", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a request for a stored and fresh response gets that response, without a call to the base",
		Why:      "the other checks of caches would be meaningless otherwise",
	}, run: cacheHits}, {Check: Check{
		Name: "cache-by-method", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a GET does not get the response to a HEAD or POST, and POST, PUT, PATCH, DELETE and OPTIONS always reach the base",
		Why:      "RFC 9111 section 4: the method of a stored response must match; unsafe methods must be written through",
	}, run: cacheByMethod}, {Check: Check{
		Name: "cache-vary-star", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a response with Vary: * is never reused",
		Why:      "RFC 9111 section 4.1: a stored response whose Vary contains * always fails to match",
	}, run: func(s *scene) {
		s.notReused("Vary: *", nil, "max-age=3600", "Vary", "*")
		s.notReused("Vary: Accept, *", nil, "max-age=3600", "Vary", "Accept, *")
	}}, {Check: Check{
		Name: "cache-no-store", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a response with no-store, or to a request with no-store, is not stored",
		Why:      "RFC 9111 sections 5.2.1.5 and 5.2.2.5: a cache must not store any part of either",
	}, run: func(s *scene) {
		s.notReused("no-store", nil, "max-age=3600, no-store")
		s.notReused("no-store on a line of its own", nil, "max-age=3600", "Cache-Control", "No-Store")
		s.notReused("a request with no-store", http.Header{"Cache-Control": {"no-store"}}, "max-age=3600")
	}}, {Check: Check{
		Name: "cache-interrupted", Promise: "C4", Claim: ClaimCaches,
		Sentence: "a response whose body was closed early or was cut off is not reused as if it were complete",
		Why:      "RFC 9111 section 3.3: an incomplete response must not be used as a complete one",
	}, run: cacheInterrupted}, {Check: Check{
		Name: "cache-partial-content", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a 206 is reused neither for a request for the whole resource nor for another range",
		Why:      "RFC 9111 section 3.3: a partial response must not be used for a request for more than it holds",
	}, run: cachePartial}, {Check: Check{
		Name: "cache-invalidated", Promise: "C5", Claim: ClaimCaches,
		Sentence: "after a POST, PUT, PATCH or DELETE that got a 2xx or 3xx, a response stored for its URL is not reused", Why: invalidates,
	}, run: cacheInvalidated}, {Check: Check{
		Name: "cache-errors", Promise: "C5", Claim: ClaimCaches,
		Sentence: "neither an error nor a 503 without an explicit lifetime is stored; a stored status is returned unchanged",
		Why: "RFC 9111 section 3: only final, understood and explicitly or heuristically cacheable responses may be stored; " +
			"a stored failure outlives the outage",
	}, run: cacheErrors}}
}

// ask sends a request and reads all of the response. It leaves a cache some time to
// store the response in the background.
func (s *scene) ask(rt http.RoundTripper, method string, header http.Header) (string, result) {
	req := s.request(method, "/", nil)
	for name, values := range header {
		req.Header[name] = slices.Clone(values)
	}
	r := s.send(rt, req)
	body := s.finish(r)
	time.Sleep(time.Millisecond) //nolint:forbidigo // virtual time
	return body, r
}

func cacheHits(s *scene) {
	base := s.base(fresh("X-Rttest", "one", "Vary", "Accept"))
	rt := s.wrap(base)
	first, was := s.ask(rt, http.MethodGet, nil)
	second, is := s.ask(rt, http.MethodGet, nil)
	if n := base.asked(); n != 1 {
		s.fatalf("the base was called %d times for a response that is fresh for an hour", n)
	}
	if was.resp == nil || is.resp == nil {
		s.fatalf("the calls ended with %s and %s", describe(was), describe(is))
	}
	if second != first || is.resp.StatusCode != http.StatusOK || is.resp.Header.Get("X-Rttest") != "one" {
		s.failf("the second response is %s %q with header X-Rttest: %q", describe(is), second, is.resp.Header.Get("X-Rttest"))
	}
}

func cacheByMethod(s *scene) {
	for _, first := range []string{http.MethodHead, http.MethodPost} {
		base := s.base(fresh())
		rt := s.wrap(base)
		s.ask(rt, first, nil)
		if body, r := s.ask(rt, http.MethodGet, nil); base.asked() != 2 {
			s.failf("a GET got %s %q, the response to a %s", describe(r), body, first)
		}
	}
	for _, second := range []string{
		http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	} {
		base := s.base(fresh())
		rt := s.wrap(base)
		s.ask(rt, http.MethodGet, nil)
		if body, r := s.ask(rt, second, nil); base.asked() != 2 {
			s.failf("a %s got %s %q and did not reach the base", second, describe(r), body)
		}
	}
}

// notReused requests twice a response that must not be reused. header is sent with the
// first request.
func (s *scene) notReused(what string, header http.Header, control string, more ...string) {
	base := s.base(func(a *attempt) (*http.Response, error) { return keepable(a, http.StatusOK, control, more...), nil })
	rt := s.wrap(base)
	s.ask(rt, http.MethodGet, header)
	if s.ask(rt, http.MethodGet, nil); base.asked() != 2 {
		s.failf("%s: the second request did not reach the base", what)
	}
}

// cut returns a body that has half of the text, and then an error.
func cut() *payload {
	return newPayload(io.MultiReader(strings.NewReader(whole[:len(whole)/2]), &faulty{left: strings.NewReader("")}), int64(len(whole)))
}

func cacheInterrupted(s *scene) {
	for _, breaks := range []bool{false, true} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			body := text(whole)
			if breaks && a.number == 1 {
				body = cut()
			}
			return respondWith(a, http.StatusOK, body, "Date", now(), "Cache-Control", "max-age=3600"), nil
		})
		rt := s.wrap(base)
		r := s.send(rt, s.request(http.MethodGet, "/", nil))
		if r.resp != nil {
			_, _ = io.CopyN(io.Discard, r.resp.Body, int64(len(whole)/2))
			if breaks {
				_, _ = io.Copy(io.Discard, r.resp.Body)
			}
			closeBody(r.resp.Body)
		}
		time.Sleep(time.Millisecond) //nolint:forbidigo // virtual time
		if again := s.send(rt, s.request(http.MethodGet, "/", nil)); again.resp != nil {
			if got := read(again.resp.Body); got != whole {
				s.failf("after a body of which half was read (it was cut off: %t), the next one reads %q", breaks, got)
			}
			closeBody(again.resp.Body)
		}
	}
}

func cachePartial(s *scene) {
	ranges := map[string]string{"": whole, "bytes=0-3": whole[:4], "bytes=4-7": whole[4:8]}
	for _, second := range []string{"", "bytes=4-7"} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			wanted := a.header.Get("Range")
			if wanted == "" {
				return respond(a, http.StatusOK, whole, "Date", now(), "Cache-Control", "max-age=3600"), nil
			}
			return respond(a, http.StatusPartialContent, ranges[wanted], "Date", now(), "Cache-Control", "max-age=3600",
				"Content-Range", "bytes "+strings.TrimPrefix(wanted, "bytes=")+"/"+strconv.Itoa(len(whole))), nil
		})
		rt := s.wrap(base)
		s.ask(rt, http.MethodGet, http.Header{"Range": {"bytes=0-3"}})
		header := http.Header{}
		if second != "" {
			header.Set("Range", second)
		}
		if got, r := s.ask(rt, http.MethodGet, header); got != ranges[second] && got != whole {
			s.failf("after a request for bytes=0-3, a request for the range %q got %s %q", second, describe(r), got)
		}
	}
}

func cacheInvalidated(s *scene) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusNoContent, http.StatusSeeOther} {
			base := s.base(func(a *attempt) (*http.Response, error) {
				if a.req.Method == method {
					return respond(a, status, ""), nil
				}
				return fresh()(a)
			})
			rt := s.wrap(base)
			s.ask(rt, http.MethodGet, nil)
			s.ask(rt, method, nil)
			if got, _ := s.ask(rt, http.MethodGet, nil); got == attemptText+"1" {
				s.failf("after a %s that got a %d, a GET got the old response", method, status)
			}
		}
	}
}

func cacheErrors(s *scene) {
	for _, first := range []struct {
		status  int // 0: an error
		control string
		kept    bool // the response may be stored
	}{{0, "", false}, {503, "", false}, {503, "max-age=3600", true}, {404, "max-age=3600", true}} {
		var recovered atomic.Bool
		base := s.base(func(a *attempt) (*http.Response, error) {
			switch {
			case recovered.Load():
				return keepable(a, http.StatusOK, ""), nil
			case first.status == 0:
				return nil, errBroken
			}
			return keepable(a, first.status, first.control), nil
		})
		rt := s.wrap(base)
		failure, _ := s.ask(rt, http.MethodGet, nil)
		recovered.Store(true)
		before := base.asked()
		body, r := s.ask(rt, http.MethodGet, nil)
		switch {
		case base.asked() > before && r.resp != nil && r.resp.StatusCode == http.StatusOK:
		case !first.kept:
			s.failf("after %s the next request got %s %q", outcome(first.status), describe(r), body)
		case r.resp == nil || r.resp.StatusCode != first.status || body != failure:
			s.failf("%s that was stored came back as %s %q", outcome(first.status), describe(r), body)
		}
	}
}

func outcome(status int) string {
	if status == 0 {
		return "an error"
	}
	return "a " + strconv.Itoa(status)
}

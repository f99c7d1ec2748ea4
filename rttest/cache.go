package rttest

import (
	"net/http"
	"time"
)

func cacheChecks() []*check {
	return []*check{{Check: Check{
		Name: "response-by-vary", Promise: "C5", Claim: ClaimContract,
		Sentence: "a request is not answered by the response to another one that differs in a header which that response names in Vary",
		Why:      "RFC 9111 section 4.1: a stored response must not be used unless all the header fields that Vary names match",
	}, run: func(s *scene) { ownResponse(s, "Accept-Language", "de", "fr", "Vary", "Accept-Language") }}, {Check: Check{
		Name: "response-by-authorization", Promise: "C5", Claim: ClaimContract,
		Sentence: "a request is not answered by the response to another one with a different Authorization",
		Why: "RFC 9111 section 3.5 for caches that users share: a RoundTripper may carry the requests of " +
			"everybody whom a program serves",
	}, run: func(s *scene) { ownResponse(s, "Authorization", "Bearer one", "Bearer another") }}}
}

// ownResponse sends requests that differ in a header, and have the same URL.
func ownResponse(s *scene, name, one, another string, header ...string) {
	now := time.Now().UTC().Format(http.TimeFormat) // a cache keeps nothing without a date
	base := s.base(always(http.StatusOK, append(header, "Date", now, "Cache-Control", "max-age=3600")...))
	rt := s.wrap(base)
	answeredTo := map[string]string{} // by body: each response has its own
	for _, value := range []string{one, another, one} {
		req := s.request(http.MethodGet, "/", nil)
		req.Header.Set(name, value)
		body := s.finish(s.send(rt, req))
		if first, again := answeredTo[body]; again && first != value {
			s.failf("a request with %s: %s got the response to one with %s", name, value, first)
		}
		answeredTo[body] = value
	}
}

package rttest

import (
	"net/http"
	"strconv"
	"time"
)

func freshnessChecks() []*check {
	return []*check{{Check: Check{
		Name: "cache-no-cache", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a response with no-cache is not reused without asking the base",
		Why:      "RFC 9111 section 5.2.2.4: it must not be used without successful validation",
	}, run: func(s *scene) {
		s.notReused("no-cache", nil, "max-age=3600, no-cache")
		s.notReused("No-Cache on a line of its own", nil, "max-age=3600", "Cache-Control", "No-Cache")
	}}, {Check: Check{
		Name: "cache-stale", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a stale response, by max-age or Expires and counting its Age, is not reused without asking the base",
		Why: "RFC 9111 sections 4.2 and 5.2.2.2: a stale response must not be used while the base can be reached, " +
			"and with must-revalidate not then either",
	}, run: cacheStale}, {Check: Check{
		Name: "cache-age", Promise: "C5", Claim: ClaimCaches,
		Sentence: "a reused response has an Age, in seconds",
		Why:      "RFC 9111 section 4: a cache must generate an Age; without it, a cache above takes the response for a new one",
	}, run: cacheAge}, {Check: Check{
		Name: "cache-not-modified", Promise: "C5", Claim: ClaimCaches,
		Sentence: "for a 304 to the cache's own condition the caller gets the stored response; for one to the caller's condition, the 304",
		Why:      "RFC 9111 section 4.3.3: a caller who sent no condition has no stored response that a 304 could confirm",
	}, run: cacheNotModified}}
}

func cacheStale(s *scene) {
	for _, kept := range []struct {
		control string
		header  func() []string // at the time of the response
		later   time.Duration
	}{
		{"max-age=60", func() []string { return nil }, 61 * time.Second},
		{"", func() []string { return []string{"Expires", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)} }, 2 * time.Minute},
		{"max-age=60", func() []string { return []string{"Age", "50"} }, 15 * time.Second},
		{"max-age=0", func() []string { return nil }, time.Second},
	} {
		base := s.base(func(a *attempt) (*http.Response, error) {
			return keepable(a, http.StatusOK, kept.control, kept.header()...), nil
		})
		rt := s.wrap(base)
		s.ask(rt, http.MethodGet, nil)
		time.Sleep(kept.later) //nolint:forbidigo // virtual time
		if s.ask(rt, http.MethodGet, nil); base.asked() != 2 {
			s.failf("a response with %q and %q was reused after %v", kept.control, kept.header(), kept.later)
		}
	}
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number > 1 {
			return nil, errBroken
		}
		return keepable(a, http.StatusOK, "max-age=60, must-revalidate"), nil
	})
	rt := s.wrap(base)
	s.ask(rt, http.MethodGet, nil)
	time.Sleep(61 * time.Second) //nolint:forbidigo // virtual time
	if got, r := s.ask(rt, http.MethodGet, nil); r.resp != nil && r.resp.StatusCode < http.StatusInternalServerError {
		s.failf("a stale response with must-revalidate was reused when the base failed: %s %q", describe(r), got)
	}
}

func cacheAge(s *scene) {
	for _, came := range []int{0, 100} {
		base := s.base(fresh("Age", strconv.Itoa(came)))
		rt := s.wrap(base)
		s.ask(rt, http.MethodGet, nil)
		const later = 10
		time.Sleep(later * time.Second) //nolint:forbidigo // virtual time
		_, r := s.ask(rt, http.MethodGet, nil)
		if base.asked() > 1 || r.resp == nil {
			s.skipf("the cache called the base again")
		}
		age, err := strconv.Atoi(r.resp.Header.Get("Age"))
		if err != nil || age < came+later || age > came+later+1 {
			s.failf("after %ds, a response that arrived with Age: %d has Age: %q", later, came, r.resp.Header.Values("Age"))
		}
	}
}

// tagged responds with a 304 if the request has the tag, and else with a response that
// is fresh for a minute.
func tagged(a *attempt) (*http.Response, error) {
	const tag = `"rttest"`
	if a.header.Get("If-None-Match") == tag {
		return respond(a, http.StatusNotModified, "", "Date", now(), "Cache-Control", "max-age=60", "Etag", tag), nil
	}
	return keepable(a, http.StatusOK, "max-age=60", "Etag", tag), nil
}

func cacheNotModified(s *scene) {
	base := s.base(tagged)
	rt := s.wrap(base)
	s.ask(rt, http.MethodGet, nil)
	for range 2 {
		time.Sleep(61 * time.Second) //nolint:forbidigo // virtual time
		n := base.asked()
		body, r := s.ask(rt, http.MethodGet, nil)
		if r.resp == nil || r.resp.StatusCode != http.StatusOK || body != attemptText+"1" && body != attemptText+strconv.Itoa(n+1) {
			s.failf("a request without a condition got %s %q", describe(r), body)
		}
	}
	rt = s.wrap(s.base(tagged)) // an empty cache
	_, r := s.ask(rt, http.MethodGet, http.Header{"If-None-Match": {`"rttest"`}})
	if r.resp == nil || r.resp.StatusCode != http.StatusNotModified {
		s.failf("a request with the caller's own condition got %s, not the 304 of the base", describe(r))
	}
	if body, r := s.ask(rt, http.MethodGet, nil); r.resp == nil || r.resp.StatusCode != http.StatusOK || body == "" {
		s.failf("after a 304 to the caller's condition, a request without a condition got %s %q", describe(r), body)
	}
}

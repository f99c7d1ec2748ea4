package rttest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

func retryChecks() []*check {
	return []*check{{Check: Check{
		Name: "retry-count-by-status", Promise: "R3", Claim: ClaimRetries,
		Sentence: "while the server returns a status that is retried, exactly Max retries follow the first attempt",
		Why:      "each retry is load on a server in trouble, and the caller configured the number",
	}, run: retryCountByStatus}, {Check: Check{
		Name: "retry-count-by-error", Promise: "R3", Claim: ClaimRetries,
		Sentence: "while the connection breaks, exactly Max retries follow the first attempt",
		Why:      "each retry is load on a server in trouble, and the caller configured the number",
	}, unless: unlessErrors, run: retryCountByError}, {Check: Check{
		Name: "retry-stops-at-success", Promise: "R3", Claim: ClaimRetries,
		Sentence: "the first response that needs no retry is returned, and nothing more is sent",
		Why:      "retrying a successful request processes it twice",
	}, run: retryStops}, {Check: Check{
		Name: "retry-last-response", Promise: "R4", Claim: ClaimRetries,
		Sentence: "when retries end with a status, the last response is returned without an error, its body open and unread",
		Why:      "net/http: a response that was obtained has a nil error; its body says what went wrong",
	}, run: retryLastResponse}, {Check: Check{
		Name: "retry-last-error", Promise: "R4", Claim: ClaimRetries,
		Sentence: "when retries end with an error, it matches the error of the last attempt by errors.Is",
		Why:      "callers need the cause, which a text that only counts the attempts hides",
	}, unless: unlessErrors, run: retryLastError}, {Check: Check{
		Name: "retry-certificate", Promise: "R8", Claim: ClaimRetries,
		Sentence: "a request is not retried after a certificate that is not trusted or is for another host",
		Why:      "the certificate stays the same: retries only delay the error, and may hide an attack",
	}, run: retryCertificate}, {Check: Check{
		Name: "retry-cancelled-caller", Promise: "R8", Claim: ClaimRetries,
		Sentence: "an attempt that failed because the caller canceled is not retried",
		Why:      "the caller no longer waits for the response",
	}, run: retryCancelledCaller}, {Check: Check{
		Name: "retry-no-upgrade", Promise: "R8", Claim: ClaimRetries,
		Sentence: "a 101 is returned after one attempt",
		Why:      "net/http: the connection has been handed over, and dropping it ends what the caller asked for",
	}, run: retryNoUpgrade}}
}

func unlessErrors(c *config) string {
	if !c.retry.Errors {
		return "the decorator does not claim to retry broken connections"
	}
	return ""
}

func retryCountByStatus(s *scene) {
	for _, status := range s.retry.Statuses {
		base := s.base(always(status))
		s.finish(s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil)))
		if n := len(base.seen()); n != s.retry.Max+1 {
			s.failf("with status %d each time, the request was sent %d times, not %d", status, n, s.retry.Max+1)
		}
	}
}

func retryCountByError(s *scene) {
	base := s.base(func(*attempt) (*http.Response, error) { return nil, errBroken })
	s.finish(s.send(s.wrap(base), s.request(http.MethodGet, "/", nil)))
	if n := len(base.seen()); n != s.retry.Max+1 {
		s.failf("the request was sent %d times, not %d", n, s.retry.Max+1)
	}
}

// failing returns n statuses that are retried.
func (s *scene) failing(n int) []int { return slices.Repeat([]int{s.retry.Statuses[0]}, n) }

func retryStops(s *scene) {
	base := s.base(then(s.failing(s.retry.Max)...))
	r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
	s.finish(r)
	if r.resp == nil || r.resp.StatusCode != http.StatusOK {
		s.failf("the call ended with %s", describe(r))
	}
	if n := len(base.seen()); n != s.retry.Max+1 {
		s.failf("the request was sent %d times, not %d", n, s.retry.Max+1)
	}
}

func describe(r result) string {
	if r.resp == nil {
		return fmt.Sprintf("error %v", r.err)
	}
	return fmt.Sprintf("status %d", r.resp.StatusCode)
}

func retryLastResponse(s *scene) {
	var newest atomic.Pointer[payload]
	base := s.base(func(a *attempt) (*http.Response, error) {
		body := text("attempt " + strconv.Itoa(a.number))
		newest.Store(body)
		return respondWith(a, s.retry.Statuses[0], body), nil
	})
	r := s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil))
	if r.resp == nil {
		s.fatalf("the call ended with error %v", r.err)
	}
	last := newest.Load()
	if reads, _ := last.readCount(); reads > 0 {
		s.failf("the last response's body was read before RoundTrip returned")
	}
	if got, want := s.finish(r), fmt.Sprintf("attempt %d", len(base.seen())); got != want {
		s.failf("its body reads %q, not %q", got, want)
	}
	s.closedOnce("the last response's body", last)
}

func retryLastError(s *scene) {
	causes := make([]error, s.retry.Max+2)
	for i := range causes {
		causes[i] = fmt.Errorf("rttest: attempt %d: %w", i, errBroken)
	}
	base := s.base(func(a *attempt) (*http.Response, error) { return nil, causes[min(a.number, len(causes)-1)] })
	r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
	s.finish(r)
	if n := len(base.seen()); !errors.Is(r.err, causes[min(n, len(causes)-1)]) {
		s.failf("after %d attempts the call ended with %s", n, describe(r))
	}
}

func retryCertificate(s *scene) {
	for _, err := range certificateErrors() {
		base := s.base(func(*attempt) (*http.Response, error) { return nil, err })
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		s.finish(r)
		if n := len(base.seen()); n != 1 {
			s.failf("after %q the request was sent %d times", err, n)
		}
	}
}

func retryCancelledCaller(s *scene) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	base := s.base(func(a *attempt) (*http.Response, error) {
		cancel()
		return hanging(a)
	})
	r := s.send(s.wrap(base), s.requestWith(ctx, http.MethodGet, s.origin()+"/", nil))
	s.finish(r)
	if n := len(base.seen()); n != 1 {
		s.failf("the request was sent %d times", n)
	}
}

func retryNoUpgrade(s *scene) {
	base := s.base(always(http.StatusSwitchingProtocols))
	r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
	s.finish(r)
	if n := len(base.seen()); n != 1 || r.resp == nil || r.resp.StatusCode != http.StatusSwitchingProtocols {
		s.failf("after %d attempts the call ended with %s", n, describe(r))
	}
}

// needWait skips a check that needs waits longer than d, unless the decorator claims them.
func needWait(d time.Duration) func(*config) string {
	return func(c *config) string {
		if c.retry.MaxWait < d {
			return fmt.Sprintf("the decorator claims to wait %v at most, the check needs %v", c.retry.MaxWait, d)
		}
		return ""
	}
}

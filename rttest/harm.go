package rttest

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"slices"
)

func harmChecks() []*check {
	return []*check{{Check: Check{
		Name: "retry-post-on-status", Promise: "R9", Claim: ClaimRetries,
		Sentence: "a POST that got a 503 is not sent again, unless the decorator claims to retry POST",
		Why:      "RFC 9110 section 9.2.2: a request with a method that is not idempotent should not be retried automatically",
	}, unless: unlessPost, run: retryPostOnStatus}, {Check: Check{
		Name: "retry-post-on-error", Promise: "R7", Claim: ClaimRetries,
		Sentence: "a POST that was sent before the connection broke is not sent again, unless the decorator claims to retry POST",
		Why:      "RFC 9110 section 9.2.2: the server may have processed the first one",
	}, unless: unlessPost, run: retryPostOnError}, {Check: Check{
		Name: "retry-post-with-key", Promise: "R9", Claim: ClaimRetries,
		Sentence: "a POST with the header that makes it safe to retry is retried with the same value",
		Why:      "draft-ietf-httpapi-idempotency-key-header: the server recognizes the second request by the key",
	}, unless: func(c *config) string {
		if c.retry.Key == "" {
			return "the decorator does not claim a header that makes a POST safe to retry"
		}
		return ""
	}, run: retryPostWithKey}}
}

func unlessPost(c *config) string {
	if slices.Contains(c.retry.Methods, http.MethodPost) {
		return "the decorator claims to retry POST"
	}
	return ""
}

// post returns a POST whose body can be sent again.
func post(s *scene) *http.Request {
	req := s.request(http.MethodPost, "/", text("hello"))
	req.GetBody = func() (io.ReadCloser, error) { return text("hello"), nil }
	return req
}

func retryPostOnStatus(s *scene) {
	base := s.base(always(http.StatusServiceUnavailable))
	s.finish(s.send(s.wrap(base), post(s)))
	if n := len(base.seen()); n != 1 {
		s.failf("the POST was sent %d times", n)
	}
}

func retryPostOnError(s *scene) {
	for _, err := range []error{errBroken, io.ErrUnexpectedEOF, io.EOF} {
		base := s.base(func(*attempt) (*http.Response, error) { return nil, err })
		s.finish(s.send(s.wrap(base), post(s)))
		if n := len(base.seen()); n != 1 {
			s.failf("after %q the POST was sent %d times", err, n)
		}
	}
}

func retryPostWithKey(s *scene) {
	base := s.base(then(s.failing(1)...))
	req := post(s)
	req.Header.Set(s.retry.Key, "rttest-1")
	s.finish(s.send(s.wrap(base), req))
	seen := base.seen()
	if len(seen) != 2 {
		s.failf("the POST was sent %d times, not 2", len(seen))
	}
	for _, a := range seen {
		if got := a.header.Get(s.retry.Key); got != "rttest-1" {
			s.failf("attempt %d carries the key %q", a.number, got)
		}
	}
}

// certificateErrors returns errors of [crypto/tls] for servers that cannot be trusted.
func certificateErrors() []error {
	return []error{
		&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "api.example.com"}},
		&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}},
	}
}

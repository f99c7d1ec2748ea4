package rttest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

func credentialChecks() []*check {
	return []*check{{Check: Check{
		Name: "credential-sent", Promise: "A1", Claim: ClaimCredential,
		Sentence: "a request to the origin carries the credential in its header or query parameter",
		Why:      "the other checks of credentials would be meaningless otherwise",
	}, run: credentialSent}, {Check: Check{
		Name: "credential-bound-to-origin", Promise: "A1", Claim: ClaimCredential,
		Sentence: "after a redirect to a subdomain or another host, port or scheme, the request does not carry the credential",
		Why:      "RFC 6454: an origin is scheme, host and port. http.Client strips the caller's headers, but a decorator signs again",
	}, run: credentialBound}, {Check: Check{
		Name: "credential-not-above", Promise: "A1", Claim: ClaimCredential,
		Sentence: "neither the caller's request nor the response's Request contains the credential",
		Why:      "layers above the decorator, such as a log, never had the credential and must not get it from a response",
	}, run: credentialNotAbove}, {Check: Check{
		Name: "credential-not-in-errors", Promise: "A3", Claim: ClaimCredential,
		Sentence: "no error contains the credential, however it is printed",
		Why:      "errors are logged and shown to people",
	}, run: credentialNotInErrors}}
}

func credentialSent(s *scene) {
	base := s.base(always(http.StatusOK))
	s.finish(s.send(s.wrap(base), s.request(http.MethodGet, "/", nil)))
	for _, a := range base.seen() {
		place, value := "header "+s.credential.Header, a.header.Get(s.credential.Header)
		if name := s.credential.Query; name != "" {
			place, value = "query parameter "+name, a.req.URL.Query().Get(name)
		}
		if !strings.Contains(value, s.credential.Secret) {
			s.failf("attempt %d carries a %s of %d bytes, without the credential", a.number, place, len(value))
		}
	}
	if len(base.seen()) == 0 {
		s.failf("nothing was sent")
	}
}

// withoutCredential returns u as text, without the query parameter that the decorator
// claims to add.
func (s *scene) withoutCredential(u *url.URL) string {
	if s.credential == nil || s.credential.Query == "" {
		return u.String()
	}
	plain := *u
	parts := strings.Split(u.RawQuery, "&")
	plain.RawQuery = strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		name, _, _ := strings.Cut(part, "=")
		return name == url.QueryEscape(s.credential.Query)
	}), "&")
	return plain.String()
}

// A departure is a redirect target, inside or outside the credential's origin.
type departure struct {
	name, target string
	same         bool
}

func departures(origin string) ([]departure, error) {
	u, err := url.Parse(origin)
	if err != nil {
		return nil, fmt.Errorf("rttest: origin: %w", err)
	}
	other := map[string]string{"https": "http", "http": "https"}[u.Scheme]
	colon := ""
	if port := u.Port(); port != "" {
		colon = ":" + port
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return []departure{
		{"the same origin", origin + "/landing", true},
		{"the same origin, by a path", "/landing", true},
		{"the same host in capitals", u.Scheme + "://" + strings.ToUpper(u.Host) + "/landing", true},
		{"a sub-domain", u.Scheme + "://sub." + strings.Trim(host, "[]") + colon + "/landing", false},
		{"a host that begins alike", u.Scheme + "://" + strings.Trim(host, "[]") + ".evil.test" + colon + "/landing", false},
		{"a host that ends alike", u.Scheme + "://evil" + strings.Trim(host, "[]") + colon + "/landing", false},
		{"another host", u.Scheme + "://evil.test" + colon + "/landing", false},
		{"another port", u.Scheme + "://" + net.JoinHostPort(u.Hostname(), "4711") + "/landing", false},
		{"another scheme", other + "://" + u.Host + "/landing", false},
	}, nil
}

func credentialBound(s *scene) {
	all, err := departures(s.origin())
	if err != nil {
		s.fatalf("%v", err)
	}
	for _, d := range all {
		if strings.Contains(d.target, "sub.") && strings.Count(s.origin(), ":") > 2 {
			continue // an IPv6 address has no subdomains
		}
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect} {
			s.depart(d, status)
		}
	}
}

func (s *scene) depart(d departure, status int) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.req.URL.Path == "/landing" {
			return respond(a, http.StatusOK, "arrived"), nil
		}
		return respond(a, status, "moved", "Location", d.target), nil
	})
	client := &http.Client{Transport: s.wrap(base)}
	resp, err := client.Do(s.request(http.MethodGet, "/leave", nil))
	if err != nil {
		s.fatalf("a redirect to %s: %v", d.name, err)
	}
	closeResponse(resp)
	landed := false
	for _, a := range base.seen() {
		if a.req.URL.Path != "/landing" {
			continue
		}
		landed = true
		where := contains(&http.Request{Header: a.header, URL: a.req.URL}, s.credential.Secret)
		switch {
		case where != "" && !d.same:
			s.failf("a %d to %s carries the credential in %s", status, d.name, where)
		case where == "" && d.same:
			s.failf("a %d to %s does not carry the credential", status, d.name)
		}
	}
	if !landed {
		s.failf("a %d to %s did not arrive at the base", status, d.name)
	}
}

func credentialNotAbove(s *scene) {
	for _, status := range []int{http.StatusOK, http.StatusForbidden, 0} {
		var req *http.Request
		base := s.base(func(a *attempt) (*http.Response, error) {
			if where := contains(req, s.credential.Secret); where != "" {
				s.failf("during the call the caller's request has it in %s", where)
			}
			if status == 0 {
				return nil, errBroken
			}
			return respond(a, status, "hello"), nil
		})
		rt := s.wrap(base)
		req = s.request(http.MethodGet, "/", nil)
		r := s.send(rt, req)
		s.finish(r)
		if where := contains(req, s.credential.Secret); where != "" {
			s.failf("after the call the caller's request has it in %s", where)
		}
		if r.resp == nil {
			continue
		}
		if where := contains(r.resp.Request, s.credential.Secret); where != "" {
			s.failf("the Request of a response of status %d has it in %s", r.resp.StatusCode, where)
		}
	}
}

func credentialNotInErrors(s *scene) {
	for _, cause := range []error{errBroken, errors.New("rttest: the base failed")} {
		base := s.base(func(*attempt) (*http.Response, error) { return nil, cause })
		client := &http.Client{Transport: s.wrap(base)}
		resp, err := client.Do(s.request(http.MethodGet, "/", nil))
		closeResponse(resp)
		for err := err; err != nil; err = errors.Unwrap(err) {
			for _, format := range []string{"%v", "%+v", "%#v"} {
				if strings.Contains(fmt.Sprintf(format, err), s.credential.Secret) {
					s.failf("a %T shows it with %s", err, format)
				}
			}
		}
	}
}

package rttest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

func replayChecks() []*check {
	const same = "RFC 9110 section 9.2.2: a retry repeats the request; with another body it is a different request"
	return []*check{{Check: Check{
		Name: "retry-body-of-getbody", Promise: "R10", Claim: ClaimRetries,
		Sentence: "a body with GetBody is sent with the same bytes and length on every attempt", Why: same,
	}, unless: unlessBody, run: func(s *scene) { replayed(s, kindGetBody) }}, {Check: Check{
		Name: "retry-body-of-seeker", Promise: "R10", Claim: ClaimRetries,
		Sentence: "a body that can seek is sent with the same bytes and length on every attempt made, from its initial offset", Why: same,
	}, unless: unlessBody, run: func(s *scene) { replayed(s, kindSeeker) }}, {Check: Check{
		Name: "retry-body-of-known-length", Promise: "R10", Claim: ClaimRetries,
		Sentence: "a plain reader of known length is sent with the same bytes and length on every attempt made", Why: same,
	}, unless: unlessBody, run: func(s *scene) { replayed(s, kindKnown) }}, {Check: Check{
		Name: "retry-body-of-unknown-length", Promise: "R10", Claim: ClaimRetries,
		Sentence: "a plain reader of unknown length is sent with the same bytes and length on every attempt made", Why: same,
	}, unless: unlessBody, run: func(s *scene) { replayed(s, kindUnknown) }}, {Check: Check{
		Name: "retry-no-body-stays-none", Promise: "R10", Claim: ClaimRetries,
		Sentence: "a request with http.NoBody has no body and length 0 on every attempt",
		Why:      "net/http: any other body of length 0 counts as one of unknown length, and is sent as Transfer-Encoding: chunked",
	}, run: noBodyStays}, {Check: Check{
		Name: "retry-getbody-fails", Promise: "R10", Claim: ClaimRetries,
		Sentence: "if GetBody fails, the call ends with its error or the last response, and no attempt has a different body",
		Why:      same,
	}, unless: unlessBody, run: getBodyFails}, {Check: Check{
		Name: "retry-bodies-closed", Promise: "C2", Claim: ClaimRetries,
		Sentence: "the caller's body and each body from GetBody is closed exactly once, whether the call succeeds or gives up",
		Why:      closes,
	}, unless: unlessBody, run: replayBodiesClosed}, {Check: Check{
		Name: "retry-upload-streams", Promise: "R11", Claim: ClaimRetries,
		Sentence: "a 64 MiB body with GetBody is read at most 1 MiB ahead of what is sent, on the first attempt and on a retry",
		Why:      "with GetBody no copy in memory is needed; one copy for each call exhausts memory under load",
	}, unless: unlessBody, run: uploadStreams}}
}

// bodyMethod returns a method that is retried and has a body, or "".
func (c *config) bodyMethod() string {
	for _, method := range []string{http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		if slices.Contains(c.retry.Methods, method) {
			return method
		}
	}
	return ""
}

func unlessBody(c *config) string {
	if c.bodyMethod() == "" {
		return "the decorator does not claim to retry a method that has a body"
	}
	return ""
}

type bodyKind int

const (
	kindGetBody bodyKind = iota
	kindSeeker
	kindKnown
	kindUnknown
)

func replayed(s *scene, kind bodyKind) {
	const want = "hello, server"
	req := s.request(s.bodyMethod(), "/", text(want))
	switch kind {
	case kindGetBody:
		req.GetBody = func() (io.ReadCloser, error) { return text(want), nil }
	case kindSeeker:
		source := strings.NewReader("skipped: " + want)
		if _, err := source.Seek(int64(len("skipped: ")), io.SeekStart); err != nil {
			s.fatalf("rttest: %v", err)
		}
		req.Body = &seekable{newPayload(source, int64(len(want)))}
	case kindKnown:
		req.Body = newPayload(onlyReader{strings.NewReader(want)}, int64(len(want)))
	case kindUnknown:
		req.Body = newPayload(onlyReader{strings.NewReader(want)}, -1)
		req.ContentLength = -1
	}
	base := s.base(then(s.failing(1)...))
	r := s.send(s.wrap(base), req)
	s.finish(r)
	seen := base.seen()
	if len(seen) == 0 {
		s.fatalf("nothing arrived at the base: %s", describe(r))
	}
	for _, a := range seen {
		if a.text != want {
			s.failf("attempt %d carried %q, not %q", a.number, a.text, want)
		}
		if a.length != seen[0].length {
			s.failf("attempt %d had ContentLength %d, the first %d", a.number, a.length, seen[0].length)
		}
	}
	if kind == kindGetBody && len(seen) != 2 {
		s.failf("the request was sent %d times, not 2", len(seen))
	}
}

type onlyReader struct{ io.Reader }

func noBodyStays(s *scene) {
	base := s.base(then(s.failing(1)...))
	req := s.request(s.retry.Methods[0], "/", nil)
	req.Body = http.NoBody
	s.finish(s.send(s.wrap(base), req))
	for _, a := range base.seen() {
		if a.req.Body != nil && a.req.Body != http.NoBody || a.length != 0 {
			s.failf("attempt %d had a body %T of ContentLength %d", a.number, a.req.Body, a.length)
		}
	}
}

func getBodyFails(s *scene) {
	lost := errors.New("rttest: the body is lost")
	body := text("hello")
	req := s.request(s.bodyMethod(), "/", body)
	asked := false
	req.GetBody = func() (io.ReadCloser, error) {
		asked = true
		return nil, lost
	}
	base := s.base(then(s.failing(1)...))
	r := s.send(s.wrap(base), req)
	s.finish(r)
	if asked && r.err != nil && !errors.Is(r.err, lost) {
		s.failf("the call ended with %v, not with the error of GetBody", r.err)
	}
	for _, a := range base.seen() {
		if a.text != "hello" {
			s.failf("attempt %d carried %q", a.number, a.text)
		}
	}
	s.closedOnce("the request's body", body)
}

// replayable gives req a body with GetBody. The result returns all bodies made so far.
func replayable(req *http.Request) (all func() []*payload) {
	var mu sync.Mutex
	made := []*payload{text("hello")}
	req.Body, req.ContentLength = made[0], made[0].length
	req.GetBody = func() (io.ReadCloser, error) {
		mu.Lock()
		defer mu.Unlock()
		made = append(made, text("hello"))
		return made[len(made)-1], nil
	}
	return func() []*payload {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(made)
	}
}

func (s *scene) allClosedOnce(how string, bodies []*payload) {
	for i, body := range bodies {
		s.closedOnce(fmt.Sprintf("body %d (0: the caller's), in a call that ends by %s,", i, how), body)
	}
}

func replayBodiesClosed(s *scene) {
	for _, end := range []struct {
		how      string
		statuses []int
	}{{"success", s.failing(1)}, {"giving up", s.failing(s.retry.Max + 1)}} {
		req := s.request(s.bodyMethod(), "/", nil)
		all := replayable(req)
		s.finish(s.send(s.wrap(s.base(then(end.statuses...))), req))
		s.allClosedOnce(end.how, all())
	}
}

func uploadStreams(s *scene) {
	const size, most = 64 << 20, 1 << 20
	var mu sync.Mutex
	meters := map[*payload]*meter{}
	fresh := func() *payload {
		m := &meter{left: size}
		p := newPayload(m, size)
		mu.Lock()
		defer mu.Unlock()
		meters[p] = m
		return p
	}
	req := s.request(s.bodyMethod(), "/", fresh())
	req.GetBody = func() (io.ReadCloser, error) { return fresh(), nil }
	script := then(s.failing(1)...)
	base := s.base(func(a *attempt) (*http.Response, error) {
		defer closeBody(a.req.Body)
		mu.Lock()
		newest := make([]*meter, 0, len(meters))
		for _, m := range meters {
			newest = append(newest, m)
		}
		mu.Unlock()
		buf := make([]byte, 32<<10)
		for {
			n, err := a.req.Body.Read(buf)
			for _, m := range newest {
				m.sent(n)
			}
			if err != nil {
				return script(a)
			}
		}
	})
	base.unread = true
	s.finish(s.send(s.wrap(base), req))
	mu.Lock()
	defer mu.Unlock()
	for _, m := range meters {
		if ahead := m.furthest(); ahead > most {
			s.failf("a body was read %d KiB ahead of what was sent", ahead>>10)
		}
	}
}

package rttest

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"
)

func responseChecks() []*check {
	return []*check{{Check: Check{
		Name: "response-untouched", Promise: "C4", Claim: ClaimContract,
		Sentence: "status line, headers, ContentLength, TransferEncoding, Uncompressed and TLS of a response are returned unchanged",
		Why:      "net/http: RoundTrip should not attempt to interpret the response; callers read all of these",
	}, run: responseUntouched}, {Check: Check{
		Name: "response-request-set", Promise: "C4", Claim: ClaimContract,
		Sentence: "the response's Request is set, with the caller's method and URL",
		Why:      "net/http: Response.Request is the request that was sent; redirects and Location are resolved against its URL",
	}, run: responseRequestSet}, {Check: Check{
		Name: "response-body-unread", Promise: "C5", Claim: ClaimContract,
		Sentence: "the body of a response is not read before RoundTrip returns",
		Why:      "net/http: the body is streamed on demand; reading it first delays a stream until its end and holds it in memory",
	}, run: responseBodyUnread}, {Check: Check{
		Name: "response-body-readable", Promise: "C4", Claim: ClaimContract,
		Sentence: "the body can be read until it is closed, long after RoundTrip returned",
		Why:      "net/http: the request's context also governs the body; canceling it on return cuts the body off",
	}, run: responseBodyReadable}, {Check: Check{
		Name: "response-body-closed-once", Promise: "C4", Claim: ClaimContract,
		Sentence: "closing the response's body closes the base's body exactly once, whether it was read or not",
		Why:      "net/http: the connection is lost if it is never closed; io.Closer: a second Close is undefined",
	}, run: responseBodyClosedOnce}, {Check: Check{
		Name: "trailers-come-through", Promise: "C4", Claim: ClaimContract,
		Sentence: "after the body was read, the response has its trailers, including those that were not announced",
		Why:      "net/http: Response.Trailer is set at the body's EOF, in the same Response that the base returned",
	}, run: trailersComeThrough}, {Check: Check{
		Name: "informational-responses-seen", Promise: "C4", Claim: ClaimContract,
		Sentence: "the caller's httptrace hook sees a 103 before the response",
		Why:      "RFC 8297: early hints are useful only before the final response; the hook is in the request's context",
	}, run: informational}, {Check: Check{
		Name: "upgrade-stays-writable", Promise: "C4", Claim: ClaimContract,
		Sentence: "the body of a 101 is an io.ReadWriteCloser that is not read before the caller reads it",
		Why:      "net/http: after a protocol switch the body is the connection itself, which the caller also writes to",
	}, run: upgradeWritable}}
}

func responseUntouched(s *scene) {
	header := http.Header{"X-Two": {"1", "2"}, "Etag": {`"x"`}, "Content-Type": {"application/json"}}
	connection := &tls.ConnectionState{ServerName: "api.example.com"}
	for _, odd := range []http.Response{
		{Status: "200 Fine", StatusCode: 200, Proto: "HTTP/2.0", ProtoMajor: 2, ContentLength: -1, Uncompressed: true, TLS: connection},
		{Status: "299 Odd", StatusCode: 299, Proto: "HTTP/1.0", ProtoMajor: 1, ContentLength: 5, Close: true},
		{Status: "404 Not Found", StatusCode: 404, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1,
			TransferEncoding: []string{"chunked"}, Trailer: http.Header{"X-Sum": nil}},
	} {
		odd.Header = header.Clone()
		base := s.base(func(a *attempt) (*http.Response, error) {
			given := odd
			given.Header, given.Body, given.Request = odd.Header.Clone(), text("hello"), a.req
			return &given, nil
		})
		r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
		if s.aside(base) {
			s.finish(r)
			s.skipAside(base)
		}
		if r.err != nil {
			s.fatalf("RoundTrip returned an error: %v", r.err)
		}
		got := *r.resp
		if body := read(got.Body); body != "hello" {
			s.failf("the body reads %q, not %q", body, "hello")
		}
		closeBody(got.Body)
		got.Body, got.Request = nil, nil
		want := odd
		for _, field := range reflect.VisibleFields(reflect.TypeFor[http.Response]()) {
			g, w := reflect.ValueOf(got).FieldByIndex(field.Index), reflect.ValueOf(want).FieldByIndex(field.Index)
			if field.IsExported() && !reflect.DeepEqual(g.Interface(), w.Interface()) {
				s.failf("%s of %q is %v, was %v", field.Name, want.Status, g, w)
			}
		}
	}
}

func responseRequestSet(s *scene) {
	base := s.base(always(http.StatusOK))
	req := s.request(http.MethodGet, "/path?q=1", nil)
	want := req.URL.String()
	resp := s.answer(s.wrap(base), req)
	defer resp.Body.Close()
	switch {
	case resp.Request == nil:
		s.failf("the response's Request is nil")
	case resp.Request.URL == nil || resp.Request.URL.String() != want || resp.Request.Method != http.MethodGet:
		s.failf("the response's Request is %s %v, not %s %s", resp.Request.Method, resp.Request.URL, http.MethodGet, want)
	}
}

func responseBodyUnread(s *scene) {
	for _, status := range []int{http.StatusOK, http.StatusNotFound} {
		body := text("hello")
		base := s.base(func(a *attempt) (*http.Response, error) { return respondWith(a, status, body), nil })
		resp := s.answer(s.wrap(base), s.request(http.MethodGet, "/", nil))
		if reads, bytes := body.readCount(); reads > 0 {
			s.failf("the body of a %d was read before RoundTrip returned: %d reads, %d bytes", status, reads, bytes)
		}
		closeBody(resp.Body)
	}
}

// A drip is a reader that returns one byte at a time, each after a pause.
type drip struct {
	left string
	ctx  context.Context
}

func (d *drip) Read(b []byte) (int, error) {
	timer := time.NewTimer(10 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
	if d.left == "" {
		return 0, io.EOF
	}
	b[0], d.left = d.left[0], d.left[1:]
	return 1, nil
}

func responseBodyReadable(s *scene) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		body := newPayload(&drip{left: "hello", ctx: a.req.Context()}, 5)
		body.until = a.req.Context()
		return respondWith(a, http.StatusOK, body), nil
	})
	resp := s.answer(s.wrap(base), s.request(http.MethodGet, "/", nil))
	defer resp.Body.Close()
	time.Sleep(20 * time.Millisecond) //nolint:forbidigo // virtual time
	got := read(resp.Body)
	s.skipAside(base)
	if got != "hello" {
		s.failf("the body reads %q, not %q", got, "hello")
	}
}

func responseBodyClosedOnce(s *scene) {
	for _, status := range []int{http.StatusOK, http.StatusNotFound} {
		for _, part := range []int64{0, 2, 5, 100} {
			body := text("hello")
			base := s.base(func(a *attempt) (*http.Response, error) { return respondWith(a, status, body), nil })
			resp := s.answer(s.wrap(base), s.request(http.MethodGet, "/", nil))
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, part))
			closeBody(resp.Body)
			s.skipAside(base)
			s.closedOnce(fmt.Sprintf("the body of a %d, of which at most %d bytes were read,", status, part), body)
		}
	}
}

func trailersComeThrough(s *scene) {
	n := s.network(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/announced" {
			w.Header().Set("Trailer", "X-Sum")
		}
		_, _ = io.WriteString(w, "hello")
		_ = http.NewResponseController(w).Flush() // so that the length is unknown
		if r.URL.Path == "/announced" {
			w.Header().Set("X-Sum", "5d41")
		} else {
			w.Header().Set(http.TrailerPrefix+"X-Sum", "5d41")
		}
	}))
	copying := roundTripper(func(req *http.Request) (*http.Response, error) {
		sent := *req
		return n.transport.RoundTrip(&sent)
	})
	for _, base := range []http.RoundTripper{n.transport, copying} {
		rt := s.wrap(base)
		for _, path := range []string{"/announced", "/late"} {
			resp := s.answer(rt, s.request(http.MethodGet, path, nil))
			got := read(resp.Body)
			closeBody(resp.Body)
			s.skipAside(n)
			if got != "hello" {
				s.failf("%s: the body reads %q, not %q", path, got, "hello")
			}
			if got := resp.Trailer.Get("X-Sum"); got != "5d41" {
				s.failf("%s: on a %T the trailer is %q, not %q", path, base, got, "5d41")
			}
		}
	}
}

package rttest

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

func requestChecks() []*check {
	return []*check{{Check: Check{
		Name: "request-untouched", Promise: "C1", Claim: ClaimContract,
		Sentence: "the caller's request is the same before, during and after the call",
		Why:      "net/http: RoundTrip should not modify the request, except for consuming and closing its body",
	}, run: requestUntouched}, {Check: Check{
		Name: "request-arrays-untouched", Promise: "C1", Claim: ClaimContract,
		Sentence: "nothing is appended in the backing arrays of the caller's header values",
		Why:      "a copied header map shares its slices: an append writes to their spare capacity, and so to another request",
	}, run: requestArrays}, {Check: Check{
		Name: "request-kept-after", Promise: "C1", Claim: ClaimContract,
		Sentence: "a request is not modified after it was passed to the base, and the caller's request is never modified",
		Why:      "net/http: a base may read the request after RoundTrip returned, as its HTTP/2 transport does",
	}, real: true, run: requestKept}, {Check: Check{
		Name: "request-arrives", Promise: "C1", Claim: ClaimContract,
		Sentence: "method, URL, Host, headers, length, body and trailer reach the base as the caller set them",
		Why:      "a decorator adds one behavior; the rest is sent as the caller asked",
	}, run: requestArrives}, {Check: Check{
		Name: "request-late-trailer", Promise: "C4", Claim: ClaimContract,
		Sentence: "trailer values that the caller sets while the body is read are sent",
		Why:      "net/http: Request.Trailer may be set until the body's EOF; a deep copy of it stays empty",
	}, run: requestLateTrailer}, {Check: Check{
		Name: "request-nil-header", Promise: "C3", Claim: ClaimContract,
		Sentence: "a request with a nil Header is sent or causes an error, not a panic",
		Why:      "a zero http.Request has a nil Header, for which http.Transport returns an error",
	}, run: func(s *scene) { incomplete(s, func(req *http.Request) { req.Header = nil }) }}, {Check: Check{
		Name: "request-nil-url", Promise: "C3", Claim: ClaimContract,
		Sentence: "a request with a nil URL gets a response or causes an error, not a panic",
		Why:      "a zero http.Request has a nil URL, for which http.Transport returns an error",
	}, run: func(s *scene) { incomplete(s, func(req *http.Request) { req.URL = nil }) }}}
}

// rich returns a request that has every field set.
func rich(s *scene, body *payload) *http.Request {
	req := s.request(http.MethodPut, "/a%2Fb?q=1&q=2", body)
	req.Host = "virtual.example.com"
	req.Header = http.Header{"Accept": {"text/plain", "text/html"}, "X-Rttest": append(make([]string, 0, 4), "one")}
	req.Trailer = http.Header{"X-Sum": nil}
	req.GetBody = func() (io.ReadCloser, error) { return text("hello"), nil }
	return req
}

func requestUntouched(s *scene) {
	for _, status := range []int{http.StatusOK, http.StatusServiceUnavailable, 0} {
		var req *http.Request
		var before snapshot
		look := func(when string) {
			for _, difference := range before.changed(req) {
				s.failf("%s: %s", when, difference)
			}
		}
		base := s.base(func(a *attempt) (*http.Response, error) {
			look("while it was sent")
			if status == 0 {
				return nil, errBroken
			}
			return respond(a, status, "hello"), nil
		})
		rt := s.wrap(base)
		req = rich(s, text("hello"))
		before = snap(req)
		r := s.send(rt, req)
		look("after RoundTrip")
		s.finish(r)
		time.Sleep(time.Second) //nolint:forbidigo // virtual time
		look("after the response was closed")
	}
}

// readAside reads req in another goroutine, without synchronization with the decorator,
// so that the race detector notices a write. The read is over before the decorator
// goes on, so that it does not read a map in the middle of a write.
func (s *scene) readAside(req *http.Request) {
	go func() {
		for _, values := range req.Header {
			_ = strings.Join(values, "")
		}
		_, _ = req.ContentLength, len(req.Trailer)
	}()
	time.Sleep(2 * time.Millisecond) //nolint:forbidigo // a channel would synchronize, and hide the race
}

func requestArrays(s *scene) {
	base := s.base(always(http.StatusOK))
	rt := s.wrap(base)
	req := rich(s, text("hello"))
	for _, name := range []string{"User-Agent", "Via", "Accept", "Cookie"} { // headers that decorators often add to
		req.Header[name] = append(make([]string, 0, 4), "mine")
	}
	before := snap(req)
	s.finish(s.send(rt, req))
	for _, difference := range before.overwritten() {
		s.failf("%s", difference)
	}
}

func requestKept(s *scene) {
	type handed struct {
		req    *http.Request
		before snapshot
	}
	var mu sync.Mutex
	var sent []handed
	base := s.base(func(a *attempt) (*http.Response, error) {
		mu.Lock()
		sent = append(sent, handed{a.req, snap(a.req)})
		mu.Unlock()
		s.readAside(a.req)
		return respond(a, http.StatusOK, "hello"), nil
	})
	rt := s.wrap(base)
	req := rich(s, text("hello"))
	s.readAside(req)
	s.finish(s.send(rt, req))
	time.Sleep(5 * time.Millisecond) //nolint:forbidigo // another goroutine may write later
	mu.Lock()
	defer mu.Unlock()
	for _, h := range sent {
		for _, difference := range append(h.before.changed(h.req), h.before.overwritten()...) {
			s.failf("after it was passed to the base: %s", difference)
		}
	}
}

func requestArrives(s *scene) {
	base := s.base(always(http.StatusOK))
	rt := s.wrap(base)
	req := rich(s, text("hello"))
	want := req.URL.String()
	s.finish(s.send(rt, req))
	s.skipAside(base)
	seen := base.seen()
	if len(seen) == 0 {
		s.fatalf("nothing arrived at the base")
	}
	a := seen[0]
	for _, part := range []struct{ name, got, want string }{
		{"method", a.req.Method, http.MethodPut}, {"URL", s.withoutCredential(a.req.URL), want},
		{"Host", a.req.Host, "virtual.example.com"}, {"body", a.text, "hello"},
	} {
		if part.got != part.want {
			s.failf("the %s arrived as %q, not %q", part.name, part.got, part.want)
		}
	}
	if a.length != int64(len("hello")) {
		s.failf("ContentLength arrived as %d, not 5", a.length)
	}
	for name, values := range req.Header {
		if !slices.Equal(a.header[name], values) {
			s.failf("header %s arrived as %q, not %q", name, a.header[name], values)
		}
	}
	if _, announced := a.req.Trailer["X-Sum"]; !announced {
		s.failf("the announced trailer arrived as %v", slices.Collect(maps.Keys(a.req.Trailer)))
	}
}

// A lateTrailer is a body that sets a trailer of its request at EOF.
type lateTrailer struct {
	*payload

	req *http.Request
}

func (l *lateTrailer) Read(b []byte) (int, error) {
	n, err := l.payload.Read(b)
	if err != nil {
		l.req.Trailer["X-Sum"] = []string{"5d41"}
	}
	return n, err
}

func requestLateTrailer(s *scene) {
	arrived := make(chan string, 64)
	n := s.network(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		arrived <- r.Trailer.Get("X-Sum")
	}))
	rt := s.wrap(n.transport)
	body := &lateTrailer{payload: newPayload(strings.NewReader("hello"), -1)}
	req := s.request(http.MethodPut, "/", body)
	req.Trailer = http.Header{"X-Sum": nil}
	body.req = req
	s.finish(s.send(rt, req))
	s.skipAside(n)
	select {
	case got := <-arrived:
		if got != "5d41" {
			s.failf("the server got the trailer X-Sum: %q", got)
		}
	default:
		s.failf("nothing arrived at the server")
	}
}

func incomplete(s *scene, spoil func(*http.Request)) {
	base := s.base(always(http.StatusOK))
	rt := s.wrap(base)
	body := text("hello")
	req := s.request(http.MethodPut, "/", body)
	spoil(req)
	s.finish(s.send(rt, req))
	s.closedOnce("the request's body", body)
}

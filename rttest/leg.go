package rttest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

func legChecks() []*check {
	return []*check{{Check: Check{
		Name: "hedge-winner-whole", Promise: "H1", Claim: ClaimHedges,
		Sentence: "the body of the response that is returned can be read to its end, and its request is not canceled before it is closed",
		Why:      "net/http: canceling a request cuts off the body of its response",
	}, run: hedgeWhole}, {Check: Check{
		Name: "hedge-losers-canceled", Promise: "H1", Claim: ClaimHedges,
		Sentence: "the other requests are canceled within 50ms after a response was returned",
		Why:      "the server would go on to work for a response that nobody reads",
	}, run: hedgeLosers}, {Check: Check{
		Name: "hedge-late-response", Promise: "H1", Claim: ClaimHedges,
		Sentence: "the body of a response that comes after another was returned is closed exactly once",
		Why:      "net/http: a body that is not closed keeps its connection and two goroutines forever",
	}, run: hedgeLate}, {Check: Check{
		Name: "hedge-bodies", Promise: "C2", Claim: ClaimHedges,
		Sentence: "each request has a body of its own with the same bytes and length, and each is closed exactly once",
		Why:      closes,
	}, run: hedgeBodies}, {Check: Check{
		Name: "hedge-getbody-fails", Promise: "C2", Claim: ClaimHedges,
		Sentence: "if GetBody fails, the first request goes on, and no request has a different body",
		Why:      "the call would have succeeded without the hedge",
	}, run: hedgeGetBodyFails}, {Check: Check{
		Name: "hedge-goroutines-end", Promise: "C8", Claim: ClaimHedges,
		Sentence: "100 hedged calls, whichever request wins, leave no goroutine behind",
		Why:      "one goroutine left behind by each hedge is a leak that grows with the load",
	}, run: hedgeGoroutines}}
}

// A stream gives its bytes slowly, and fails when its request is canceled.
type stream struct {
	left []byte
	ctx  context.Context
}

func (d *stream) Read(b []byte) (int, error) {
	if len(d.left) == 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Millisecond) //nolint:forbidigo // virtual time
	if err := ended(d.ctx); err != nil {
		return 0, err
	}
	n := copy(b, d.left[:min(len(d.left), 4<<10)])
	d.left = d.left[n:]
	return n, nil
}

func hedgeWhole(s *scene) {
	whole := bytes.Repeat([]byte("0123456789abcdef"), 32<<10)
	for winner := 1; winner <= 2; winner++ {
		var won *http.Request
		base := s.base(func(a *attempt) (*http.Response, error) {
			if a.number != winner {
				return hanging(a)
			}
			return slowly(a, s.hedge.After*5/4, func() (*http.Response, error) {
				won = a.req
				return respondWith(a, http.StatusOK, newPayload(&stream{whole, won.Context()}, int64(len(whole)))), nil
			})
		})
		resp := s.answer(s.wrap(base), s.request(http.MethodGet, "/", nil))
		got, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(got, whole) {
			s.failf("request %d won, and %d of %d bytes of its response arrived, with error %v", winner, len(got), len(whole), err)
		}
		if won.Context().Err() != nil {
			s.failf("request %d won, and was canceled before the response's body was closed", winner)
		}
		closeBody(resp.Body)
	}
}

func hedgeLosers(s *scene) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number == s.all() {
			return respond(a, http.StatusOK, "hello"), nil
		}
		return hanging(a)
	})
	r := s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))
	time.Sleep(50 * time.Millisecond) //nolint:forbidigo // virtual time
	for _, a := range base.seen() {
		if a.number < s.all() && a.req.Context().Err() == nil {
			s.failf("request %d still runs", a.number)
		}
	}
	s.finish(r)
}

func hedgeLate(s *scene) {
	late := text("too late")
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number > 1 {
			return respond(a, http.StatusOK, "hello"), nil
		}
		<-a.req.Context().Done() // the response was already on its way
		return respondWith(a, http.StatusOK, late), nil
	})
	if got := s.finish(s.send(s.wrap(base), s.request(http.MethodGet, "/", nil))); got != "hello" {
		s.failf("the response's body reads %q", got)
	}
	s.closedOnce("the body of the late response", late)
}

func hedgeBodies(s *scene) {
	for winner := 1; winner <= 2; winner++ {
		req := s.request(http.MethodPut, "/", text("hello, server"))
		var mu sync.Mutex
		first, _ := req.Body.(*payload)
		bodies := []*payload{first}
		req.GetBody = func() (io.ReadCloser, error) {
			mu.Lock()
			defer mu.Unlock()
			bodies = append(bodies, text("hello, server"))
			return bodies[len(bodies)-1], nil
		}
		base := s.base(func(a *attempt) (*http.Response, error) {
			if a.number != winner {
				return hanging(a)
			}
			return slowly(a, s.hedge.After*5/4, func() (*http.Response, error) { return respond(a, http.StatusOK, "hello"), nil })
		})
		s.finish(s.send(s.wrap(base), req))
		seen := base.seen()
		if len(seen) < 2 {
			s.failf("the request was sent %d times", len(seen))
		}
		for _, a := range seen {
			if a.text != "hello, server" || a.length != seen[0].length {
				s.failf("request %d carried %q with ContentLength %d", a.number, a.text, a.length)
			}
		}
		mu.Lock()
		all := append([]*payload(nil), bodies...)
		mu.Unlock()
		for _, body := range all {
			s.closedOnce("a request's body", body)
		}
	}
}

func hedgeGetBodyFails(s *scene) {
	body := text("hello, server")
	req := s.request(http.MethodPut, "/", body)
	req.GetBody = func() (io.ReadCloser, error) { return nil, errBroken }
	base := s.base(func(a *attempt) (*http.Response, error) {
		return slowly(a, 10*s.hedge.After, func() (*http.Response, error) { return respond(a, http.StatusOK, "hello"), nil })
	})
	r := s.send(s.wrap(base), req)
	s.finish(r)
	if r.err != nil {
		s.failf("the call ended with %s", describe(r))
	}
	for _, a := range base.seen() {
		if a.text != "hello, server" {
			s.failf("request %d carried %q", a.number, a.text)
		}
	}
	s.closedOnce("the request's body", body)
}

func hedgeGoroutines(s *scene) {
	base := s.base(func(a *attempt) (*http.Response, error) {
		return slowly(a, s.hedge.After*time.Duration(1+a.number%3)/2, func() (*http.Response, error) {
			return respondWith(a, http.StatusOK, newPayload(&drip{left: "hello", ctx: a.req.Context()}, 5)), nil
		})
	})
	rt := s.wrap(base)
	var answers []<-chan result
	for range 100 {
		answers = append(answers, s.start(rt, s.request(http.MethodGet, "/", nil)))
	}
	for _, answered := range answers {
		s.finish(s.judge(s.await(answered)))
	}
	s.settle(func() bool {
		n, _ := s.goroutines()
		return n == 0
	})
	if n, stacks := s.goroutines(); n > 0 {
		s.failf("%d goroutines are left, such as\n%.800s", n, stacks)
	}
}

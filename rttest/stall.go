package rttest

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

const prompt = 2 * time.Second // of virtual time, counts as at once

func stallChecks() []*check {
	return []*check{{Check: Check{
		Name: "body-not-read-ahead", Promise: "R10", Claim: ClaimContract,
		Sentence: "the base is called at once, before any of the request's body is read",
		Why: "a body may be a pipe: reading it first delays the upload until its writer is done, " +
			"outside of the base's timeouts",
	}, run: notReadAhead}, {Check: Check{
		Name: "body-stalled-cancelled", Promise: "C8", Claim: ClaimContract,
		Sentence: "canceling the context ends a call whose body stalls within 50ms, with an error, and closes the body; also over HTTP/2",
		Why:      "net/http: a request's context controls its entire lifetime, and closing the body ends its writer's wait",
	}, run: stalledCancelled}, {Check: Check{
		Name: "early-response-comes-through", Promise: "C5", Claim: ClaimContract,
		Sentence: "over HTTP/2, a response that arrives while the upload stalls is returned at once, and its body " +
			"can be read or closed at once",
		Why: "RFC 9113 section 8.1: a server may respond before the request ends, and then does not need the rest of it",
	}, run: func(s *scene) { earlyResponse(s, http.StatusRequestEntityTooLarge) }}, {Check: Check{
		Name: "retry-early-response", Promise: "R5", Claim: ClaimRetries,
		Sentence: "over HTTP/2, a status that is otherwise retried is returned in time if it arrives while the upload stalls, " +
			"since the body cannot be sent again",
		Why: "RFC 9113 section 8.1: a server in trouble responds before the request ends; closing its response waits for the upload",
	}, unless: unlessBody, run: func(s *scene) { earlyResponse(s, s.retry.Statuses[0]) }}}
}

// A stall is a reader that blocks until the channel is closed.
type stall struct{ until <-chan struct{} }

func (s *stall) Read([]byte) (int, error) {
	<-s.until
	return 0, errClosed
}

// stalling returns a body that blocks after its first bytes until it is closed.
func (s *scene) stalling(length int64) *payload {
	p := newPayload(nil, length)
	p.source = io.MultiReader(strings.NewReader("head of a long upload"), &stall{p.done})
	s.later(func() { // end a Read that still blocks
		if p.closed() == 0 {
			closeBody(p)
		}
	})
	return p
}

// lengths returns the ContentLengths to test a stalling body with: unknown and known.
func lengths() []int64 { return []int64{-1, 1 << 20} }

func notReadAhead(s *scene) {
	for _, length := range lengths() {
		body := s.stalling(length)
		begun := time.Now()
		base := s.base(func(a *attempt) (*http.Response, error) {
			defer closeBody(a.req.Body)
			if reads, bytes := body.readCount(); reads > 0 {
				s.failf("before attempt %d reached the base, %d bytes of a body of ContentLength %d were read", a.number, bytes, a.length)
			}
			if waited := time.Since(begun); waited > prompt {
				s.failf("attempt %d reached the base after %v", a.number, waited)
			}
			return respond(a, http.StatusOK, "hello"), nil
		})
		base.unread = true
		answered := s.start(s.wrap(base), s.request(http.MethodPut, "/", body))
		s.settle(func() bool { return len(base.seen()) > 0 || len(answered) > 0 })
		if len(answered) > 0 && s.aside(base) {
			s.finish(s.judge(s.await(answered)))
			s.skipAside(base)
		}
		if len(base.seen()) == 0 {
			_, bytes := body.readCount()
			closeBody(body) // ends the decorator's Read
			s.failf("the base was not called while a body of ContentLength %d stalled, of which %d bytes were read", length, bytes)
			closeResponse(s.judge(s.await(answered)).resp)
			continue
		}
		s.finish(s.judge(s.await(answered)))
		s.letGo(body)
	}
}

func stalledCancelled(s *scene) {
	scripted := s.base(func(a *attempt) (*http.Response, error) { // like http.Transport
		defer closeBody(a.req.Body)
		go func() { _, _ = io.Copy(io.Discard, a.req.Body) }()
		return hanging(a)
	})
	scripted.unread = true
	served := s.network2(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	for _, length := range lengths() {
		for _, below := range []asked{scripted, served} {
			base := http.RoundTripper(scripted)
			if below == asked(served) {
				base = served.transport
			}
			ctx, cancel := context.WithCancel(s.ctx)
			body := s.stalling(length)
			answered := s.start(s.wrap(base), s.requestWith(ctx, http.MethodPut, plain, body))
			const after = 10 * time.Millisecond
			time.AfterFunc(after, cancel)
			r := s.judge(s.await(answered))
			s.finish(r)
			s.skipAside(below)
			if r.err == nil {
				s.failf("on a %T the call ended with %s", base, describe(r))
			}
			if late := r.took - after; late > 50*time.Millisecond {
				s.failf("on a %T the call ended %v after it was canceled", base, late)
			}
			s.letGo(body)
		}
	}
}

func earlyResponse(s *scene, status int) {
	n := s.network2(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "no more, please")
	}))
	method, bound := http.MethodPut, prompt
	if s.retry != nil {
		if s.check.Claim == ClaimRetries {
			method = s.bodyMethod()
		}
		bound += time.Duration(s.retry.Max) * (s.retry.MaxWait + prompt)
	}
	for _, length := range lengths() {
		for _, read := range []bool{true, false} {
			body := s.stalling(length)
			r := s.send(s.wrap(n.transport), s.requestWith(s.ctx, method, plain, body))
			if s.aside(n) {
				s.finish(r)
				s.skipAside(n)
			}
			if r.resp == nil || r.resp.StatusCode != status {
				s.fatalf("the server responded with %d, the call ended with %s after %v", status, describe(r), r.took)
			}
			if r.took > bound {
				s.failf("the call ended after %v; at most %v is allowed", r.took, bound)
			}
			s.within(prompt, "the response's body could not be read and closed", func() { readEarly(s, r, read) })
			s.letGo(body)
		}
	}
}

// readEarly reads and closes the response's body, or closes it at once.
func readEarly(s *scene, r result, read bool) {
	defer closeBody(r.resp.Body)
	if !read {
		return
	}
	if got := s.finish(r); got != "no more, please" {
		s.failf("the response's body reads %q", got)
	}
}

// letGo fails if a body is not closed, which would leave its writer waiting.
func (s *scene) letGo(body *payload) {
	if s.settle(func() bool { return body.closed() > 0 }); body.closed() == 0 {
		s.failf("the request's body was never closed")
	}
}

// within fails the check if f does not return in time.
func (s *scene) within(bound time.Duration, what string, f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	late := time.NewTimer(bound)
	defer late.Stop()
	select {
	case <-done:
	case <-late.C:
		s.cancel()
		s.fatalf("%s within %v", what, bound)
	}
}

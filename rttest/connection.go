package rttest

import (
	"context"
	"net/http"
	"time"
)

func connectionChecks() []*check {
	return []*check{{Check: Check{
		Name: "idle-close-reaches-base", Promise: "C6", Claim: ClaimContract,
		Sentence: "a client's CloseIdleConnections reaches the base",
		Why:      "net/http: Client.CloseIdleConnections does nothing if its Transport has no such method, and the connections stay open",
	}, run: idleCloseReaches}, {Check: Check{
		Name: "idle-connections-stay", Promise: "C8", Claim: ClaimContract,
		Sentence: "a call that fails does not close the idle connections of other calls",
		Why:      "the base is shared: closing its idle connections makes every caller dial again, during an outage of all times",
	}, run: idleConnectionsStay}, {Check: Check{
		Name: "unwrap-leads-to-base", Promise: "C6", Claim: ClaimUnwraps,
		Sentence: "calling Unwrap repeatedly leads to the base",
		Why:      "code that looks for a lower layer, to check or to close it, has no other way",
	}, run: unwrapLeads}}
}

func idleCloseReaches(s *scene) {
	base := s.base(always(http.StatusOK))
	client := &http.Client{Transport: s.wrap(base)}
	if s.answers { // a decorator that never calls its base has nothing to close
		s.finish(s.send(client.Transport, s.request(http.MethodGet, "/", nil)))
		s.skipAside(base)
	}
	client.CloseIdleConnections()
	if base.idleCloses() == 0 {
		s.failf("the call did not reach the base")
	}
}

// idleConnectionsStay makes calls to one host fail in several ways while a connection
// to another host is idle.
func idleConnectionsStay(s *scene) {
	n := s.network(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/break":
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				closeBody(conn)
			}
		case "/fail":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/hang":
			<-r.Context().Done()
		}
	}))
	const other = "http://idle.example.com/"
	s.finish(s.send(n.transport, s.requestWith(s.ctx, http.MethodGet, other, nil)))
	rt := s.wrap(n.transport)
	for range 3 {
		for _, path := range []string{"/break", "/fail", "/hang"} {
			ctx, cancel := context.WithTimeout(s.ctx, s.longest()/4)
			s.finish(s.send(rt, s.requestWith(ctx, http.MethodGet, s.origin()+path, nil)))
			cancel()
		}
	}
	time.Sleep(time.Second) //nolint:forbidigo // virtual time
	s.finish(s.send(n.transport, s.requestWith(s.ctx, http.MethodGet, other, nil)))
	if dials := n.dialed("idle.example.com:80"); dials != 1 {
		s.failf("the idle connection was closed: the next request dialed again")
	}
}

func unwrapLeads(s *scene) {
	base := s.base(always(http.StatusOK))
	rt := s.wrap(base)
	for range 1 << 10 {
		if rt == http.RoundTripper(base) {
			return
		}
		layer, ok := rt.(interface{ Unwrap() http.RoundTripper })
		if !ok {
			s.fatalf("a %T is not the base and has no method Unwrap() http.RoundTripper", rt)
		}
		rt = layer.Unwrap()
	}
	s.failf("the layers do not end")
}

package rttest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

func dropChecks() []*check {
	return []*check{{Check: Check{
		Name: "retry-dropped-closed", Promise: "R5", Claim: ClaimRetries,
		Sentence: "the body of each response that is not returned is closed exactly once before the next attempt",
		Why:      "net/http: a body that is not closed keeps its connection and two goroutines forever",
	}, run: droppedClosed}, {Check: Check{
		Name: "retry-dropped-endless", Promise: "R5", Claim: ClaimRetries,
		Sentence: "a dropped response with an endless body is not read to the end",
		Why:      "a server in trouble may send anything; draining a body saves a connection, no more",
	}, run: func(s *scene) { dropped(s, &trickle{}) }}, {Check: Check{
		Name: "retry-dropped-stalled", Promise: "R5", Claim: ClaimRetries,
		Sentence: "a dropped response whose body stalls delays the next attempt by at most 2s",
		Why:      "a server in trouble may stop in the middle of a body; draining a body saves a connection, no more",
	}, run: func(s *scene) { dropped(s, &trickle{stall: true}) }}, {Check: Check{
		Name: "retry-dropped-slow", Promise: "R5", Claim: ClaimRetries,
		Sentence: "a dropped response whose body trickles in delays the next attempt by at most 2s",
		Why:      "a limit in bytes does not limit the time; draining a body saves a connection, no more",
	}, run: func(s *scene) { dropped(s, &trickle{pace: 100 * time.Millisecond}) }}, {Check: Check{
		Name: "retry-one-connection", Promise: "R5", Claim: ClaimRetries,
		Sentence: "50 calls with two retries each use one connection",
		Why:      "net/http: a connection is reused only after the body of its last response was read to the end and closed",
	}, run: oneConnection}}
}

func droppedClosed(s *scene) {
	var mu sync.Mutex
	var bodies []*payload
	base := s.base(func(a *attempt) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		for i, body := range bodies {
			if body.closed() == 0 {
				s.failf("attempt %d began before the body of response %d was closed", a.number, i+1)
			}
		}
		bodies = append(bodies, text("hello"))
		return respondWith(a, s.retry.Statuses[0], bodies[len(bodies)-1]), nil
	})
	s.finish(s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil)))
	mu.Lock()
	defer mu.Unlock()
	for i, body := range bodies {
		s.closedOnce(fmt.Sprintf("the body of response %d", i+1), body)
	}
}

// dropped gives the first response a body that is hard to drain.
func dropped(s *scene, source *trickle) {
	source.most = 64 << 20
	body := newPayload(source, -1)
	base := s.base(func(a *attempt) (*http.Response, error) {
		if a.number > 1 {
			return respond(a, http.StatusOK, "hello"), nil
		}
		source.until = []<-chan struct{}{body.done, a.req.Context().Done()}
		body.until = a.req.Context()
		return respondWith(a, s.retry.Statuses[0], body), nil
	})
	s.finish(s.send(s.wrap(base), s.request(s.retry.Methods[0], "/", nil)))
	if _, bytes := body.readCount(); bytes >= source.most {
		s.failf("the decorator read %d MiB of the dropped response", bytes>>20)
	}
	gaps := base.gaps()
	if len(gaps) == 0 {
		s.fatalf("there was no second attempt")
	}
	if bound := s.retry.MaxWait + 2*time.Second; gaps[0] > bound {
		s.failf("the second attempt began %v after the first response; at most %v is allowed", gaps[0], bound)
	}
	s.closedOnce("the body of the dropped response", body)
}

func oneConnection(s *scene) {
	retries := min(2, s.retry.Max)
	var mu sync.Mutex
	asked := map[string]int{}
	n := s.network(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked[r.URL.Path]++
		again := asked[r.URL.Path] <= retries
		mu.Unlock()
		if again {
			w.WriteHeader(s.retry.Statuses[0])
			_, _ = io.WriteString(w, strings.Repeat("try again later ", 256))
		}
	}))
	rt := s.wrap(n.transport)
	for i := range 50 {
		r := s.send(rt, s.request(s.retry.Methods[0], fmt.Sprintf("/%d", i), nil))
		s.finish(r)
		if r.resp == nil || r.resp.StatusCode != http.StatusOK {
			s.fatalf("call %d ended with %s", i+1, describe(r))
		}
	}
	if dials := n.dialedAll(); dials != 1 {
		s.failf("the calls used %d connections", dials)
	}
}

package rttest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

func shareChecks() []*check {
	const why = "an errgroup gives all its requests one context: a value that a layer stores there belongs to several calls at once"
	return []*check{{Check: Check{
		Name: "retry-fan-out", Promise: "C11", Claim: ClaimRetries,
		Sentence: "ten requests to one URL that share a context, in parallel or in sequence, are each retried", Why: why,
	}, run: func(s *scene) { fannedOut(s, func(int) string { return "/" }) }}, {Check: Check{
		Name: "retry-fan-out-of-urls", Promise: "C11", Claim: ClaimRetries,
		Sentence: "ten requests to different URLs that share a context, in parallel or in sequence, are each retried", Why: why,
	}, run: func(s *scene) { fannedOut(s, func(call int) string { return fmt.Sprintf("/%d", call) }) }}}
}

// fannedOut makes calls that must each be sent twice.
func fannedOut(s *scene, path func(call int) string) {
	for _, parallel := range []bool{true, false} {
		ctx, end := s.shared(s.ctx)
		p := &pairs{status: s.retry.Statuses[0], asked: map[string]int{}}
		rt := s.wrap(s.base(p.respond))
		var answers [10]<-chan result
		var ended [len(answers)]result
		for i := range answers {
			req := s.requestWith(ctx, s.retry.Methods[0], s.origin()+path(i), nil)
			req.Header.Set(headerCaller, strconv.Itoa(i))
			if answers[i] = s.start(rt, req); !parallel {
				ended[i] = s.await(answers[i])
			}
		}
		for i := range answers {
			if parallel {
				ended[i] = s.await(answers[i])
			}
			r := s.judge(ended[i])
			s.finish(r)
			if n := p.count(strconv.Itoa(i)); n != 2 || r.resp == nil || r.resp.StatusCode != http.StatusOK {
				s.failf("request %d ended with %s after %d attempts, not with 200 after 2 (in parallel: %t)", i, describe(r), n, parallel)
			}
		}
		end()
	}
}

// pairs is a server that asks for one retry of each call.
type pairs struct {
	status int

	mu    sync.Mutex
	asked map[string]int
}

func (p *pairs) respond(a *attempt) (*http.Response, error) {
	time.Sleep(20 * time.Millisecond) //nolint:forbidigo // virtual time, so that the calls overlap
	p.mu.Lock()
	defer p.mu.Unlock()
	call := a.header.Get(headerCaller)
	if p.asked[call]++; p.asked[call] == 1 {
		return respond(a, p.status, "try again"), nil
	}
	return respond(a, http.StatusOK, "hello"), nil
}

func (p *pairs) count(call string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[call]
}

func (c *config) shared(ctx context.Context) (context.Context, func()) {
	if c.share != nil {
		return c.share(ctx)
	}
	return context.WithCancel(ctx)
}

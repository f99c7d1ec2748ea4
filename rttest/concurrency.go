package rttest

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

const (
	callers      = 64
	callsOfEach  = 2
	headerCaller = "X-Rttest-Call"
)

func concurrencyChecks() []*check {
	const why = "net/http: RoundTrippers must be safe for concurrent use by multiple goroutines"
	return []*check{{Check: Check{
		Name: "concurrent-http1", Promise: "C7", Claim: ClaimContract,
		Sentence: "64 goroutines over HTTP/1.1 each get the responses to their own requests", Why: why,
	}, real: true, run: func(s *scene) { concurrent(s, false) }}, {Check: Check{
		Name: "concurrent-http2", Promise: "C7", Claim: ClaimContract,
		Sentence: "64 goroutines over HTTP/2 each get the responses to their own requests", Why: why,
	}, real: true, run: func(s *scene) { concurrent(s, true) }}, {Check: Check{
		Name: "same-request-twice", Promise: "C7", Claim: ClaimContract,
		Sentence: "one request without a body can be sent by many goroutines at once",
		Why:      "net/http does not forbid it, and clients that fan out do it; a layer that modifies the request causes a race",
	}, real: true, run: sameRequestTwice}}
}

// echo responds with the call's number and the request body.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintf(w, "%s HTTP/%d %s", r.Header.Get(headerCaller), r.ProtoMajor, body) //nolint:gosec // only the check reads it
}

// echoes is a server that echoes requests and counts them by path.
type echoes struct {
	transport *http.Transport
	target    string

	mu   sync.Mutex
	seen map[string]int // by path
}

func (e *echoes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.seen[r.URL.Path]++
	e.mu.Unlock()
	echo(w, r)
}

// asked reports whether a request for path arrived.
func (e *echoes) asked(path string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.seen[path] > 0
}

func (s *scene) echoServer(http2 bool) *echoes {
	e := &echoes{seen: map[string]int{}}
	server := httptest.NewUnstartedServer(e)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	if http2 {
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server.Start()
	}
	s.later(server.Close)
	var ok bool
	e.transport, ok = server.Client().Transport.(*http.Transport)
	if !ok {
		s.fatalf("rttest: the test server has no *http.Transport")
	}
	e.transport.MaxIdleConnsPerHost = callers
	s.later(e.transport.CloseIdleConnections)
	e.target = server.URL
	if http2 { // one connection for all, instead of a handshake for each
		s.finish(s.send(e.transport, s.requestWith(s.ctx, http.MethodGet, e.target, nil)))
	}
	return e
}

func concurrent(s *scene, http2 bool) {
	server := s.echoServer(http2)
	rt := s.wrap(server.transport)
	version := 1
	if http2 {
		version = 2
	}
	s.fanOut(func(ctx context.Context, caller, call int) error {
		number := fmt.Sprintf("%d.%d", caller, call)
		method, body := http.MethodGet, ""
		if call%2 == 1 {
			method, body = http.MethodPut, strings.Repeat(number+" ", 200)
		}
		req, err := http.NewRequestWithContext(ctx, method, server.target+"/"+number, strings.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set(headerCaller, number)
		got, err := once(rt, req)
		if s.answers && !server.asked("/"+number) {
			return nil
		}
		if want := fmt.Sprintf("%s HTTP/%d %s", number, version, body); err == nil && got != want {
			return fmt.Errorf("call %s got %.40q, not %.40q", number, got, want)
		}
		return err
	})
}

func sameRequestTwice(s *scene) {
	server := s.echoServer(false)
	rt := s.wrap(server.transport)
	ctx, cancel := context.WithTimeout(s.ctx, s.longest())
	defer cancel()
	req := s.requestWith(ctx, http.MethodGet, server.target+"/same", nil)
	req.Header.Set(headerCaller, "same")
	if s.answers { // a decorator that never calls its base may respond with anything
		got, err := once(rt, req)
		if !server.asked("/same") {
			s.skipf("the decorator responded without its base (%.40q, error: %v), as it claims it may", got, err)
		}
	}
	s.fanOut(func(context.Context, int, int) error {
		got, err := once(rt, req)
		if err == nil && got != "same HTTP/1 " {
			return fmt.Errorf("a call got %.40q", got)
		}
		return err
	})
}

// fanOut runs call in many goroutines at once, several times in each.
func (s *scene) fanOut(call func(ctx context.Context, caller, call int) error) {
	ctx, cancel := context.WithTimeout(s.ctx, s.longest())
	defer cancel()
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					s.failf("RoundTrip panicked: %v", p)
				}
			}()
			for n := range callsOfEach {
				if err := call(ctx, caller, n); err != nil {
					s.failf("%v", err)
				}
			}
		})
	}
	wg.Wait()
}

func once(rt http.RoundTripper, req *http.Request) (string, error) {
	resp, err := rt.RoundTrip(req)
	switch {
	case err != nil:
		return "", err
	case resp == nil || resp.Body == nil:
		return "", fmt.Errorf("a call got no response and no error")
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

package opsgenietest

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// An api is what a simulated API adds to an engine.
type api interface {
	// locate returns the part of an escaped path that routes match, and reports whether
	// the path is inside of the API.
	locate(path string) (inside string, ok bool)
	// work applies a request or refuses it. The engine is locked.
	work(c *rawCall) wire
	// refuse returns the error response to a request.
	refuse(c *rawCall, err error) wire
	// throttled returns the refusal of a request above a limit.
	throttled() *refusal
}

// An engine listens on a loopback socket, makes faults happen, and hands all other
// requests to an API. It is safe for concurrent use.
type engine struct {
	mu sync.Mutex // guards the state of the API and the fields that change

	cfg      *settings
	api      api
	base     *base
	router   *router
	listener net.Listener
	http     *http.Server
	served   sync.WaitGroup // the accept loop
	conns    sync.WaitGroup // connections, and the requests on them
	done     chan struct{}  // closed by Close; ends all waits
	once     sync.Once

	buckets  map[Domain]*bucket
	injected []*Injected
	dice     *dice // for faults; separate from the base's, so that faults do not change ids
	journal  journal
}

// listen returns an engine on a free port of 127.0.0.1, and its URL. It serves no
// requests before [engine.start].
func listen(cfg *settings, routes []rawRoute) (e *engine, origin string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("%s: listen: %w", cfg.name, err)
	}
	e = &engine{
		cfg:      cfg,
		base:     newBase(cfg),
		router:   newRouter(routes),
		listener: listener,
		done:     make(chan struct{}),
		buckets:  map[Domain]*bucket{},
		dice:     newDice(cfg.seed, 'f'),
		journal:  journal{size: cfg.log},
	}
	for domain, limit := range cfg.limits {
		e.buckets[domain] = newBucket(limit, e.base.now().Time)
	}
	return e, "http://" + listener.Addr().String(), nil
}

// start serves requests with an API until Close.
func (e *engine) start(a api) {
	e.api = a
	if e.cfg.faultRate > 0 {
		e.Storm(e.cfg.faultRate)
	}
	e.http = &http.Server{
		Handler:           http.HandlerFunc(e.serve),
		ConnState:         e.track,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // injected resets are not errors
	}
	e.served.Go(func() { _ = e.http.Serve(e.listener) }) // returns ErrServerClosed after Close
}

// Close stops the engine. It closes the listener and all connections, releases stalled
// requests, and returns when all goroutines of the engine have ended. Closing it again
// does nothing.
func (e *engine) Close() {
	e.once.Do(func() {
		close(e.done)
		_ = e.http.Close()
	})
	e.served.Wait()
	e.conns.Wait()
}

// track counts connections, so that Close can wait for them. It closes connections
// that were accepted while the server closed, because http.Server.Close misses them.
func (e *engine) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		e.conns.Add(1)
		select {
		case <-e.done:
			_ = conn.Close()
		default:
		}
	case http.StateClosed, http.StateHijacked:
		e.conns.Done()
	default:
	}
}

// Settle processes all pending asynchronous writes, as if enough requests had
// arrived or enough time had passed.
func (e *engine) Settle() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.base.queue.settle()
}

func (e *engine) serve(w http.ResponseWriter, r *http.Request) {
	e.conns.Add(1) // track no longer counts a hijacked connection
	defer e.conns.Done()
	c, err := e.receive(w, r)
	if err != nil { // the client left while it sent the body; there is nobody to respond to
		return
	}
	in, fault, broken := e.strike(c)
	switch {
	case broken != nil:
		e.finish(w, c, e.api.refuse(c, broken), "")
	case fault == nil:
		e.finish(w, c, e.work(c), "")
	default:
		defer in.release()
		e.play(w, r, c, fault)
	}
}

// work lets the API apply or refuse the request.
func (e *engine) work(c *rawCall) wire {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.api.work(c)
}

// take takes a token for a request from the bucket of its domain and returns the limit
// if there is none.
func (e *engine) take(c *rawCall) (exhausted *limit) {
	b := e.buckets[c.route.domain]
	if b == nil || b.take(e.cfg.clock()) {
		return nil
	}
	return &b.limit
}

// finish writes a response and records it in the journal.
func (e *engine) finish(w http.ResponseWriter, c *rawCall, out wire, fault string) {
	e.note(c, out.status, fault)
	out.head(w)
	_, _ = w.Write(out.body)
}

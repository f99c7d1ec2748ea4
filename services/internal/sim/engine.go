package sim

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// An API is what a simulated API adds to an engine.
type API interface {
	// Locate returns the part of an escaped path that routes match, and reports whether
	// the path is inside of the API.
	Locate(path string) (inside string, ok bool)
	// Work applies a request or refuses it. The engine is locked.
	Work(c *Call) Wire
	// Refuse returns the error response to a request.
	Refuse(c *Call, err error) Wire
	// Throttled returns the refusal of a request above a limit.
	Throttled() *Refusal
}

// An Engine listens on a loopback socket, makes faults happen, and hands all other
// requests to an API. It is safe for concurrent use.
type Engine struct {
	Mu sync.Mutex // guards the state of the API and the fields that change

	cfg      *Settings
	api      API
	Base     *Base
	Router   *Router
	listener net.Listener
	http     *http.Server
	served   sync.WaitGroup // the accept loop
	conns    sync.WaitGroup // connections, and the requests on them
	done     chan struct{}  // closed by Close; ends all waits
	once     sync.Once

	buckets  map[Domain]*bucket
	injected []*Injected
	dice     *Dice // for faults; separate from the base's, so that faults do not change ids
	journal  journal
}

// Listen returns an engine on a free port of 127.0.0.1, and its URL. It serves no
// requests before [Engine.Start].
func Listen(cfg *Settings, routes []Route) (e *Engine, origin string, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("%s: listen: %w", cfg.name, err)
	}
	e = &Engine{
		cfg:      cfg,
		Base:     newBase(cfg),
		Router:   newRouter(routes),
		listener: listener,
		done:     make(chan struct{}),
		buckets:  map[Domain]*bucket{},
		dice:     newDice(cfg.Seed, 'f'),
		journal:  journal{size: cfg.log},
	}
	for domain, limit := range cfg.limits {
		e.buckets[domain] = newBucket(limit, e.Base.Now().Time)
	}
	return e, "http://" + listener.Addr().String(), nil
}

// Start serves requests with an API until Close.
func (e *Engine) Start(a API) {
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
func (e *Engine) Close() {
	e.once.Do(func() {
		close(e.done)
		_ = e.http.Close()
	})
	e.served.Wait()
	e.conns.Wait()
}

// track counts connections, so that Close can wait for them. It closes connections
// that were accepted while the server closed, because http.Server.Close misses them.
func (e *Engine) track(conn net.Conn, state http.ConnState) {
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
func (e *Engine) Settle() {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	e.Base.Queue.settle()
}

func (e *Engine) serve(w http.ResponseWriter, r *http.Request) {
	e.conns.Add(1) // track no longer counts a hijacked connection
	defer e.conns.Done()
	c, err := e.receive(w, r)
	if err != nil { // the client left while it sent the body; there is nobody to respond to
		return
	}
	in, fault, broken := e.strike(c)
	switch {
	case broken != nil:
		e.finish(w, c, e.api.Refuse(c, broken), "")
	case fault == nil:
		e.finish(w, c, e.work(c), "")
	default:
		defer in.release()
		e.play(w, r, c, fault)
	}
}

// work lets the API apply or refuse the request.
func (e *Engine) work(c *Call) Wire {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	return e.api.Work(c)
}

// Take takes a token for a request from the bucket of its domain. It returns the limit,
// or nil if there is none, and the number of tokens left, which is -1 if there was no
// token.
func (e *Engine) Take(c *Call) (limit *Limit, left int) {
	b := e.buckets[c.Route.Domain]
	switch {
	case b == nil:
		return nil, 0
	case b.take(e.cfg.clock()):
		return &b.Limit, int(b.tokens)
	default:
		return &b.Limit, -1
	}
}

// finish writes a response and records it in the journal.
func (e *Engine) finish(w http.ResponseWriter, c *Call, out Wire, fault string) {
	e.note(c, out.Status, fault)
	out.head(w)
	_, _ = w.Write(out.Body)
}

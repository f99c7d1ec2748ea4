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

// TB is the part of testing.TB that [New] uses. *testing.T and *testing.B implement it.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// A Server is a simulated Opsgenie on a loopback socket. Create one with [New] or
// [Start]. It is safe for concurrent use.
type Server struct {
	URL string // the base URL, for opsgenie.WithBaseURL; it does not end with a slash
	Key string // an API key with all rights

	cfg    *config
	routes *router
	http   *http.Server
	served sync.WaitGroup // the accept loop
	conns  sync.WaitGroup // connections, and the requests on them
	done   chan struct{}  // closed by Close; ends all waits
	once   sync.Once

	mu       sync.Mutex // guards the fields below
	world    *world
	buckets  map[Domain]*bucket
	injected []*Injected
	dice     *dice // for faults; separate from the world's, so that faults do not change ids
	journal  journal
}

// New starts a server for one test and closes it when the test ends. If an option is
// invalid or the server cannot listen, the test fails.
func New(t TB, opts ...Option) *Server {
	t.Helper()
	s, err := Start(opts...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(s.Close)
	return s
}

// Start starts a server on a free port of 127.0.0.1. The caller must close it. The
// error names every invalid option, or says why the server cannot listen.
func Start(opts ...Option) (*Server, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opsgenietest: listen: %w", err)
	}
	origin := "http://" + listener.Addr().String()
	s := &Server{
		URL:     origin + cfg.prefix,
		Key:     cfg.key,
		cfg:     cfg,
		routes:  newRouter(allRoutes()),
		done:    make(chan struct{}),
		world:   newWorld(cfg, origin),
		buckets: map[Domain]*bucket{},
		dice:    newDice(cfg.seed, 'f'),
		journal: journal{size: cfg.log},
	}
	for domain, limit := range cfg.limits {
		s.buckets[domain] = newBucket(limit, s.world.now())
	}
	if cfg.faultRate > 0 {
		s.Storm(cfg.faultRate)
	}
	s.http = &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ConnState:         s.track,
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // injected resets are not errors
	}
	s.served.Go(func() { _ = s.http.Serve(listener) }) // returns ErrServerClosed after Close
	return s, nil
}

// Close stops the server. It closes the listener and all connections, releases stalled
// requests, and returns when all goroutines of the server have ended. The methods that
// return what the server stored still work. Closing it again does nothing.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.done)
		_ = s.http.Close()
	})
	s.served.Wait()
	s.conns.Wait()
}

// track counts connections, so that Close can wait for them. It closes connections
// that were accepted while the server closed, because http.Server.Close misses them.
func (s *Server) track(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
		select {
		case <-s.done:
			_ = conn.Close()
		default:
		}
	case http.StateClosed, http.StateHijacked:
		s.conns.Done()
	default:
	}
}

// Settle processes all pending asynchronous writes, as if enough requests had
// arrived or enough time had passed.
func (s *Server) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.queue.settle()
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.conns.Add(1) // track no longer counts a hijacked connection
	defer s.conns.Done()
	c, err := s.receive(w, r)
	if err != nil { // the client left while it sent the body; there is nobody to respond to
		return
	}
	in, fault, broken := s.strike(c)
	switch {
	case broken != nil:
		s.finish(w, c, s.encode(c, response{}, broken), "")
	case fault == nil:
		s.finish(w, c, s.work(c), "")
	default:
		defer in.release()
		s.play(w, r, c, fault)
	}
}

// work applies the request to the world or refuses it.
func (s *Server) work(c *call) wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.admit(c); err != nil {
		return s.encode(c, response{}, err)
	}
	s.world.queue.tick()
	a, err := c.route.serve(s.world, c)
	return s.encode(c, a, err)
}

// finish writes a response and records it in the journal.
func (s *Server) finish(w http.ResponseWriter, c *call, out wire, fault string) {
	s.note(c, out.status, fault)
	out.head(w)
	_, _ = w.Write(out.body)
}

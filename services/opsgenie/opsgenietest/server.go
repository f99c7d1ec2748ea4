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

// TB is the part of testing.TB that [New] needs.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// A Server is an Opsgenie on a loopback socket. It is made by [New] or [Start]
// and safe for concurrent use.
type Server struct {
	URL string // base URL, as for opsgenie.WithBaseURL; no slash at its end
	Key string // the API key that may do everything

	cfg    *config
	routes *router
	http   *http.Server
	served sync.WaitGroup // the accept loop
	conns  sync.WaitGroup // connections, and the requests on them
	done   chan struct{}  // closed by Close: ends what waits
	once   sync.Once

	mu       sync.Mutex // guards what follows
	world    *world
	buckets  map[Domain]*bucket
	injected []*Injected
	dice     *dice // for faults; apart from the world's, so that faults do not change ids
	journal  journal
}

// New starts a server for one test and closes it when the test ends. It fails
// the test if an option is impossible or no socket can be had.
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

// Start starts a server on a free port of 127.0.0.1. It returns an error that
// names every impossible option, or the one that kept it from listening. The
// caller closes the server.
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
		ErrorLog:          log.New(io.Discard, "", 0), // resets are made on purpose
	}
	s.served.Go(func() { _ = s.http.Serve(listener) }) // ErrServerClosed, and only after Close
	return s, nil
}

// Close ends the server: it stops listening, lets go of stalled requests, cuts
// all connections, and returns when no goroutine of its own is left. What the
// server kept can still be read. Closing again does nothing.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.done)
		_ = s.http.Close()
	})
	s.served.Wait()
	s.conns.Wait()
}

// track counts connections, so that Close can wait for them. One that was
// accepted while the server closed is unknown to http.Server.Close, and cut here.
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

// Settle processes all asynchronous writes that wait, as if enough requests had
// come or enough time had passed.
func (s *Server) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.queue.settle()
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.conns.Add(1) // of its own: a hijacked connection is counted no longer
	defer s.conns.Done()
	c, err := s.receive(w, r)
	if err != nil { // the client went away while it sent the body: nobody is left to answer
		return
	}
	in, fault, broken := s.strike(c)
	switch {
	case broken != nil:
		s.finish(w, c, s.encode(c, answer{}, broken), "")
	case fault == nil:
		s.finish(w, c, s.work(c), "")
	default:
		defer in.release()
		s.play(w, r, c, fault)
	}
}

// work applies the request to the world, or refuses it.
func (s *Server) work(c *call) wire {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.admit(c); err != nil {
		return s.encode(c, answer{}, err)
	}
	s.world.queue.tick()
	a, err := c.route.serve(s.world, c)
	return s.encode(c, a, err)
}

// finish writes an answer and notes in the journal what it was.
func (s *Server) finish(w http.ResponseWriter, c *call, out wire, fault string) {
	s.note(c, out.status, fault)
	out.head(w)
	_, _ = w.Write(out.body)
}

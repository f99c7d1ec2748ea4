package faults

import (
	"bufio"
	"crypto/x509"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// A Server listens on loopback until it is closed.
type Server struct {
	Journal

	URL   string
	Roots *x509.CertPool // the issuer of its certificate; nil without TLS

	script Script
	done   chan struct{} // closed by Close
	stop   func()
	once   sync.Once

	mu    sync.Mutex
	open  map[net.Conn]bool
	group sync.WaitGroup
}

// New starts a server that speaks HTTP/1.1. It returns an error if it cannot listen.
func New(script Script) (*Server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("faults: listen: %w", err)
	}
	s := &Server{URL: "http://" + l.Addr().String(), script: script, done: make(chan struct{}), open: map[net.Conn]bool{}}
	s.stop = func() {
		_ = l.Close()
		s.hangUp()
		s.group.Wait()
	}
	s.group.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if s.enter(conn) {
				s.group.Go(func() { s.serve(conn) })
			}
		}
	})
	return s, nil
}

// Close closes the server and all its connections, and waits until they have ended.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.done)
		s.stop()
	})
}

// enter registers a connection, unless the server is closed.
func (s *Server) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		_ = conn.Close()
		return false
	default:
	}
	s.connected()
	s.open[conn] = true
	return true
}

func (s *Server) leave(conn net.Conn) {
	Linger(conn) // until the client or hangUp closes it
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, conn)
}

func (s *Server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.open {
		_ = conn.Close()
	}
}

// serve handles the requests on one connection until a step closes it.
func (s *Server) serve(conn net.Conn) {
	defer s.leave(conn)
	x := &exchange{server: s, conn: conn, in: bufio.NewReader(conn)}
	buf := make([]byte, 32<<10)
	for {
		req, err := http.ReadRequest(x.in)
		if err != nil {
			return
		}
		a, step := s.arrive(s.script, req.Header.Get(HeaderCall), req.Method)
		if step.Kind == ResetUnread {
			x.reset()
			return
		}
		if strings.EqualFold(req.Header.Get("Expect"), "100-continue") {
			x.write("HTTP/1.1 100 Continue\r\n\r\n")
		}
		if !s.take(a, step, req.Body, buf) {
			return
		}
		x.step, x.method = step, req.Method
		if !x.play() {
			return
		}
	}
}

// take reads a request's body, records it and reports whether it was complete.
func (s *Server) take(a *Arrival, step Step, body io.Reader, buf []byte) bool {
	sum := crc32.NewIEEE()
	n, err := io.CopyBuffer(sum, onlyReader{body}, buf)
	s.read(a, step, n, sum.Sum32(), err == nil)
	return err == nil
}

// onlyReader hides WriteTo, so that io.CopyBuffer uses the buffer it is given.
type onlyReader struct{ io.Reader }

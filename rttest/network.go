package rttest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A network is a real server and a real [http.Transport], connected by pipes, which
// work in a synctest bubble where sockets do not.
type network struct {
	transport *http.Transport
	conns     chan net.Conn
	shut      chan struct{}

	served atomic.Int64

	mu    sync.Mutex
	dials map[string]int // by address
}

func (s *scene) network(handler http.Handler) *network { return s.join(handler, nil) }

// plain is a URL for HTTP/2 without TLS, which needs no negotiation.
const plain = "http://upload.example.com/"

// network2 returns a network that uses HTTP/2 from the first byte, for the URL plain.
func (s *scene) network2(handler http.Handler) *network {
	protocols := &http.Protocols{}
	protocols.SetUnencryptedHTTP2(true)
	return s.join(handler, protocols)
}

func (s *scene) join(handler http.Handler, protocols *http.Protocols) *network {
	n := &network{conns: make(chan net.Conn), shut: make(chan struct{}), dials: map[string]int{}}
	n.transport = &http.Transport{DialContext: n.dial, DialTLSContext: n.dial, MaxIdleConnsPerHost: 8, Protocols: protocols}
	counting := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.served.Add(1)
		handler.ServeHTTP(w, r)
	})
	server := &http.Server{Handler: counting, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Hour, Protocols: protocols}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(n) // returns when the listener is closed
	}()
	s.later(func() {
		n.transport.CloseIdleConnections()
		_ = server.Close()
		<-served
	})
	return n
}

// asked returns the number of requests that reached the server.
func (n *network) asked() int { return int(n.served.Load()) }

// dial counts and opens a connection. For https, http.Transport assumes that it is
// already encrypted.
func (n *network) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	n.mu.Lock()
	n.dials[addr]++
	n.mu.Unlock()
	near, far := net.Pipe()
	select {
	case n.conns <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.shut:
		return nil, net.ErrClosed
	}
}

func (n *network) dialed(addr string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dials[addr]
}

func (n *network) dialedAll() (sum int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, count := range n.dials {
		sum += count
	}
	return sum
}

// Accept implements [net.Listener].
func (n *network) Accept() (net.Conn, error) {
	select {
	case conn := <-n.conns:
		return conn, nil
	case <-n.shut:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (n *network) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case <-n.shut:
	default:
		close(n.shut)
	}
	return nil
}

// Addr implements [net.Listener].
func (n *network) Addr() net.Addr { return &net.UnixAddr{Name: "rttest", Net: "pipe"} }

package faultsim

import (
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"

	"github.com/tripware/tripware/internal/backoff"
)

// A network is a real server, and a real transport for each client, which are connected by
// pipes. Unlike sockets, pipes work in a bubble.
type network struct {
	sim        *Sim
	server     *http.Server
	conns      chan net.Conn
	shut       chan struct{}
	served     chan struct{}
	transports []*http.Transport
}

func listen(s *Sim) *network {
	n := &network{sim: s, conns: make(chan net.Conn), shut: make(chan struct{}), served: make(chan struct{})}
	n.server = &http.Server{
		Handler: n, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: longest,
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) },
	}
	go func() {
		defer close(n.served)
		_ = n.server.Serve(n) // returns when the listener is closed
	}()
	return n
}

// close ends all connections, and waits for the server.
func (n *network) close() {
	for _, t := range n.transports {
		t.CloseIdleConnections()
	}
	_ = n.server.Close()
	<-n.served
}

// transport returns the base of a client.
func (n *network) transport(stray *caller) http.RoundTripper {
	dial := func(ctx context.Context, _, addr string) (net.Conn, error) { return n.dial(ctx, addr, stray) }
	// For https, http.Transport takes the connection for one that is encrypted already.
	t := &http.Transport{DialContext: dial, DialTLSContext: dial, MaxIdleConnsPerHost: 1 << 16}
	n.transports = append(n.transports, t)
	return t
}

// A link is what both ends of a connection share.
type link struct {
	broken atomic.Bool          // by a reset
	call   atomic.Pointer[call] // of the request that the connection was given to last
	stray  *caller
	first  atomic.Pointer[draw] // of the first request, if it decided whether the connection opens
}

// A conn is an end of a connection.
type conn struct {
	net.Conn

	link *link
}

type connKey struct{}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.explain("read", err)
}

func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.explain("write", err)
}

// explain returns the error of a connection that was reset instead of that of a closed pipe.
func (c *conn) explain(op string, err error) error {
	if c.link.broken.Load() && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrClosedPipe)) {
		return reset(op)
	}
	return err
}

// reset breaks the connection.
func (c *conn) reset() {
	c.link.broken.Store(true)
	_ = c.Close()
}

// traced returns the context of a call, so that its requests are sent when it is its turn, and
// a connection knows for which call it is used.
func (w *world) traced(ctx context.Context, c *call) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			if now := w.elapsed(); w.turn(now, c) != now {
				_ = backoff.Sleep(ctx, w.turn(now, c)-now) // if ctx ends, http.Transport will say so
			}
		},
		GotConn: func(info httptrace.GotConnInfo) {
			if got, ok := info.Conn.(*conn); ok {
				got.link.call.Store(c)
			}
		},
	})
}

// dial opens a connection, unless the script says that it cannot be opened.
func (n *network) dial(ctx context.Context, addr string, stray *caller) (net.Conn, error) {
	l := &link{stray: stray}
	c, w := callOf(ctx), n.sim.world.Load()
	if w.server(addr).script.at(w.elapsed()).mayRefuse() {
		d := w.draw(c, stray)
		host, _, err := net.SplitHostPort(addr)
		if err == nil {
			err = w.server(addr).script.at(w.elapsed()).pick(d.fault).unconnected(host)
		}
		if err != nil {
			w.visit(addressed(addr), addr, false, c, d).leave()
			return nil, err
		}
		l.first.Store(&d)
	}
	near, far := net.Pipe()
	select {
	case n.conns <- &conn{far, l}:
		return &conn{near, l}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-n.shut:
		return nil, refused()
	}
}

// addressed returns a request of which only the address is known.
func addressed(addr string) *http.Request {
	if host, port, err := net.SplitHostPort(addr); err == nil && (port == "80" || port == "443") {
		addr = host
	}
	return &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "http", Host: addr}, Host: addr, Header: http.Header{}}
}

// Accept implements [net.Listener].
func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.shut:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (n *network) Close() error {
	select {
	case <-n.shut:
	default:
		close(n.shut)
	}
	return nil
}

// Addr implements [net.Listener].
func (n *network) Addr() net.Addr { return &net.UnixAddr{Name: "faultsim", Net: "pipe"} }

// ServeHTTP responds as the script says.
func (n *network) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	c, ok := req.Context().Value(connKey{}).(*conn)
	if !ok { // ConnContext sets it
		panic(http.ErrAbortHandler)
	}
	w, of := n.sim.world.Load(), c.link.call.Load()
	d := c.link.first.Swap(nil)
	if d == nil {
		drawn := w.draw(of, c.link.stray)
		d = &drawn
	}
	v := w.visit(req, req.Host, true, of, *d)
	defer v.leave()
	if v.fault.kind == kindRefused {
		c.reset()
		panic(http.ErrAbortHandler) // the way to end a connection without a response
	}
	if v.server.handler == nil || v.fault.kind == kindStatus || !v.fault.kind.responds() {
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
	}
	if v.fault.kind == kindTimeout {
		<-req.Context().Done()
		return
	}
	if wait(req, v.latency) != nil {
		return
	}
	switch v.fault.kind {
	case kindReset:
		c.reset()
		panic(http.ErrAbortHandler)
	case kindCut:
		v.cutOff(rw, req)
	default:
		v.serve(rw, req)
	}
}

// cutOff sends a part of a response, and closes the connection.
func (v *visit) cutOff(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body) // for a handler; otherwise nothing is left of it
	if err != nil {
		return
	}
	whole := v.record(req, body)
	maps.Copy(w.Header(), whole.sent)
	w.Header().Set("Content-Length", strconv.Itoa(len(whole.body)))
	w.WriteHeader(whole.status)
	_, _ = w.Write(whole.body[:v.fault.cutAt(len(whole.body))])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

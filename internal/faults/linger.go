package faults

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"
)

// lingering is how long a peer has to end its side once ours has ended.
const lingering = 5 * time.Second

// Linger ends a connection so that the peer gets all that was written to it. A
// connection that is closed while input is unread is reset, and a reset can
// destroy an answer that is on its way: so Linger ends our side, reads until the
// peer has ended its own, within some seconds, and closes then. It does not
// repair an answer that promises to keep the connection: say Connection: close.
func Linger(conn net.Conn) {
	if rest := finish(conn); rest != nil {
		_, _ = io.Copy(io.Discard, rest)
	}
	_ = conn.Close()
}

// Join carries bytes both ways between two connections, as a tunnel of a proxy
// does, until both have ended, and closes them. What was read of near ahead is in
// from.
func Join(near net.Conn, from io.Reader, far net.Conn) {
	var both sync.WaitGroup
	way := func(to net.Conn, from io.Reader) {
		_, _ = io.Copy(to, from)
		finish(to)
	}
	both.Go(func() { way(far, from) })
	both.Go(func() { way(near, far) })
	both.Wait()
	_, _ = near.Close(), far.Close()
}

// finish ends our side of a connection and returns what the peer's rest can be
// read from, or nil if there is no more of it.
func finish(conn net.Conn) io.Reader {
	_ = conn.SetReadDeadline(time.Now().Add(lingering))
	if secure, ok := conn.(*tls.Conn); ok {
		_ = secure.CloseWrite() // the alert; it fails if there was no handshake
		conn = secure.NetConn()
	}
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil { // it is closed, or cannot be by halves
		return nil
	}
	return conn
}

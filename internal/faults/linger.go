package faults

import (
	"crypto/tls"
	"io"
	"net"
	"sync"
	"time"
)

// lingering is how long Linger waits for the peer to close its side.
const lingering = 5 * time.Second

// Linger closes a connection so that the peer gets everything that was written to it.
// Closing a connection with unread input resets it, and a reset can destroy a response
// on its way. So Linger closes the sending side, reads for a few seconds until the
// peer closes its side, and then closes the connection. A response should announce
// this with Connection: close.
func Linger(conn net.Conn) {
	if rest := finish(conn); rest != nil {
		_, _ = io.Copy(io.Discard, rest)
	}
	_ = conn.Close()
}

// Join copies bytes in both directions between two connections, like a proxy's tunnel,
// until both have ended, and closes them. from reads from near, including bytes that
// were already buffered.
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

// finish closes the sending side of a connection. It returns a reader for the rest of
// the peer's data, or nil if the connection is closed.
func finish(conn net.Conn) io.Reader {
	_ = conn.SetReadDeadline(time.Now().Add(lingering))
	if secure, ok := conn.(*tls.Conn); ok {
		_ = secure.CloseWrite() // sends the alert; fails if there was no handshake
		conn = secure.NetConn()
	}
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil { // it is closed, or has no separate sides
		return nil
	}
	return conn
}

package sim

import (
	"io"
	"net"
	"net/http"
	"time"
)

// play makes a fault happen to a request.
func (e *Engine) play(w http.ResponseWriter, r *http.Request, c *Call, f *Fault) {
	name := f.Kind.String()
	e.note(c, 0, name) // before the first byte, so that a client that saw the fault finds it in the journal
	if f.Latency > 0 && !e.sleep(r, f.Latency) {
		e.hangUp(w, false)
		return
	}
	var out Wire
	if f.AfterApplying || f.Kind == Slow || f.Kind == Truncate || f.Point != BeforeHead {
		out = e.work(c)
	}
	switch f.Kind {
	case Slow:
		e.finish(w, c, out, name)
	case Status:
		e.finish(w, c, f.response(e, c), name)
	case Truncate:
		begin(w, out, MidBody)
		e.hangUp(w, false)
	case Reset:
		begin(w, out, f.Point)
		e.hangUp(w, true)
	case Stall:
		begin(w, out, f.Point)
		e.sleep(r, 0)
		e.hangUp(w, false)
	}
}

// sleep waits for d, or forever if d is 0. It returns false if the client left or the
// server closed before that.
func (e *Engine) sleep(r *http.Request, d time.Duration) bool {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return true
	case <-r.Context().Done():
	case <-e.done: // with a pipelined request net/http does not notice that the connection was closed
	}
	return false
}

// begin writes a response up to a point and flushes it.
func begin(w http.ResponseWriter, out Wire, p Point) {
	if p == BeforeHead {
		return
	}
	out.head(w) // its Content-Length is that of the whole body
	if p == MidBody {
		_, _ = w.Write(out.Body[:len(out.Body)/2])
	}
	_ = http.NewResponseController(w).Flush()
}

// hangUp ends the connection, by a reset or by a regular close.
func (e *Engine) hangUp(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // the connection was already closed
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		if reset {
			_ = tcp.SetLinger(0)
		} else {
			e.linger(tcp)
		}
	}
	_ = conn.Close()
}

// linger closes the sending side and reads until the client closes the other, for at
// most a second, because closing a connection with unread input resets it.
func (e *Engine) linger(conn *net.TCPConn) {
	select {
	case <-e.done: // Close does not wait for clients
		return
	default:
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Second))
	if conn.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, conn)
	}
}

package faults

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// An exchange is an HTTP/1.1 connection and the current request on it.
type exchange struct {
	server *Server
	conn   net.Conn
	in     *bufio.Reader
	step   Step
	method string
	broken bool // the client closed the connection
}

// play responds to a request and reports whether the connection can be reused.
func (x *exchange) play() bool {
	s := x.step
	whole := fmt.Sprintf("Content-Length: %d\r\n", len(s.body()))
	const chunked = "Transfer-Encoding: chunked\r\n"
	switch s.Kind {
	case Answer, CloseIdle:
		x.write(x.head(whole) + x.payload(s.body()))
		return !x.broken && s.Kind != CloseIdle
	case Early:
		x.write("HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n" + x.head(whole) + x.payload(s.body()))
		return !x.broken
	case HugeHeader:
		x.write(x.head(whole+"X-Filler: "+strings.Join(s.filler(), "\r\nX-Filler: ")+"\r\n") + x.payload(s.body()))
		return !x.broken
	case Dribble:
		x.write(x.head(whole))
		return x.dribble(x.payload(s.body()))
	case Trailers:
		x.write(x.head(chunked+"Trailer: X-Sum\r\n") + chunk(s.body()) + "0\r\nX-Sum: done\r\n\r\n")
		return !x.broken
	case Bomb:
		bomb := pack(s.Size)
		x.write(x.head(fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n", len(bomb))) + x.payload(bomb))
		return !x.broken
	case Truncate:
		x.write(x.head(whole) + s.half())
	case TruncateChunks:
		x.write(x.head(chunked) + fmt.Sprintf("%x\r\n", len(s.body())) + s.half())
	case Endless:
		x.flood(x.head(chunked))
	case Upgrade:
		x.echo()
	case ResetBefore, ResetInHead, ResetInBody:
		x.breakOff(whole)
	case StallBefore:
		x.stall()
	case StallInBody:
		x.write(x.head(whole) + s.half())
		x.stall()
	default:
		x.write(fmt.Sprintf("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\nfaults: kind %d is not for HTTP/1", s.Kind))
	}
	return false
}

// head returns the status line and the headers, followed by extra lines.
func (x *exchange) head(extra string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", x.step.status(), http.StatusText(x.step.status()))
	_ = x.step.Header.Write(&b) // never fails
	return b.String() + extra + "\r\n"
}

// payload returns the body, or "" for a HEAD.
func (x *exchange) payload(body string) string {
	if x.method == http.MethodHead {
		return ""
	}
	return body
}

func chunk(body string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(body), body) }

func (x *exchange) write(text string) {
	if _, err := x.conn.Write([]byte(text)); err != nil {
		x.broken = true
	}
}

func (x *exchange) dribble(body string) bool {
	for i := range len(body) {
		x.write(body[i : i+1])
		if x.broken || !x.server.pause(x.step.Pause) {
			return false
		}
	}
	return true
}

// pause waits for d. It returns false if the server is closed first.
func (s *Server) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.done:
		return false
	}
}

func (x *exchange) flood(head string) {
	x.write(head)
	for block := chunk(strings.Repeat("0", 16<<10)); !x.broken; {
		x.write(block)
	}
}

func (x *exchange) echo() {
	x.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	_, _ = io.Copy(x.conn, x.in) // until the client closes the connection
}

// stall waits until the connection is closed.
func (x *exchange) stall() { _, _ = io.Copy(io.Discard, x.in) }

func (x *exchange) breakOff(length string) {
	head := x.head(length)
	switch x.step.Kind {
	case ResetInHead:
		x.write(head[:len(head)/2])
	case ResetInBody:
		x.write(head + x.step.half())
		if x.step.Gate != nil {
			select {
			case <-x.step.Gate:
			case <-x.server.done:
			}
		}
	default:
	}
	x.reset()
}

// reset closes the connection with an RST instead of a FIN.
func (x *exchange) reset() {
	if tcp, ok := x.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = x.conn.Close()
}

// pack returns size zeros, gzipped. It repeats one member (RFC 1952, section 2.2),
// because compressing all zeros would take too long.
func pack(size int) string {
	const member = 256 << 10
	if size < member {
		return zeros(size)
	}
	return strings.Repeat(zeros(member), size/member) + zeros(size%member)
}

func zeros(n int) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(make([]byte, n)) // never fails
	_ = z.Close()
	return b.String()
}

package faults

import (
	"crypto/tls"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// NewFrames starts a server that speaks the minimum of HTTP/2 that a client needs, frame
// by frame (RFC 9113). It does not decode requests: it counts them all as the call "",
// and its responses have neither headers nor a body.
func NewFrames(script Script) *Server {
	s := &Server{script: script, done: make(chan struct{})}
	h := httptest.NewUnstartedServer(nil)
	h.TLS = &tls.Config{NextProtos: []string{"h2"}, MinVersion: tls.VersionTLS12}
	h.Config.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){
		"h2": func(_ *http.Server, conn *tls.Conn, _ http.Handler) {
			defer Linger(conn) // the client's frames may be unread
			(&framer{server: s, conn: conn, streams: map[uint32]*stream{}}).run()
		},
	}
	s.start(h)
	return s
}

// Frame types and flags (RFC 9113, section 6).
const (
	frameData, frameHeaders, frameReset, frameSettings byte = 0, 1, 3, 4
	framePing, frameGoAway, frameWindow                byte = 6, 7, 8

	flagEndStream, flagAck, flagEndHeaders byte = 1, 1, 4

	codeInternal, codeRefused uint32 = 2, 7
)

// A framer is one connection. It responds in the order in which requests end.
type framer struct {
	server  *Server
	conn    io.ReadWriter
	streams map[uint32]*stream // streams without a response
}

type stream struct {
	arrival *Arrival
	step    Step
	length  int64
	sum     hash.Hash32
}

func (f *framer) run() {
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(f.conn, preface); err != nil || !f.write(frameSettings, 0, 0, nil) {
		return
	}
	for {
		var head [9]byte
		if _, err := io.ReadFull(f.conn, head[:]); err != nil {
			return
		}
		payload := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(f.conn, payload); err != nil {
			return
		}
		id := binary.BigEndian.Uint32(head[5:]) & (1<<31 - 1)
		if !f.take(head[3], head[4], id, payload) {
			return
		}
	}
}

// take handles a frame and reports whether the connection stays open.
func (f *framer) take(kind, flags byte, id uint32, payload []byte) bool {
	switch kind {
	case frameSettings, framePing:
		if flags&flagAck != 0 {
			return true
		}
		if kind == frameSettings {
			payload = nil
		}
		return f.write(kind, flagAck, 0, payload)
	case frameHeaders:
		a, step := f.server.arrive(f.server.script, "", "")
		f.streams[id] = &stream{arrival: a, step: step, sum: crc32.NewIEEE()}
		if step.Kind == RefuseStream {
			delete(f.streams, id)
			return f.number(frameReset, id, codeRefused)
		}
	case frameData:
		if s := f.streams[id]; s != nil {
			s.length += int64(len(payload))
			_, _ = s.sum.Write(payload) // never fails
		}
		if n := uint32(len(payload)); n > 0 && !(f.number(frameWindow, 0, n) && f.number(frameWindow, id, n)) {
			return false
		}
	case frameReset:
		delete(f.streams, id)
	}
	if (kind == frameHeaders || kind == frameData) && flags&flagEndStream != 0 && f.streams[id] != nil {
		return f.answer(id)
	}
	return true
}

// answer applies the step of a request that was read to its end.
func (f *framer) answer(id uint32) bool {
	s := f.streams[id]
	delete(f.streams, id)
	f.server.read(s.arrival, s.step, s.length, s.sum.Sum32(), true)
	switch s.step.Kind {
	case ResetStream:
		return f.number(frameReset, id, s.step.Code)
	case GoAway:
		return f.goAway(max(id, 2)-2, 0)
	case GoAwayTaken:
		f.goAway(id, codeInternal)
		return false
	default:
		// :status as a literal without indexing, its name from the static table (RFC 7541, section 6.2.2).
		return f.write(frameHeaders, flagEndStream|flagEndHeaders, id, append([]byte{0x08, 0x03}, strconv.Itoa(s.step.status())...))
	}
}

func (f *framer) goAway(last, code uint32) bool {
	return f.write(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), code))
}

// number writes a frame with one number as its payload.
func (f *framer) number(kind byte, id, n uint32) bool {
	return f.write(kind, 0, id, binary.BigEndian.AppendUint32(nil, n))
}

func (f *framer) write(kind, flags byte, id uint32, payload []byte) bool {
	n := len(payload)
	frame := append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags}, binary.BigEndian.AppendUint32(nil, id)...)
	_, err := f.conn.Write(append(frame, payload...))
	return err == nil
}

package faultsim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"
)

// A base is a server and the network to it, as a function. It keeps the contract of
// http.RoundTripper.
type base struct {
	sim   *Sim
	stray *caller
}

// RoundTrip sends req to the server of its host.
func (b *base) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	return b.send(req)
}

// CloseIdleConnections does nothing: there are no connections.
func (b *base) CloseIdleConnections() {}

func (b *base) send(req *http.Request) (*http.Response, error) {
	if req.URL == nil || req.Header == nil {
		return nil, errors.New("faultsim: nil Request.URL or Request.Header")
	}
	if err := over(req); err != nil {
		return nil, err
	}
	w, c := b.sim.world.Load(), callOf(req.Context())
	if now := w.elapsed(); w.turn(now, c) != now {
		if err := wait(req, w.turn(now, c)-now); err != nil {
			return nil, err
		}
	}
	v := w.visit(req, req.URL.Host, false, c, w.draw(c, b.stray))
	defer v.leave()
	if err := v.fault.unconnected(req.URL.Hostname()); err != nil {
		return nil, err
	}
	body, err := readBody(req, v.server.handler != nil)
	if err != nil {
		return nil, err
	}
	if v.fault.kind == kindTimeout {
		return nil, await(req, nil)
	}
	if err := wait(req, v.latency); err != nil {
		return nil, err
	}
	if v.fault.kind == kindReset {
		return nil, reset("read")
	}
	return v.respond(req, body), nil
}

// over returns an error if the request is canceled.
func over(req *http.Request) error {
	select {
	case <-req.Context().Done():
		return context.Cause(req.Context())
	case <-req.Cancel: //nolint:staticcheck // net/http still honors it
		return errCanceled
	default:
		return nil
	}
}

// errCanceled is the error of a request whose Cancel channel is closed.
var errCanceled = errors.New("faultsim: request canceled")

// wait waits for d. It returns an error if the request is canceled before. A timer that is due at
// once would run in this goroutine, and several of these at a time end a program that runs under
// the race detector: https://go.dev/issue/78156.
func wait(req *http.Request, d time.Duration) error {
	if d <= 0 {
		return over(req)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	return await(req, timer.C)
}

// await waits until elapsed has a value. It returns an error if the request is canceled before.
func await(req *http.Request, elapsed <-chan time.Time) error {
	select {
	case <-req.Context().Done():
		return context.Cause(req.Context())
	case <-req.Cancel: //nolint:staticcheck // net/http still honors it
		return errCanceled
	case <-elapsed:
		return nil
	}
}

// readBody reads the body of a request to its end, or until the request is canceled.
func readBody(req *http.Request, keep bool) (body []byte, err error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	type read struct {
		text []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		var text bytes.Buffer
		var err error
		if keep {
			_, err = text.ReadFrom(req.Body)
		} else {
			_, err = io.Copy(io.Discard, req.Body)
		}
		done <- read{text.Bytes(), err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	case <-req.Cancel: //nolint:staticcheck // net/http still honors it
		return nil, errCanceled
	}
}

// The errors are those of the net package.

func refused() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func reset(op string) error {
	return &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, syscall.ECONNRESET)}
}

// unconnected returns the error of a connection that the fault keeps from opening, or nil.
func (f *fault) unconnected(host string) error {
	if f.kind == kindRefused {
		return refused()
	}
	if f.kind == kindDNS {
		return unresolved(host)
	}
	return nil
}

func unresolved(host string) error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
}

// respond returns the response to a request whose body was read.
func (v *visit) respond(req *http.Request, body []byte) *http.Response {
	recorded := v.record(req, body)
	header := recorded.sent
	length := int64(len(recorded.body))
	if !bodyAllowed(recorded.status) {
		recorded.body, length = nil, 0
	} else if header.Get("Content-Length") == "" {
		header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
	resp := &http.Response{
		Status: strconv.Itoa(recorded.status) + " " + http.StatusText(recorded.status), StatusCode: recorded.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: http.NoBody, ContentLength: length, Request: req,
	}
	if req.Method == http.MethodHead || length == 0 {
		return resp
	}
	reader := &responseBody{ctx: req.Context(), left: recorded.body}
	if v.fault.kind == kindCut {
		reader.left, reader.broken = reader.left[:v.fault.cutAt(len(reader.left))], true
	}
	resp.Body = reader
	return resp
}

// cutAt returns after how many bytes of a body it breaks off.
func (f *fault) cutAt(length int) int {
	if f.cut < 0 {
		return length / 2
	}
	return min(f.cut, max(0, length-1))
}

// A responseBody is the body of a response.
type responseBody struct {
	ctx    context.Context
	left   []byte
	broken bool // it breaks off where it ends
	closed bool
}

func (b *responseBody) Read(p []byte) (int, error) {
	switch {
	case b.closed:
		return 0, http.ErrBodyReadAfterClose
	case len(b.left) == 0 && b.broken:
		return 0, io.ErrUnexpectedEOF
	case len(b.left) == 0:
		return 0, io.EOF
	case b.ctx.Err() != nil:
		return 0, context.Cause(b.ctx)
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

func (b *responseBody) Close() error {
	b.closed = true
	return nil
}

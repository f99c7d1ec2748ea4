package retry

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/transport/layer"
)

// An attemptClock cuts an attempt that takes too long. A limiter holds it while
// it makes the attempt wait.
type attemptClock struct {
	after  time.Duration
	cancel context.CancelCauseFunc
	timer  *time.Timer
	state  atomic.Int32
}

const (
	clockRuns int32 = iota
	clockRang
	clockStopped
)

func startClock(parent context.Context, after time.Duration) (context.Context, *attemptClock) {
	ctx, cancel := context.WithCancelCause(parent)
	k := &attemptClock{after: after, cancel: cancel}
	k.timer = time.AfterFunc(after, func() {
		if k.state.CompareAndSwap(clockRuns, clockRang) {
			cancel(k.err())
		}
	})
	return layer.WithClock(ctx, k), k
}

func (k *attemptClock) err() error { return &TimeoutError{After: k.after, clock: ErrAttemptTimeout} }

// Hold stops the clock for a while.
func (k *attemptClock) Hold() { k.timer.Stop() }

// Restart starts it afresh.
func (k *attemptClock) Restart() { k.timer.Reset(k.after) }

// stop stops it for good, and reports whether that was in time.
func (k *attemptClock) stop() bool {
	k.timer.Stop()
	return k.state.CompareAndSwap(clockRuns, clockStopped) || k.state.Load() == clockStopped
}

// end stops the clock and ends the attempt's context.
func (k *attemptClock) end() {
	k.stop()
	k.cancel(nil)
}

// A trace learns whether an attempt can have reached the server. Only what it
// saw counts: a base that traces nothing proves nothing.
type trace struct {
	asked, had atomic.Bool
	refused    atomic.Pointer[error] // how a TLS handshake ended
}

func (t *trace) attach(ctx context.Context, handshakes bool) context.Context {
	hooks := &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.had.Store(true) },
	}
	if handshakes {
		hooks.TLSHandshakeDone = func(_ tls.ConnectionState, err error) {
			if err != nil {
				t.refused.Store(&err)
			}
		}
	}
	return httptrace.WithClientTrace(ctx, hooks)
}

// saw reports whether the base traces what it does.
func (t *trace) saw() bool { return t != nil && t.asked.Load() }

// sent reports whether a connection was had: then the request may have been sent,
// whatever the error is.
func (t *trace) sent() bool { return t != nil && t.had.Load() }

// refusedByCallback reports whether the handshake of the attempt failed by the
// verdict of a VerifyConnection or VerifyPeerCertificate, which is returned as it
// is, and not by the network.
func (t *trace) refusedByCallback() bool {
	if t == nil {
		return false
	}
	err := t.refused.Load()
	if err == nil {
		return false
	}
	_, network := errors.AsType[net.Error](*err)
	return !network && !errors.Is(*err, io.EOF) && !errors.Is(*err, io.ErrUnexpectedEOF) &&
		!errors.Is(*err, context.Canceled) && !errors.Is(*err, net.ErrClosed)
}

// timed gives a body what its attempt's contexts need: they end when it is
// closed. A read that the call's clock ended says so: HTTP/2 would not.
func timed(ctx context.Context, resp *http.Response, release func()) *http.Response {
	b := &timedBody{ReadCloser: resp.Body, ctx: ctx, release: release}
	resp.Body = b
	if w, ok := b.ReadCloser.(io.Writer); ok { // the body of a 101 is written to
		resp.Body = &timedConn{timedBody: b, Writer: w}
	}
	return resp
}

type timedBody struct {
	io.ReadCloser

	ctx     context.Context
	release func()
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // the end is not wrapped
		err = blame(b.ctx, err)
	}
	return n, err
}

func (b *timedBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

type timedConn struct {
	*timedBody
	io.Writer
}

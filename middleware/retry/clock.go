package retry

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/transport"
)

// An attemptClock cuts an attempt that takes too long. A limiter holds it while
// it makes the attempt wait.
type attemptClock struct {
	after  time.Duration
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

func startClock(parent context.Context, after time.Duration) (context.Context, *attemptClock) {
	ctx, cancel := context.WithCancelCause(parent)
	k := &attemptClock{after: after, cancel: cancel}
	k.timer = time.AfterFunc(after, func() { cancel(&TimeoutError{After: after, clock: ErrAttemptTimeout}) })
	return transport.WithClock(ctx, k), k
}

// Hold stops the clock.
func (k *attemptClock) Hold() { k.timer.Stop() }

// end stops the clock and ends the attempt's context.
func (k *attemptClock) end() {
	k.timer.Stop()
	k.cancel(nil)
}

// Restart starts it afresh.
func (k *attemptClock) Restart() { k.timer.Reset(k.after) }

// A trace learns whether an attempt can have reached the server. Only what it
// saw counts: a base that traces nothing proves nothing.
type trace struct {
	asked, had atomic.Bool
}

func (t *trace) attach(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.had.Store(true) },
	})
}

// unsent reports that a connection was asked for and none was had.
func (t *trace) unsent() bool { return t != nil && t.asked.Load() && !t.had.Load() }

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

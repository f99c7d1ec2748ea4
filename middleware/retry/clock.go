package retry

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tripware/tripware/transport/layer"
)

// An attemptClock cancels an attempt that takes too long. A limiter stops the clock while
// it delays the attempt.
type attemptClock struct {
	after  time.Duration
	cancel context.CancelCauseFunc
	begun  time.Time
	due    atomic.Int64 // when it rings, in nanoseconds since begun
	left   atomic.Int64 // while it is held, the nanoseconds that were left
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
	k := &attemptClock{after: after, cancel: cancel, begun: time.Now()}
	k.due.Store(int64(after))
	k.timer = time.AfterFunc(after, func() {
		if k.state.CompareAndSwap(clockRuns, clockRang) {
			cancel(k.err())
		}
	})
	return layer.WithClock(ctx, k), k
}

func (k *attemptClock) err() error { return &TimeoutError{After: k.after, clock: ErrAttemptTimeout} }

// Hold implements [layer.Clock].
func (k *attemptClock) Hold() {
	k.timer.Stop()
	k.left.Store(k.due.Load() - int64(time.Since(k.begun)))
}

// Restart implements [layer.Clock].
func (k *attemptClock) Restart() { k.ringIn(k.after) }

// Resume implements [layer.Clock].
func (k *attemptClock) Resume() { k.ringIn(time.Duration(k.left.Load())) }

func (k *attemptClock) ringIn(d time.Duration) {
	k.due.Store(int64(time.Since(k.begun) + d))
	k.timer.Reset(d)
}

// stop stops the clock for good, and reports whether it had time left.
func (k *attemptClock) stop() bool {
	k.timer.Stop()
	return k.state.CompareAndSwap(clockRuns, clockStopped) || k.state.Load() == clockStopped
}

// end stops the clock and ends the attempt's context.
func (k *attemptClock) end() {
	k.stop()
	k.cancel(nil)
}

// timed returns resp with a body that calls release when it is closed, to end the contexts
// of the attempt and the call. If a timeout of the policy ends a Read, the body returns
// that timeout as the error, unlike HTTP/2's body.
func timed(ctx context.Context, resp *http.Response, release func()) *http.Response {
	b := &timedBody{ReadCloser: resp.Body, ctx: ctx, release: release}
	resp.Body = b
	if w, ok := b.ReadCloser.(io.Writer); ok { // the body of a 101 must stay writable
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
	if err != nil && err != io.EOF { //nolint:errorlint // the contract of io.Reader
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

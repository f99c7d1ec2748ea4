package layer

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Default limits for [Drain]: enough for an error page, so that its connection can be
// reused.
const (
	DrainBytes = 64 << 10
	DrainTime  = 100 * time.Millisecond
)

// CloseBody closes body, which may be nil, and ignores the error. Use it for a body that is
// no longer needed.
func CloseBody(body io.ReadCloser) {
	if body != nil {
		_ = body.Close()
	}
}

// Drain reads the rest of the body of a dropped response, so that its connection can be
// reused, and closes it. It stops after limit bytes or after the time within, whichever
// comes first, so an endless or stalled body costs only its connection. If limit or within
// is 0, Drain closes the body at once.
//
// The body's Close must end a blocked Read, as with net/http. If Close itself may block,
// use [DrainAside].
func Drain(body io.ReadCloser, limit int64, within time.Duration) {
	if nothingToRead(body, limit, within) {
		CloseBody(body)
		return
	}
	d := &drain{body: body, left: limit}
	timer := time.AfterFunc(within, d.shut)
	defer d.shut() // also if the body panics
	defer timer.Stop()
	d.read()
}

func nothingToRead(body io.ReadCloser, limit int64, within time.Duration) bool {
	return body == nil || body == http.NoBody || limit <= 0 || within <= 0
}

// DrainAside is [Drain] for a body whose Close may block. With HTTP/2, net/http's Close
// blocks until the attempt has released the request's body (see [Replay.Held]). DrainAside
// drains in another goroutine and returns after at most the time within, or after
// [DrainTime] if nothing is read. The goroutine ends when Close returns.
func DrainAside(body io.ReadCloser, limit int64, within time.Duration) {
	if body == nil || body == http.NoBody {
		return
	}
	if limit <= 0 || within <= 0 {
		limit, within = 0, DrainTime
	}
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		Drain(body, limit, within)
	}()
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case panicked := <-done:
		if panicked != nil {
			panic(panicked) // as if this goroutine had read the body
		}
	case <-timer.C:
	}
}

// A drain reads a dropped body up to its limits.
type drain struct {
	body io.ReadCloser
	left int64

	mu     sync.Mutex  // held while the body is closed
	closed atomic.Bool // or about to be closed

	remains time.Duration // guarded by the mutex of a Drainer
}

// read reads the body to its limit, using a buffer of package io.
func (d *drain) read() { _, _ = io.Copy(io.Discard, d) }

func (d *drain) Read(p []byte) (int, error) {
	if d.left <= 0 || d.closed.Load() {
		return 0, io.EOF
	}
	n, err := d.body.Read(p[:min(d.left, int64(len(p)))])
	d.left -= int64(n)
	return n, err
}

// shut closes the body, which ends a blocked Read. It is called after the body was read, or
// earlier by a timer.
func (d *drain) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed.Swap(true) {
		CloseBody(d.body)
	}
}

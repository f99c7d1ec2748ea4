package layer

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a drain unless the caller names others: enough for an error
// page, so that its connection can be used again, and no more.
const (
	DrainBytes = 64 << 10
	DrainTime  = 100 * time.Millisecond
)

// CloseBody closes body, which may be nil, and drops the error: that of a body
// that nobody reads any more says nothing that a caller could act on.
func CloseBody(body io.ReadCloser) {
	if body != nil {
		_ = body.Close()
	}
}

// Drain reads what is left of a response body that is dropped, so that its
// connection can be used again, and closes it. It stops after limit bytes or
// after the time given, whichever comes first: an endless or stalled body costs
// its connection and nothing more. The body's Close must end a blocked Read, as
// that of net/http's bodies does. A limit or a time of 0 closes the body at once.
func Drain(body io.ReadCloser, limit int64, within time.Duration) {
	var d Drainer
	d.Drain(body, limit, within)
}

// A Drainer does what [Drain] does for one body after the other, with one timer
// for all: half the price from the second on. The zero value is ready; it is not
// safe for concurrent use.
type Drainer struct {
	drain *drain
	timer *time.Timer // stopped before it fired, or nil
}

// Drain drains and closes body, as the function does.
func (d *Drainer) Drain(body io.ReadCloser, limit int64, within time.Duration) {
	if body == nil || body == http.NoBody || limit <= 0 || within <= 0 {
		CloseBody(body)
		return
	}
	timer := d.timer
	d.timer = nil // one that fired is not used again
	if timer == nil {
		d.drain = &drain{body: body, left: limit}
		timer = time.AfterFunc(within, d.drain.expire)
	} else {
		d.drain.body, d.drain.left, d.drain.once = body, limit, sync.Once{}
		timer.Reset(within)
	}
	defer d.end(timer)                  // also when the body panics
	_, _ = io.Copy(io.Discard, d.drain) // by way of a buffer that io keeps for this
}

// Drop does what Drain does where Close may block: net/http's response of HTTP/2
// waits in Close until the request's body is let go. It returns after the time
// given at the latest, or after [DrainTime] if nothing is to be read; what is
// left to do then goes on in a goroutine.
func (d *Drainer) Drop(body io.ReadCloser, limit int64, within time.Duration) {
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
			panic(panicked) // as if the body had been read in this goroutine
		}
	case <-timer.C:
	}
}

func (d *Drainer) end(timer *time.Timer) {
	if timer.Stop() {
		d.timer = timer
	}
	d.drain.shut()
}

// A drain is a dropped body up to its bounds.
type drain struct {
	body    io.ReadCloser
	left    int64
	expired atomic.Bool
	once    sync.Once
}

func (d *drain) Read(p []byte) (int, error) {
	if d.left <= 0 || d.expired.Load() {
		return 0, io.EOF
	}
	n, err := d.body.Read(p[:min(d.left, int64(len(p)))])
	d.left -= int64(n)
	return n, err
}

// expire ends a Read that is blocked by closing the body under it.
func (d *drain) expire() {
	d.expired.Store(true)
	d.shut()
}

func (d *drain) shut() { d.once.Do(func() { CloseBody(d.body) }) }
